// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/text.hpp"

namespace forestall::redis {

namespace {

constexpr std::size_t max_error_bytes = 300;

struct ServerWord {
  std::string_view word;
  ErrorCode code;
  bool retryable;  // the server did nothing, and the same command may succeed later
};

// The error words of Redis 7 (src/server.c createSharedObjects, acl.c, cluster.c, script.c).
constexpr std::array server_words = {
    ServerWord{"NOAUTH", ErrorCode::unauthenticated, false},
    ServerWord{"WRONGPASS", ErrorCode::unauthenticated, false},
    ServerWord{"NOPERM", ErrorCode::forbidden, false},
    ServerWord{"DENIED", ErrorCode::forbidden, false},
    ServerWord{"LOADING", ErrorCode::unavailable, true},
    ServerWord{"BUSY", ErrorCode::unavailable, true},
    ServerWord{"MASTERDOWN", ErrorCode::unavailable, true},
    ServerWord{"CLUSTERDOWN", ErrorCode::unavailable, true},
    ServerWord{"TRYAGAIN", ErrorCode::unavailable, true},
    ServerWord{"NOREPLICAS", ErrorCode::unavailable, true},
    ServerWord{"READONLY", ErrorCode::unavailable, true},
    ServerWord{"MISCONF", ErrorCode::io, true},
    ServerWord{"OOM", ErrorCode::io, true},
    ServerWord{"NOSCRIPT", ErrorCode::not_found, false},
    ServerWord{"WRONGTYPE", ErrorCode::conflict, false},
    ServerWord{"BUSYKEY", ErrorCode::conflict, false},
    ServerWord{"BUSYGROUP", ErrorCode::conflict, false},
    ServerWord{"NOGROUP", ErrorCode::not_found, false},
    ServerWord{"EXECABORT", ErrorCode::conflict, false},
    ServerWord{"MOVED", ErrorCode::unsupported, false},
    ServerWord{"ASK", ErrorCode::unsupported, false},
    ServerWord{"CROSSSLOT", ErrorCode::unsupported, false},
};

void describe_into(const Reply& reply, std::size_t max_bytes, std::string& out) {
  switch (reply.kind()) {
    case Reply::Kind::nil:
      out += "nil";
      return;
    case Reply::Kind::integer:
      fmt::format_to(std::back_inserter(out), "{}", *reply.integer());
      return;
    case Reply::Kind::status:
      out += '+';
      out += printable(*reply.text(), max_bytes);
      return;
    case Reply::Kind::error:
      out += '-';
      out += printable(*reply.text(), max_bytes);
      return;
    case Reply::Kind::bulk:
      out += '"';
      out += printable(*reply.text(), max_bytes);
      out += '"';
      return;
    case Reply::Kind::array:
      break;
  }
  out += '[';
  bool first = true;
  for (const Reply& item : reply.items()) {
    if (!first) out += ", ";
    first = false;
    if (out.size() > max_bytes) {
      out += "...";
      break;
    }
    describe_into(item, max_bytes, out);
  }
  out += ']';
}

}  // namespace

std::string_view kind_name(Reply::Kind kind) {
  constexpr std::array<std::string_view, 6> names = {"nil", "status", "error", "integer", "bulk", "array"};
  return names.at(static_cast<std::size_t>(kind));
}

Error error_from_server(std::string_view text) {
  const std::string_view word = text.substr(0, text.find(' '));
  const auto known = std::ranges::find(server_words, word, &ServerWord::word);
  std::string detail = printable(text, max_error_bytes);
  if (known != server_words.end()) return Error{known->code, known->retryable, std::move(detail)};
  return Error{ErrorCode::invalid_argument, false, std::move(detail)};
}

const std::string* Reply::text() const {
  switch (kind()) {
    case Kind::status:
      return std::get_if<1>(&value_);
    case Kind::error:
      return std::get_if<2>(&value_);
    case Kind::bulk:
      return std::get_if<4>(&value_);
    case Kind::nil:
    case Kind::integer:
    case Kind::array:
      break;
  }
  return nullptr;
}

std::span<const Reply> Reply::items() const {
  const auto* items = std::get_if<5>(&value_);
  return items ? std::span<const Reply>(*items) : std::span<const Reply>();
}

std::unexpected<Error> Reply::unexpected(std::string_view place, std::string_view wanted) const {
  if (is_error()) return fail_in(place, as_error());
  return fail(ErrorCode::parse,
              fmt::format("{}: expected {}, got {} {}", place, wanted, kind_name(kind()), describe(80)));
}

Status Reply::expect_ok(std::string_view place) const {
  if (kind() == Kind::status && *text() == "OK") return {};
  return unexpected(place, "OK");
}

Result<std::string_view> Reply::expect_text(std::string_view place) const {
  if (kind() == Kind::bulk || kind() == Kind::status) return std::string_view(*text());
  return unexpected(place, "text");
}

Result<std::optional<std::string_view>> Reply::expect_text_or_nil(std::string_view place) const {
  if (is_nil()) return std::nullopt;
  if (kind() == Kind::bulk || kind() == Kind::status) return std::string_view(*text());
  return unexpected(place, "text or nil");
}

Result<std::int64_t> Reply::expect_integer(std::string_view place) const {
  if (const auto* value = integer()) return *value;
  if (kind() == Kind::bulk)
    if (const auto value = parse_integer<std::int64_t>(*text())) return *value;
  return unexpected(place, "an integer");
}

Result<std::span<const Reply>> Reply::expect_array(std::string_view place) const {
  if (kind() == Kind::array) return items();
  return unexpected(place, "an array");
}

Result<std::span<const Reply>> Reply::expect_array(std::string_view place, std::size_t size) const {
  if (kind() == Kind::array && items().size() == size) return items();
  return unexpected(place, fmt::format("an array of {}", size));
}

Error Reply::as_error() const {
  if (!is_error())
    return Error{ErrorCode::internal, false, fmt::format("not an error reply: {}", describe(80))};
  return error_from_server(*text());
}

std::string_view Reply::error_word() const {
  if (!is_error()) return {};
  const std::string_view all = *text();
  return all.substr(0, all.find(' '));
}

std::string Reply::describe(std::size_t max_bytes) const {
  std::string out;
  describe_into(*this, max_bytes, out);
  if (out.size() > max_bytes + 8) {
    out.resize(max_bytes);
    out += "...";
  }
  return out;
}

}  // namespace forestall::redis
