// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/target.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "daemon/cli/answer.hpp"

namespace forestall::cli {

namespace json = boost::json;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

Query& Query::add(std::string_view name, std::string_view value) {
  if (!value.empty()) text_ += fmt::format("{}{}={}", text_.empty() ? "?" : "&", name, escaped(value));
  return *this;
}

std::expected<json::object, Exit> object_of(Invocation& invocation, const Fetched& fetched) {
  json::error_code ec;
  auto value = json::parse(fetched.body, ec);
  if (!ec && value.is_object()) return std::move(value.as_object());
  invocation.err += "forestall: the daemon's answer is not what this version understands\n";
  return std::unexpected(Exit::failed);
}

std::expected<std::vector<std::string>, Exit> sellers(Invocation& invocation) {
  const auto status = get(invocation, "/api/v1/status");
  if (!status) return std::unexpected(status.error());
  const auto object = object_of(invocation, *status);
  if (!object) return std::unexpected(object.error());
  std::vector<std::string> found;
  for (const auto& account : rows(*object, "ledgers")) found.push_back(text(account, "seller"));
  return found;
}

// --seller, else the only one there is.
std::expected<std::string, Exit> seller_of(Invocation& invocation) {
  if (invocation.has("--seller")) return escaped(invocation.value("--seller"));
  const auto all = sellers(invocation);
  if (!all) return std::unexpected(all.error());
  if (all->size() == 1) return escaped(all->front());
  invocation.err += "forestall: there are several sellers: say which with --seller\n";
  return std::unexpected(Exit::usage);
}

}  // namespace forestall::cli
