// SPDX-License-Identifier: Apache-2.0
// forestall status: the daemon's own account of itself, as a table.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cmath>

#include "config/base/time.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;

// Seconds as people say them: "45s", "8m33s", "2h5m".
std::string span(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return "?";
  auto seconds = std::chrono::seconds(std::llround(value->to_number<double>()));
  if (seconds >= std::chrono::hours(1)) seconds = std::chrono::floor<std::chrono::minutes>(seconds);
  return duration_text(seconds);
}

Row account_row(const json::object& account) {
  const auto backfill = part(account, "backfill");
  const bool done = truth(backfill, "done");
  const auto* share = backfill.if_contains("share");
  const auto window = part(part(account, "blind_window_seconds"), "total");
  const auto trouble = truth(account, "clock_agrees") || !truth(account, "connected")
                           ? text(account, "error", "-")
                           : std::string("the channel's clock disagrees with ours: nothing is written");
  return {
      {text(account, "id", "?")},
      {text(account, "seller", "?")},
      {text(account, "kind", "?")},
      {text(account, "mode", "?")},
      {text(account, "orders_complete_before", "-")},
      {done ? "read"
            : fmt::format("{:.0f} %",
                          share != nullptr && share->is_number() ? 100 * share->to_number<double>() : 0.0),
       done ? Tone::good : Tone::warning},
      {span(window, "p50")},
      {span(window, "p95")},
      {trouble, trouble == "-" ? Tone::faint : Tone::bad}};
}

Row stock_row(const json::object& source) {
  const bool stale = truth(source, "stale"), suspect = truth(source, "suspect");
  const auto trouble = text(source, "error", "-");
  return {{text(source, "source", "?")},
          {text(source, "seller", "?")},
          {text(source, "location", "?")},
          {text(source, "true_at", "-")},
          {suspect ? "suspect"
           : stale ? "stale"
                   : "fresh",
           suspect || stale ? Tone::warning : Tone::good},
          {text(source, "set_aside", "?")},
          {trouble, trouble == "-" ? Tone::faint : Tone::bad}};
}

std::string render(const json::object& status, const Terminal& terminal) {
  const bool ready = truth(status, "ready");
  std::string out =
      fmt::format("forestalld {}, {}, started {}\n", text(status, "version", "?"),
                  toned(terminal, ready ? Tone::good : Tone::warning, text(status, "phase", "?")),
                  text(status, "started_at", "?"));
  std::vector<Row> missing;
  for (const auto& condition : rows(status, "conditions"))
    if (!truth(condition, "ok"))
      missing.push_back({{text(condition, "name", "?"), Tone::warning}, {text(condition, "reason", "?")}});
  if (!missing.empty()) out += "\n" + table(terminal, {"MISSING", "WHY"}, missing);
  std::vector<Row> ledgers;
  for (const auto& ledger : rows(status, "ledgers"))
    ledgers.push_back(
        {{text(ledger, "seller", "?")},
         {truth(ledger, "open") ? "open" : "closed", truth(ledger, "open") ? Tone::good : Tone::warning},
         {text(ledger, "skus", "?")},
         {text(ledger, "listings", "?")},
         {text(ledger, "unmapped_listings", "?")},
         {text(ledger, "open_orders", "?")}});
  if (!ledgers.empty())
    out +=
        "\n" + table(terminal, {"SELLER", "LEDGER", "SKUS", "LISTINGS", "UNMAPPED", "OPEN ORDERS"}, ledgers);
  const auto accounts = rows(status, "accounts");
  if (accounts.empty()) return out + "\nNo accounts are configured.\n";
  std::vector<Row> lines;
  lines.reserve(accounts.size());
  for (const auto& account : accounts) lines.push_back(account_row(account));
  out += "\n" + table(terminal,
                      {"ACCOUNT", "SELLER", "KIND", "MODE", "ORDERS KNOWN UNTIL", "PAST ORDERS",
                       "BLIND WINDOW", "95 %", "TROUBLE"},
                      lines);
  std::vector<Row> stock;
  for (const auto& source : rows(status, "stock")) stock.push_back(stock_row(source));
  if (!stock.empty())
    out += "\n" + table(terminal, {"STOCK", "SELLER", "LOCATION", "TRUE AT", "STATE", "SET ASIDE", "TROUBLE"},
                        stock);
  return out;
}

// The configuration says what mode was meant; whoever acts knows the one in force.
void show_modes_in_force(json::object& status) {
  auto* const accounts = status.if_contains("accounts");
  if (accounts == nullptr || !accounts->is_array()) return;
  for (const auto& desk : rows(status, "acting"))
    for (auto& account : accounts->as_array())
      if (account.is_object() && text(account.as_object(), "id", "?") == text(desk, "account", "?"))
        account.as_object()["mode"] =
            text(desk, "mode", "?") + (text(desk, "breaker", "?") == "open" ? " (breaker open)" : "");
}

}  // namespace

Exit run_status(Invocation& invocation) {
  const auto fetched = get(invocation, "/api/v1/status");
  if (!fetched) return fetched.error();
  json::error_code ec;
  auto status = json::parse(fetched->body, ec);
  if (ec || !status.is_object()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return Exit::failed;
  }
  show_modes_in_force(status.as_object());
  invocation.out +=
      invocation.global.json ? fetched->body + "\n" : render(status.as_object(), invocation.terminal);
  return truth(status.as_object(), "ready") ? Exit::ok : Exit::findings;
}

}  // namespace forestall::cli
