// SPDX-License-Identifier: Apache-2.0
// forestall alerts | ack | snooze.
#include "daemon/cli/alerts.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>

#include "config/base/time.hpp"
#include "daemon/cli/answer.hpp"
#include "daemon/cli/target.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;

Tone tone_of(const json::object& alert) {
  if (!text(alert, "resolved").empty()) return Tone::good;
  if (text(alert, "severity") == "urgent") return Tone::bad;
  return text(alert, "severity") == "warning" ? Tone::warning : Tone::plain;
}

std::string sinks_of(const json::object& alert) {
  std::string out;
  for (const auto& [sink, why] : part(alert, "sinks"))
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", std::string_view(sink),
                       why.is_string() ? std::string_view(why.as_string()) : std::string_view());
  return out;
}

// What to do first stands before the numbers, as in every message.
std::string render(const json::object& answer, const Terminal& terminal) {
  std::string out;
  for (const auto& alert : rows(answer, "alerts")) {
    const auto over = text(alert, "resolved");
    out += fmt::format("{}  {}{}\n", text(alert, "id").substr(0, 8),
                       toned(terminal, tone_of(alert), text(alert, "headline")),
                       over.empty() ? std::string() : ", over since " + over);
    if (const auto first = text(alert, "first"); !first.empty() && over.empty())
      out += fmt::format("          -> {}\n", first);
    if (const auto* numbers = alert.if_contains("numbers");
        numbers != nullptr && numbers->is_array() && over.empty())
      for (const auto& number : numbers->as_array())
        if (number.is_string()) out += fmt::format("          {}\n", std::string_view(number.as_string()));
    out += fmt::format("          {}, {}, since {}", text(alert, "kind"), text(alert, "severity"),
                       text(alert, "begun"));
    if (const auto by = text(alert, "acknowledged_by"); !by.empty()) out += ", acknowledged by " + by;
    if (const auto sinks = sinks_of(alert); !sinks.empty()) out += "; " + sinks;
    out += "\n";
  }
  const auto hidden = number(answer, "matching") - number(answer, "shown");
  if (hidden > 0) out += fmt::format("and {} more\n", hidden);
  for (const auto& snooze : rows(answer, "snoozes"))
    out += fmt::format("snoozed {}: {}{}{} until {} by {}\n", text(snooze, "snooze"),
                       text(snooze, "alert").substr(0, 8), text(snooze, "kind"),
                       text(snooze, "account").empty() ? "" : " " + text(snooze, "account"),
                       text(snooze, "until"), text(snooze, "by"));
  for (const auto& sink : rows(answer, "sinks"))
    if (number(sink, "waiting") > 0 || !text(sink, "last_error").empty())
      out += fmt::format("{}: {} not delivered yet, the oldest of {}: {}\n", text(sink, "sink"),
                         number(sink, "waiting"), text(sink, "oldest_unsent", "-"), text(sink, "last_error"));
  return out.empty() ? "nothing to report\n" : out;
}

Exit run_alerts(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  if (invocation.has("--test")) {
    const auto sent = post(invocation,
                           fmt::format("/api/v1/sellers/{}/alerts/test{}", *seller,
                                       Query().add("sink", invocation.value("--test")).text()),
                           202);
    if (!sent) return sent.error();
    invocation.out += invocation.global.json
                          ? sent->body + "\n"
                          : fmt::format("a test message is on its way to {}\n", invocation.value("--test"));
    return Exit::ok;
  }
  Query query;
  query.add("kind", invocation.value("--kind")).add("account", invocation.value("--account"));
  if (invocation.has("--all")) query.add("all", "true");
  const auto fetched = get(invocation, fmt::format("/api/v1/sellers/{}/alerts{}", *seller, query.text()));
  if (!fetched) return fetched.error();
  const auto object = object_of(invocation, *fetched);
  if (!object) return object.error();
  invocation.out += invocation.global.json ? fetched->body + "\n" : render(*object, invocation.terminal);
  return rows(*object, "alerts").empty() ? Exit::ok : Exit::findings;
}

Exit run_ack(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  std::string which;
  if (const auto given = invocation.values.find("alert"); given != invocation.values.end())
    for (const auto& one : given->second) which += (which.empty() ? "" : ",") + one;
  const auto done = post(invocation, fmt::format("/api/v1/sellers/{}/alerts/ack{}", *seller,
                                                 Query().add("alert", which).text()));
  if (!done) return done.error();
  invocation.out += invocation.global.json
                        ? done->body + "\n"
                        : fmt::format("{}: no reminders until it is over or becomes worse\n", which);
  return Exit::ok;
}

