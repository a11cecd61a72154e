// SPDX-License-Identifier: Apache-2.0
// forestall sku | explain | pause | resume | hold | release | mode | intents | breaker.
#include "daemon/cli/acting.hpp"

#include <fmt/format.h>

#include <fstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "config/base/time.hpp"
#include "daemon/cli/acting_render.hpp"
#include "daemon/cli/endpoint.hpp"
#include "daemon/cli/target.hpp"
#include "daemon/guard/decision.hpp"
#include "daemon/log/read_line.hpp"

namespace forestall::cli {
namespace {

namespace json = boost::json;

Exit refused(Invocation& invocation, std::string_view what) {
  invocation.err += fmt::format("forestall: there is no listing and no SKU \"{}\"\n", what);
  return Exit::refused;
}

// What a person names is a listing, else a SKU.
std::expected<Fetched, Exit> ask(Invocation& invocation, std::string_view seller, std::string_view page,
                                 std::string_view what, const Query& more, bool change) {
  const auto one = [&](std::string_view kind) {
    auto query = more;
    const auto target = fmt::format("/api/v1/sellers/{}/{}{}", seller, page, query.add(kind, what).text());
    return change ? post(invocation, target, 404) : get(invocation, target, 404);
  };
  auto found = one("listing");
  if (found && found->status == 404) found = one("sku");
  return found;
}

Exit show_explained(Invocation& invocation, const Fetched& fetched) {
  const auto object = object_of(invocation, fetched);
  if (!object) return object.error();
  invocation.out +=
      invocation.global.json ? fetched.body + "\n" : render_explained(*object, invocation.terminal);
  return Exit::ok;
}

Exit run_sku(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  const auto what = invocation.value("sku");
  const auto fetched = get(
      invocation, fmt::format("/api/v1/sellers/{}/explain{}", *seller, Query().add("sku", what).text()), 404);
  if (!fetched) return fetched.error();
  if (fetched->status == 404) return refused(invocation, what);
  return show_explained(invocation, *fetched);
}

// From the log alone: no daemon is asked.
Exit explain_log(Invocation& invocation) {
  const std::string file(invocation.value("--log"));
  std::ifstream log(file);
  if (!log) {
    invocation.err += fmt::format("forestall: {}: cannot be read\n", file);
    return Exit::refused;
  }
  const auto what = invocation.value("what"), account = invocation.value("--account");
  bool found = false;
  for (std::string text; std::getline(log, text);) {
    const auto line = logging::read_line(text);
    if (!line || line->value("event") != "intent" || line->value("listing") != what) continue;
    if (!account.empty() && line->value("account") != account) continue;
    found = true;
    std::string told(line->value("detail"));
    if (const auto numbers = line->value("numbers"); !numbers.empty())
      told = guard::retell(numbers).value_or("not understood: " + std::string(numbers));
    invocation.out += fmt::format("{} {} {} {}{}{}\n", line->time, line->value("account"),
                                  line->value("epoch"), line->value("state"), told.empty() ? "" : "  ", told);
  }
  if (found) return Exit::ok;
  invocation.err += fmt::format("forestall: {} says nothing about a listing \"{}\"\n", file, what);
  return Exit::refused;
}

Exit run_explain(Invocation& invocation) {
  if (invocation.has("--log")) return explain_log(invocation);
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  const auto what = invocation.value("what");
  const auto fetched =
      ask(invocation, *seller, "explain", what, Query().add("account", invocation.value("--account")), false);
  if (!fetched) return fetched.error();
  if (fetched->status == 404) return refused(invocation, what);
  return show_explained(invocation, *fetched);
}

Exit show_done(Invocation& invocation, const Fetched& fetched) {
  const auto object = object_of(invocation, fetched);
  if (!object) return object.error();
  invocation.out += invocation.global.json ? fetched.body + "\n" : render_done(*object, invocation.terminal);
  // Something was asked for and left as it is.
  for (const auto& row : rows(*object, "listings"))
    if (text(row, "what").starts_with("not ") || text(row, "what").starts_with("stays"))
      return Exit::findings;
  return Exit::ok;
}

Exit run_change(Invocation& invocation, std::string_view verb) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  Query query;
  query.add("account", invocation.value("--account"));
  if (invocation.has("--why")) query.add("why", invocation.value("--why"));
  if (invocation.has("--for")) {
    if (const auto length = parse_duration(invocation.value("--for")); !length) {
      invocation.err += fmt::format("forestall: --for: {}\n", length.error().detail);
      return Exit::usage;
    }
    query.add("for", invocation.value("--for"));
  }
  const auto what = invocation.value("what");
  const auto done = ask(invocation, *seller, verb, what, query, true);
  if (!done) return done.error();
  if (done->status == 404) return refused(invocation, what);
  return show_done(invocation, *done);
}

Exit run_release(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  if (invocation.has("--all") == invocation.has("--account")) {
    invocation.err += "forestall: say which: --account ID or --all\n";
    return Exit::usage;
  }
  const auto done =
      post(invocation, fmt::format("/api/v1/sellers/{}/release{}", *seller,
                                   Query().add("account", invocation.value("--account")).text()));
  if (!done) return done.error();
  return show_done(invocation, *done);
}

Exit run_mode(Invocation& invocation) {
  if (invocation.has("--all") == invocation.has("--account")) {
    invocation.err += "forestall: say which: --account ID or --all\n";
    return Exit::usage;
  }
  std::vector<std::string> which;
  if (invocation.has("--all") && !invocation.has("--seller")) {
    const auto all = sellers(invocation);
    if (!all) return all.error();
    which = *all;
  } else {
    const auto one = seller_of(invocation);
    if (!one) return one.error();
    which = {*one};
  }
  const auto mode = invocation.value("mode");
  auto worst = Exit::ok;
  for (const auto& seller : which) {
    const auto done =
        post(invocation,
             fmt::format("/api/v1/sellers/{}/mode{}", seller,
                         Query().add("mode", mode).add("account", invocation.value("--account")).text()));
    if (!done) {
      worst = done.error();
      continue;
    }
    const auto object = object_of(invocation, *done);
    if (!object) return object.error();
    invocation.out += invocation.global.json ? done->body + "\n" : render_desks(*object, invocation.terminal);
  }
  if (mode == "observe" && !invocation.global.json)
    invocation.out += "What is paused stays paused: `forestall release` ends pauses of ours.\n";
  return worst;
}

Exit run_intents(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  Query query;
  query.add("account", invocation.value("--account"))
      .add("listing", invocation.value("--listing"))
      .add("state", invocation.value("--state"))
      .add("limit", invocation.value("--limit"));
  if (invocation.has("--history")) query.add("history", "true");
  const auto fetched = get(invocation, fmt::format("/api/v1/sellers/{}/intents{}", *seller, query.text()));
  if (!fetched) return fetched.error();
  const auto object = object_of(invocation, *fetched);
  if (!object) return object.error();
  invocation.out += invocation.global.json        ? fetched->body + "\n"
                    : invocation.has("--history") ? render_history(*object, invocation.terminal)
                                                  : render_intents(*object, invocation.terminal);
  return Exit::ok;
}

Exit run_breaker(Invocation& invocation) {
  const auto seller = seller_of(invocation);
  if (!seller) return seller.error();
  if (invocation.has("--reset")) {
    const auto done =
        post(invocation, fmt::format("/api/v1/sellers/{}/breaker{}", *seller,
                                     Query().add("account", invocation.value("account")).text()));
    if (!done) return done.error();
    invocation.out += invocation.global.json
                          ? done->body + "\n"
                          : fmt::format("{}: the breaker is closed\n", invocation.value("account"));
    return Exit::ok;
  }
  const auto status = get(invocation, "/api/v1/status");
  if (!status) return status.error();
  const auto object = object_of(invocation, *status);
  if (!object) return object.error();
  for (const auto& desk : rows(*object, "acting")) {
    if (text(desk, "account") != invocation.value("account")) continue;
    const bool open = text(desk, "breaker") == "open";
    if (invocation.global.json)
      invocation.out += json::serialize(desk) + "\n";
    else
      invocation.out += fmt::format("{}: {}{}\n", text(desk, "account"), text(desk, "breaker"),
                                    open ? ", " + text(desk, "breaker_why") : std::string());
    return open ? Exit::findings : Exit::ok;
  }
  invocation.err += fmt::format("forestall: the daemon has no account \"{}\"\n", invocation.value("account"));
  return Exit::refused;
}

const Argument seller_option{
    .name = "--seller", .placeholder = "ID", .help = "the seller, where there are several"};
const Argument account_option{.name = "--account", .placeholder = "ID", .help = "only this account"};
const Argument why_option{.name = "--why", .placeholder = "TEXT", .help = "for the record"};
const Argument log_option{.name = "--log",
                          .placeholder = "FILE",
                          .help = "what a daemon's log says of the listing; no daemon is asked"};
const Argument what_argument{.name = "what",
                             .placeholder = "LISTING|SKU",
                             .help = "a listing, else every listing of a SKU",
                             .required = true};

}  // namespace

