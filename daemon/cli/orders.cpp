// SPDX-License-Identifier: Apache-2.0
// forestall orders: open orders in danger, and why others ended badly. forestall carriers: how carriers do.
#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "config/base/ids.hpp"
#include "config/base/text.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/commands.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/render.hpp"

namespace forestall::cli {
namespace json = boost::json;

namespace {

// The daemon's answer below the seller, or what to leave with. `--json` has been served where it is empty.
std::expected<json::object, Exit> ask(Invocation& invocation, std::string_view what) {
  const auto seller = SellerId::parse(invocation.value("seller"));
  if (!seller) {
    invocation.err += fmt::format("forestall: {}\n", seller.error().detail);
    return std::unexpected(Exit::usage);
  }
  const auto answer = get(invocation, fmt::format("/api/v1/sellers/{}/{}", seller->str(), what));
  if (!answer) return std::unexpected(answer.error());
  json::error_code ec;
  const auto parsed = json::parse(answer->body, ec);
  if (ec || !parsed.is_object()) {
    invocation.err += "forestall: the daemon's answer is not what this version understands\n";
    return std::unexpected(Exit::failed);
  }
  if (invocation.global.json) invocation.out += answer->body + "\n";
  return parsed.as_object();
}

void show_incidents(Invocation& invocation, const std::vector<json::object>& incidents) {
  for (const auto& i : incidents)
    invocation.out +=
        text(i, "kind") == "hub_silent"
            ? fmt::format("{}: {} is silent; {} of {} parcels seen there last do not move\n",
                          text(i, "carrier"), text(i, "place"), text(i, "silent"), text(i, "of"))
            : fmt::format("{}: the collection of {} was missed; {} of {} labels were never scanned\n",
                          text(i, "carrier"), text(i, "place"), text(i, "silent"), text(i, "of"));
}

Exit at_risk(Invocation& invocation) {
  const auto answer = ask(invocation, "orders/at-risk");
  if (!answer) return answer.error();
  const auto found = rows(*answer, "orders"), incidents = rows(*answer, "incidents");
  const bool none = found.empty() && incidents.empty();
  if (invocation.global.json) return none ? Exit::ok : Exit::findings;
  show_incidents(invocation, incidents);
  if (none) invocation.out += "no open order is at risk\n";
  for (const auto& row : found)
    invocation.out += fmt::format(
        "{}  {}  {}: {}\n    act by {}, at stake {}; next: {}\n", text(row, "account"), text(row, "order"),
        text(row, "cause"), text(row, "why"), text(row, "act_by"), text(row, "stake"), text(row, "next"));
  if (const auto* all = answer->if_contains("flags"); all != nullptr && all->is_number())
    if (const auto flags = all->to_number<std::size_t>(); flags > found.size())
      invocation.out += fmt::format("and {} more of less loss\n", flags - found.size());
  return none ? Exit::ok : Exit::findings;
}

Exit causes(Invocation& invocation) {
  std::string what = "orders/causes";
  if (invocation.has("--days")) {
    const auto days = parse_integer<int>(invocation.value("--days"));
    if (!days || *days < 1 || *days > 120) {
      invocation.err += "forestall: --days: a number from 1 to 120\n";
      return Exit::usage;
    }
    what += fmt::format("?days={}", *days);
  }
  const auto answer = ask(invocation, what);
  if (!answer) return answer.error();
  if (invocation.global.json) return Exit::ok;
  std::vector<Row> counts, list;
  for (const auto& row : rows(*answer, "counts"))
    counts.push_back({{text(row, "what")}, {text(row, "cause")}, {text(row, "orders")}});
  if (counts.empty()) {
    invocation.out += "no order was cancelled or late\n";
    return Exit::ok;
  }
  invocation.out += table(invocation.terminal, {"WHAT", "CAUSE", "ORDERS"}, counts) + "\n";
  for (const auto& row : rows(*answer, "orders"))
    list.push_back({{text(row, "at")},
                    {text(row, "account")},
                    {text(row, "order")},
                    {text(row, "what")},
                    {text(row, "cause")},
                    {text(row, "units")},
                    {text(row, "why")}});
  invocation.out +=
      table(invocation.terminal, {"AT", "ACCOUNT", "ORDER", "WHAT", "CAUSE", "UNITS", "WHY"}, list);
  return Exit::ok;
}

std::string rate(const json::object& row, std::string_view name) {
  const auto r = part(row, name);
  const auto number_at = [&](std::string_view key) {
    const auto* v = r.if_contains(key);
    return v != nullptr && v->is_number() ? 100 * v->to_number<double>() : 0.0;
  };
  return fmt::format("{:.1f} % [{:.1f}, {:.1f}]", number_at("share"), number_at("low"), number_at("high"));
}

}  // namespace

Exit run_orders(Invocation& invocation) {
  if (invocation.has("--at-risk") == invocation.has("--causes")) {
    invocation.err += "forestall: say which orders: --at-risk or --causes\n";
    return Exit::usage;
  }
  return invocation.has("--at-risk") ? at_risk(invocation) : causes(invocation);
}

Exit run_carriers(Invocation& invocation) {
  const auto answer = ask(invocation, "carriers");
  if (!answer) return answer.error();
  const auto incidents = rows(*answer, "incidents");
  if (invocation.global.json) return incidents.empty() ? Exit::ok : Exit::findings;
  show_incidents(invocation, incidents);
  std::vector<Row> list;
  for (const auto& row : rows(*answer, "lanes")) {
    const auto* parcels = row.if_contains("parcels");
    list.push_back(
        {{text(row, "carrier")},
         {text(row, "service")},
         {text(row, "lane")},
         {parcels != nullptr && parcels->is_number() ? fmt::format("{:.0f}", parcels->to_number<double>())
                                                     : ""},
         {rate(row, "on_time")},
         {rate(row, "first_scan")},
         {rate(row, "lost")}});
  }
  if (list.empty())
    invocation.out += "no parcel has arrived yet\n";
  else
    invocation.out += table(invocation.terminal,
                            {"CARRIER", "SERVICE", "LANE", "PARCELS", "ON TIME", "FIRST SCAN", "LOST"}, list);
  return incidents.empty() ? Exit::ok : Exit::findings;
}

}  // namespace forestall::cli
