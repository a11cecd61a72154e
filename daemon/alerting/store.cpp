// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/store.hpp"

#include <utility>

#include "config/base/text.hpp"
#include "daemon/alerting/library.hpp"
#include "daemon/ledger/pack.hpp"
#include "daemon/redis/function_library.hpp"
#include "daemon/redis/hash_page.hpp"

namespace forestall::alerting {
namespace {

constexpr int slice = 500;

Error understood(Error error) {
  if (error.detail.starts_with("LEASE "))
    return {ErrorCode::conflict, false, "alerts: lease " + error.detail.substr(6)};
  if (error.detail.starts_with("SCHEMA "))
    return {ErrorCode::unsupported, false, "alerts: " + error.detail.substr(7)};
  return error;
}

std::string text_of(const redis::Reply& reply) {
  return reply.text() != nullptr ? *reply.text() : std::string();
}

// A sink's id is a slug and holds no space.
std::string told_field(std::string_view sink, std::string_view group) {
  return std::string(sink) + " " + std::string(group);
}

}  // namespace

Step& Step::row(std::string_view hash, std::string_view field, std::string_view value) {
  ledger::Packer p;
  p.text(hash).text(field).text(value);
  rows_.push_back(p.take());
  return *this;
}

Step& Step::put_told(std::string_view sink, std::string_view group, const Told& told) {
  return row("alert_told", told_field(sink, group), encode(told));
}
Step& Step::drop_told(std::string_view sink, std::string_view group) {
  return row("alert_told", told_field(sink, group), "");
}

Store::Store(redis::Client& redis, Clock& clock, StoreOptions options)
    : redis_(redis),
      clock_(clock),
      options_(std::move(options)),
      prefix_("forestall:{" + options_.seller.str() + "}") {}

redis::Request Store::begin(std::string_view function, std::size_t words) const {
  redis::Request request;
  request.begin(6 + words).word("FCALL").word(function).word(1).word(prefix_);
  request.word(options_.lease_token()).word(clock_.now().time_since_epoch().count());
  return request;
}

boost::asio::awaitable<Result<redis::Reply>> Store::call(redis::Request request) {
  auto reply = co_await redis_.call(std::move(request),
                                    {.timeout = options_.call_timeout, .repeat = redis::Repeat::harmless});
  if (!reply) co_return std::unexpected(understood(std::move(reply.error())));
  co_return std::move(*reply);
}

boost::asio::awaitable<Status> Store::read_hash(
    std::string_view name, std::function<Status(std::string_view, std::string_view)> take) {
  std::string cursor = "0";
  do {
    auto reply = co_await call(redis::Request("HSCAN", key(name), cursor, "COUNT", std::int64_t{slice}));
    if (!reply) co_return std::unexpected(reply.error());
    auto page = redis::hash_page(*reply, "HSCAN");
    if (!page) co_return std::unexpected(page.error());
    cursor = std::move(page->cursor);
    for (const auto& [field, value] : page->fields)
      if (auto ok = take(field, value); !ok) co_return ok;
  } while (cursor != "0");
  co_return Status{};
}

boost::asio::awaitable<Result<Loaded>> Store::open() {
  auto library = co_await redis::load_library(
      redis_, {.name = std::string(library_name), .version = library_version, .code = library_source()});
  if (!library) co_return fail_in("alerts", library.error());
  if (auto ok = co_await call(begin("forestall_alerts_open", 0)); !ok) co_return std::unexpected(ok.error());
  Loaded loaded;
  auto& state = loaded.state;
  const auto odd = [&](std::string_view field, Error error) {
    error.detail = printable(field, 60) + ": " + error.detail;
    loaded.unreadable.push_back(std::move(error));
    return Status{};
  };
  auto ok = co_await read_hash("alert", [&](std::string_view field, std::string_view bytes) {
    auto read = decode_standing(bytes);
    if (!read) return odd(field, read.error());
    state.book.put(std::move(*read));
    return Status{};
  });
  if (ok)
    ok = co_await read_hash("alert_outbox", [&](std::string_view field, std::string_view bytes) {
      auto read = decode_message(bytes);
      if (!read) return odd(field, read.error());
      auto id = read->id();
      state.outbox.insert_or_assign(std::move(id), std::move(*read));
      return Status{};
    });
  if (ok)
    ok = co_await read_hash("alert_told", [&](std::string_view field, std::string_view bytes) {
      auto read = decode_told(bytes);
      const auto gap = field.find(' ');
      if (!read || gap == std::string_view::npos)
        return odd(field, read ? Error{ErrorCode::parse, false, "no group"} : read.error());
      state.told.insert_or_assign({std::string(field.substr(0, gap)), std::string(field.substr(gap + 1))},
                                  std::move(*read));
      return Status{};
    });
  if (ok)
    ok = co_await read_hash("alert_silence", [&](std::string_view field, std::string_view bytes) {
      auto read = decode_silence(field, bytes);
      if (!read) return odd(field, read.error());
      state.silences.insert_or_assign(std::string(field), std::move(*read));
      return Status{};
    });
  if (ok)
    ok = co_await read_hash("alert_place", [&](std::string_view field, std::string_view text) {
      loaded.places[std::string(field)] = text;
      return Status{};
    });
  if (!ok) co_return std::unexpected(ok.error());
  co_return loaded;
}

boost::asio::awaitable<Status> Store::write(Step step) {
  if (step.empty()) co_return Status{};
  auto request = begin("forestall_alerts_write", 2 + step.rows().size());
  request.word(options_.keep_log.count()).word(options_.most_log);
  for (const auto& row : step.rows()) request.word(row);
  const auto reply = co_await call(std::move(request));
  if (!reply) co_return std::unexpected(reply.error());
  const auto written = reply->expect_integer("forestall_alerts_write");
  if (!written) co_return std::unexpected(written.error());
  co_return Status{};
}

boost::asio::awaitable<Result<std::vector<LogLine>>> Store::history(std::size_t most) {
  const auto reply = co_await call(redis::Request("XREVRANGE", key("alert_log"), "+", "-", "COUNT", most));
  if (!reply) co_return std::unexpected(reply.error());
  std::vector<LogLine> lines;
  for (const auto& entry : reply->items()) {
    const auto parts = entry.items();
    if (parts.size() != 2) continue;
    LogLine line;
    const auto id = text_of(parts[0]);
    if (const auto ms = parse_integer<std::int64_t>(std::string_view(id).substr(0, id.find('-'))))
      line.at = Instant(Millis(*ms));
    const auto fields = parts[1].items();
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      const auto name = text_of(fields[i]);
      if (name == "what") line.what = text_of(fields[i + 1]);
      if (name == "text") line.text = text_of(fields[i + 1]);
    }
    lines.push_back(std::move(line));
  }
  co_return lines;
}

}  // namespace forestall::alerting