std::vector<Command> acting_commands() {
  return {
      {.name = "sku",
       .summary = "One SKU: its stock, its listings, and what is decided for each",
       .description = "Shows the counters of every pool, and each listing that sells it.",
       .examples = {"forestall sku CUP-BLUE", "forestall sku CUP-BLUE --json | jq .pools"},
       .arguments = {{.name = "sku", .placeholder = "SKU", .help = "the seller's own SKU", .required = true},
                     seller_option},
       .run = run_sku},
      {.name = "explain",
       .summary = "Why a listing shows what it shows, and what would change it",
       .description = "The numbers used, the rule, the counterfactual, and the intent that stands.",
       .examples = {"forestall explain CUP-BLUE-FBM --account amazon-us", "forestall explain CUP-BLUE",
                    "forestall explain CUP-BLUE-FBM --log /var/log/forestall.log"},
       .arguments = {what_argument, account_option, seller_option, log_option},
       .run = run_explain},
      {.name = "pause",
       .summary = "Takes listings off sale until you resume them",
       .description =
           "Puts them to zero. No rule ends it. Leaves with 1 where something could not be paused.",
       .examples = {"forestall pause CUP-BLUE --why \"wrong photo\"",
                    "forestall pause CUP-BLUE-FBM --account amazon-us"},
       .arguments = {what_argument, account_option, why_option, seller_option},
       .run = [](Invocation& i) { return run_change(i, "pause"); }},
      {.name = "resume",
       .summary = "Ends a pause or a hold, and claims what was found off sale",
       .description = "The quantity is decided afresh from the books, never the old number.",
       .examples = {"forestall resume CUP-BLUE"},
       .arguments = {what_argument, account_option, seller_option},
       .run = [](Invocation& i) { return run_change(i, "resume"); }},
      {.name = "hold",
       .summary = "Leaves listings exactly as they are",
       .description = "Nothing is written until the time is over or you resume them.",
       .examples = {"forestall hold CUP-BLUE --for 2h --why \"stock take\""},
       .arguments = {what_argument,
                     {.name = "--for",
                      .placeholder = "TIME",
                      .help = "how long: 30m, 2h, 7d; left out: until resumed"},
                     account_option,
                     why_option,
                     seller_option},
       .run = [](Invocation& i) { return run_change(i, "hold"); }},
      {.name = "release",
       .summary = "Decides every pause of ours afresh, and reports what stays paused",
       .description =
           "Pauses made by persons in the channel stay theirs. Leaves with 1 when something stays.",
       .examples = {"forestall release --all", "forestall release --account amazon-us"},
       .arguments = {account_option,
                     {.name = "--all", .placeholder = "", .help = "every account of the seller"},
                     seller_option},
       .run = run_release},
      {.name = "mode",
       .summary = "Sets how far the daemon may go: observe, advise or guard",
       .description = "In force before the next call is sent, and kept across restarts. `mode observe --all` "
                      "is the kill "
                      "switch: nothing more is written, and what is paused stays paused.",
       .examples = {"forestall mode guard --account amazon-us", "forestall mode observe --all"},
       .arguments = {{.name = "mode",
                      .placeholder = "MODE",
                      .help = "observe, advise or guard",
                      .required = true,
                      .choices = {"observe", "advise", "guard"}},
                     account_option,
                     {.name = "--all", .placeholder = "", .help = "every account"},
                     seller_option},
       .run = run_mode},
      {.name = "intents",
       .summary = "What is being changed at the channels, and what was",
       .description = "Without options: the intents that are open.",
       .examples = {"forestall intents", "forestall intents --state stuck",
                    "forestall intents --history --listing CUP-BLUE-FBM --account amazon-us"},
       .arguments = {account_option,
                     {.name = "--listing", .placeholder = "ID", .help = "only this listing"},
                     {.name = "--state",
                      .placeholder = "STATE",
                      .help = "intents in this state",
                      .choices = {"requested", "sent", "accepted", "confirmed", "rejected", "stuck",
                                  "superseded", "abandoned", "unresolved", "all"}},
                     {.name = "--history", .placeholder = "", .help = "the journal, the newest first"},
                     {.name = "--limit", .placeholder = "N", .help = "at most so many, 1 to 1000"},
                     seller_option},
       .run = run_intents},
      {.name = "breaker",
       .summary = "Whether an account's breaker is open, and closing it",
       .description =
           "Too many changes at once open it: the account falls to advise until a person has looked. "
           "Leaves with 1 while it is open.",
       .examples = {"forestall breaker amazon-us", "forestall breaker amazon-us --reset"},
       .arguments =
           {{.name = "account", .placeholder = "ACCOUNT", .help = "an account's id", .required = true},
            {.name = "--reset", .placeholder = "", .help = "close it: I have looked"},
            seller_option},
       .run = run_breaker}};
}

}  // namespace forestall::cli
