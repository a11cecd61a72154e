// SPDX-License-Identifier: Apache-2.0
// forestall status: the daemon's own account of itself, as a table.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string("?");
}

std::string number(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? fmt::format("{}", value->to_number<std::int64_t>()) : "?";
}

bool truth(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->as_bool();
}

std::vector<json::object> objects(const json::object& object, std::string_view key) {
  std::vector<json::object> all;
  const auto* list = object.if_contains(key);
  if (list == nullptr || !list->is_array()) return all;
  for (const auto& entry : list->as_array())
    if (entry.is_object()) all.push_back(entry.as_object());
  return all;
}

std::string render(const json::object& status, const Terminal& terminal) {
  const bool ready = truth(status, "ready");
  std::string out = fmt::format("forestalld {}, {}, started {}\n", text(status, "version"),
                                toned(terminal, ready ? Tone::good : Tone::warning, text(status, "phase")),
                                text(status, "started_at"));
  std::vector<Row> missing;
  for (const auto& condition : objects(status, "conditions"))
    if (!truth(condition, "ok"))
      missing.push_back({{text(condition, "name"), Tone::warning}, {text(condition, "reason")}});
  if (!missing.empty()) out += "\n" + table(terminal, {"MISSING", "WHY"}, missing);
  std::vector<Row> ledgers;
  for (const auto& ledger : objects(status, "ledgers"))
    ledgers.push_back(
        {{text(ledger, "seller")},
         {truth(ledger, "open") ? "open" : "closed", truth(ledger, "open") ? Tone::good : Tone::warning},
         {number(ledger, "skus")},
         {number(ledger, "listings")},
         {number(ledger, "unmapped_listings")},
         {number(ledger, "open_orders")}});
  if (!ledgers.empty())
    out +=
        "\n" + table(terminal, {"SELLER", "LEDGER", "SKUS", "LISTINGS", "UNMAPPED", "OPEN ORDERS"}, ledgers);
  std::vector<Row> accounts;
  for (const auto& account : objects(status, "accounts"))
    accounts.push_back(
        {{text(account, "id")}, {text(account, "seller")}, {text(account, "kind")}, {text(account, "mode")}});
  if (accounts.empty()) return out + "\nNo accounts are configured.\n";
  return out + "\n" + table(terminal, {"ACCOUNT", "SELLER", "KIND", "MODE"}, accounts);
}

}  // namespace

Exit run_status(Invocation& invocation) {
  const auto fetched = get(invocation, "/api/v1/status");
  if (!fetched) return fetched.error();
  json::error_code ec;
  const auto status = json::parse(fetched->body, ec);
  if (ec || !status.is_object()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return Exit::failed;
  }
  invocation.out +=
      invocation.global.json ? fetched->body + "\n" : render(status.as_object(), invocation.terminal);
  return truth(status.as_object(), "ready") ? Exit::ok : Exit::findings;
}

}  // namespace forestall::cli
