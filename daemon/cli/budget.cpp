// SPDX-License-Identifier: Apache-2.0
// forestall budget: how many orders each account may still cancel.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>

#include "config/base/ids.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"

namespace forestall::cli {
namespace json = boost::json;

namespace {

double real(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  json::error_code ec;
  const double number = value != nullptr ? value->to_number<double>(ec) : 0;
  return ec ? 0 : number;
}

std::string percent(double share) { return fmt::format("{:.3g} %", 100 * share); }

std::string limit_text(const json::object& limit) {
  return fmt::format("{} {} in {}d", text(limit, "compare") == "at_most" ? "<=" : "<",
                     percent(real(limit, "limit")), number(limit, "window_days"));
}

struct Rendered {
  std::vector<Row> limits;
  std::string notes;
  bool findings = false;
};

void add_limit(const std::string& account, const json::object& limit, Rendered& to) {
  const auto left = number(limit, "left");
  const bool breached = truth(limit, "breached");
  const bool spent = left <= 0 && number(limit, "cancelled") > 0;
  to.findings = to.findings || breached || (spent && truth(limit, "judged"));
  const auto rolls = text(limit, "oldest_leaves").empty()
                         ? std::string("-")
                         : fmt::format("{} on {}", number(limit, "leaving"), text(limit, "oldest_leaves"));
  to.limits.push_back({{account},
                       {limit_text(limit)},
                       {fmt::format("{} {}", text(limit, "says"), text(limit, "dated"))},
                       {text(limit, "orders")},
                       {text(limit, "cancelled")},
                       {text(limit, "allowed")},
                       {text(limit, "left"), breached    ? Tone::bad
                                             : left <= 0 ? Tone::warning
                                                         : Tone::good},
                       {rolls},
                       {percent(real(limit, "chance"))},
                       {percent(real(limit, "chance_after_one_more"))}});
  to.notes += fmt::format("{}: {}, from {}{}\n", account, text(limit, "name"), text(limit, "source"),
                          text(limit, "note").empty() ? "" : ". " + text(limit, "note"));
  if (limit.contains("preset_limit"))
    to.notes += fmt::format("{}: the preset says {}; the channel's own {} is in force\n", account,
                            percent(real(limit, "preset_limit")), percent(real(limit, "limit")));
}

void add_account(const json::object& row, Rendered& to) {
  const auto account = text(row, "account");
  const auto limits = rows(row, "limits");
  for (const auto& limit : limits) add_limit(account, limit, to);
  if (limits.empty())
    to.notes += fmt::format("{}: no limit is known; set [account] cancel_limit.share\n", account);
  if (real(row, "cost_factor") > 1.005)
    to.notes += fmt::format("{}: a cancellation is taken to cost {:.1f} times as much as by itself\n",
                            account, real(row, "cost_factor"));
  if (number(row, "unclear") > 0)
    to.notes += fmt::format("{}: {} more cancelled of which nobody said whose they are; not counted\n",
                            account, number(row, "unclear"));
  if (number(row, "only_channel") > 0)
    to.notes += fmt::format("{}: {} of them only the channel's report knows of\n", account,
                            number(row, "only_channel"));
  const auto in_a_row = part(row, "in_a_row");
  for (const auto& listing : rows(in_a_row, "listings")) {
    const bool enough = number(listing, "cancelled") >= number(in_a_row, "limit");
    to.findings = to.findings || enough;
    to.notes += fmt::format(
        "{}: {} {} cancelled in a row{}\n", account, text(listing, "listing"), number(listing, "cancelled"),
        enough ? fmt::format(": the channel takes it off sale at {}", number(in_a_row, "limit"))
               : std::string());
  }
}

}  // namespace

Exit run_budget(Invocation& invocation) {
  std::string seller;
  if (invocation.has("--seller")) {
    const auto id = SellerId::parse(invocation.value("--seller"));
    if (!id) {
      invocation.err += fmt::format("forestall: {}\n", id.error().detail);
      return Exit::usage;
    }
    seller = id->str();
  } else {
    const auto status = get(invocation, "/api/v1/status");
    if (!status) return status.error();
    json::error_code ec;
    const auto parsed = json::parse(status->body, ec);
    const auto all =
        !ec && parsed.is_object() ? rows(parsed.as_object(), "ledgers") : std::vector<json::object>();
    if (all.size() != 1) {
      invocation.err += "forestall: there is not exactly one seller: say which with --seller\n";
      return Exit::usage;
    }
    seller = text(all.front(), "seller");
  }
  const auto answer = get(invocation, fmt::format("/api/v1/sellers/{}/budget", seller));
  if (!answer) return answer.error();
  json::error_code ec;
  const auto parsed = json::parse(answer->body, ec);
  if (ec || !parsed.is_object()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return Exit::failed;
  }
  Rendered rendered;
  bool found = false;
  for (const auto& row : rows(parsed.as_object(), "accounts")) {
    if (invocation.has("--account") && text(row, "account") != invocation.value("--account")) continue;
    found = true;
    add_account(row, rendered);
  }
  if (!found && invocation.has("--account")) {
    invocation.err +=
        fmt::format("forestall: the seller has no account \"{}\"\n", invocation.value("--account"));
    return Exit::refused;
  }
  if (invocation.global.json)
    invocation.out += answer->body + "\n";
  else
    invocation.out += table(invocation.terminal,
                            {"ACCOUNT", "LIMIT", "SAYS", "ORDERS", "CANCELLED", "ALLOWED", "LEFT",
                             "ROLLS OUT", "P(BREACH)", "P(AFTER ONE MORE)"},
                            rendered.limits) +
                      rendered.notes;
  return rendered.findings ? Exit::findings : Exit::ok;
}

}  // namespace forestall::cli