Exit run_snooze(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  if (invocation.has("--end")) {
    const auto done = post(invocation, fmt::format("/api/v1/sellers/{}/alerts/unsnooze{}", *seller,
                                                   Query().add("snooze", invocation.value("--end")).text()));
    if (!done) return done.error();
    invocation.out += invocation.global.json ? done->body + "\n" : "told again from now on\n";
    return Exit::ok;
  }
  if (const auto length = parse_duration(invocation.has("--for") ? invocation.value("--for") : "4h");
      !length) {
    invocation.err += fmt::format("forestall: --for: {}\n", length.error().detail);
    return Exit::usage;
  }
  if (!invocation.has("alert") && !invocation.has("--kind") && !invocation.has("--account")) {
    invocation.err += "forestall: say what to snooze: an alert, --kind or --account\n";
    return Exit::usage;
  }
  Query query;
  query.add("alert", invocation.value("alert"))
      .add("kind", invocation.value("--kind"))
      .add("account", invocation.value("--account"))
      .add("for", invocation.value("--for"))
      .add("why", invocation.value("--why"));
  const auto done =
      post(invocation, fmt::format("/api/v1/sellers/{}/alerts/snooze{}", *seller, query.text()));
  if (!done) return done.error();
  const auto object = object_of(invocation, *done);
  if (!object) return object.error();
  invocation.out +=
      invocation.global.json
          ? done->body + "\n"
          : fmt::format("nothing is told of it until {}; to end it: forestall snooze --end {}\n",
                        text(*object, "until"), text(*object, "snooze"));
  return Exit::ok;
}

const Argument seller_option{
    .name = "--seller", .placeholder = "ID", .help = "the seller, where there are several"};
const Argument account_option{.name = "--account", .placeholder = "ID", .help = "alerts of this account"};
const Argument kind_option{.name = "--kind",
                           .placeholder = "KIND",
                           .help = "alerts of this kind",
                           .choices = {"shortfall", "listing_changed", "order_at_risk", "budget", "breaker",
                                       "suspect_stock", "source_stale", "carrier_incident", "excess_stock",
                                       "credential_expiring", "price", "listing_mismatch"}};

}  // namespace

std::vector<Command> alert_commands() {
  return {
      {.name = "alerts",
       .summary = "What somebody should know now, what to do first, and who was told",
       .description = "The most pressing first. Leaves with 1 while there is any.",
       .examples = {"forestall alerts", "forestall alerts --kind order_at_risk",
                    "forestall alerts --test team"},
       .arguments = {kind_option,
                     account_option,
                     {.name = "--all", .placeholder = "", .help = "also what was over lately"},
                     {.name = "--test",
                      .placeholder = "SINK",
                      .help = "send a test message to this [[notify]]"},
                     seller_option},
       .run = run_alerts},
      {.name = "ack",
       .summary = "Acknowledges alerts: no reminder and no escalation until they are over or become worse",
       .description = "The first digits of an id are enough; they stand in every message.",
       .examples = {"forestall ack 3fa91c07"},
       .arguments = {{.name = "alert",
                      .placeholder = "ID",
                      .help = "an alert's id",
                      .required = true,
                      .repeated = true},
                     seller_option},
       .run = run_ack},
      {.name = "snooze",
       .summary = "Tells nothing of an alert, a kind or an account for a while",
       .description =
           "For 4 hours where --for says nothing else. What is snoozed stays in `forestall alerts`.",
       .examples = {"forestall snooze 3fa91c07 --for 1d", "forestall snooze --kind shortfall --for 2h",
                    "forestall snooze --end 1f00ba44"},
       .arguments = {{.name = "alert", .placeholder = "ID", .help = "an alert's id"},
                     kind_option,
                     account_option,
                     {.name = "--for", .placeholder = "TIME", .help = "how long, at most 90d"},
                     {.name = "--why", .placeholder = "TEXT", .help = "for the record"},
                     {.name = "--end", .placeholder = "ID", .help = "end this snooze"},
                     seller_option},
       .run = run_snooze}};
}

}  // namespace forestall::cli
