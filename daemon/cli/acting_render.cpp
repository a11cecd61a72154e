// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/acting_render.hpp"

#include <fmt/format.h>

#include <boost/json/value.hpp>

namespace forestall::cli {
namespace json = boost::json;

namespace {

json::object child(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->as_object() : json::object();
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

// "4", "2 fewer", "5 if it is still 7".
std::string goal(const json::object& intent) {
  const auto write = text(intent, "write");
  return or_dash(write.empty() ? text(intent, "target") : write);
}

Tone tone_of(std::string_view state) {
  if (state == "confirmed") return Tone::good;
  if (state == "stuck" || state == "rejected" || state == "unresolved") return Tone::bad;
  return Tone::plain;
}

}  // namespace

std::string render_explained(const json::object& answer, const Terminal& terminal) {
  std::string out;
  std::vector<Row> pools;
  for (const auto& pool : rows(answer, "pools"))
    pools.push_back(
        {{text(pool, "pool")},
         {text(pool, "certainty"), text(pool, "certainty") == "known" ? Tone::plain : Tone::warning},
         {or_dash(text(pool, "available"))},
         {text(pool, "on_hand")},
         {text(pool, "receipts")},
         {text(pool, "committed")},
         {text(pool, "quarantined")},
         {text(pool, "reserve")},
         {or_dash(text(pool, "as_of"))}});
  if (!pools.empty())
    out += table(
        terminal,
        {"POOL", "STOCK", "AVAILABLE", "ON HAND", "RECEIVED", "COMMITTED", "QUARANTINED", "RESERVE", "AS OF"},
        pools);
  for (const auto& listing : rows(answer, "listings")) {
    const auto intent = child(listing, "intent");
    if (!out.empty()) out += "\n";
    out += fmt::format("{} {}  mode {}\n", text(listing, "account"), text(listing, "listing"),
                       text(listing, "mode"));
    out += fmt::format("  now      {}\n", text(listing, "text"));
    out += fmt::format("  read     {} at {}\n", or_dash(text(listing, "read")),
                       or_dash(text(listing, "read_at")));
    if (const auto hold = text(listing, "hold"); !hold.empty()) out += fmt::format("  hold     {}\n", hold);
    if (const auto why = text(listing, "not_fit"); !why.empty()) out += fmt::format("  not fit  {}\n", why);
    if (!intent.empty())
      out += fmt::format("  intent   {} {}: {} -> {}, {}, by {} at {}{}{}\n", text(intent, "epoch"),
                         toned(terminal, tone_of(text(intent, "state")), text(intent, "state")),
                         or_dash(text(intent, "before")), goal(intent), text(intent, "reason"),
                         text(intent, "origin"), text(intent, "requested_at"),
                         text(intent, "detail").empty() ? "" : ", ", text(intent, "detail"));
    std::string_view heading = "moves";
    for (const auto& move : rows(listing, "moves")) {
      out += fmt::format(
          "  {:<8} {}  {} -> {} {}, {}{}{}\n", heading, text(move, "at"), or_dash(text(move, "from")),
          or_dash(text(move, "to")), toned(terminal, tone_of(text(move, "state")), text(move, "state")),
          text(move, "reason"), text(move, "detail").empty() ? "" : ": ", text(move, "detail"));
      heading = "";
    }
  }
  return out;
}

std::string render_done(const json::object& answer, const Terminal& terminal) {
  std::vector<Row> all;
  for (const auto& row : rows(answer, "listings"))
    all.push_back({{text(row, "account")}, {text(row, "listing")}, {text(row, "what")}});
  if (all.empty()) return "Nothing of ours is paused.\n";
  return table(terminal, {"ACCOUNT", "LISTING", "DONE"}, all);
}

std::string render_desks(const json::object& answer, const Terminal& terminal) {
  std::vector<Row> all;
  for (const auto& desk : rows(answer, "accounts")) {
    const bool open = text(desk, "breaker") == "open";
    all.push_back({{text(desk, "account")},
                   {text(desk, "mode")},
                   {text(desk, "breaker"), open ? Tone::bad : Tone::plain},
                   {text(desk, "queued")},
                   {text(desk, "under_way")},
                   {or_dash(text(desk, "not_fit"))}});
  }
  return table(terminal, {"ACCOUNT", "MODE", "BREAKER", "QUEUED", "UNDER WAY", "NOT FIT"}, all);
}

std::string render_intents(const json::object& answer, const Terminal& terminal) {
  std::vector<Row> all;
  for (const auto& i : rows(answer, "intents"))
    all.push_back({{text(i, "account")},
                   {text(i, "listing")},
                   {text(i, "epoch")},
                   {text(i, "state"), tone_of(text(i, "state"))},
                   {or_dash(text(i, "before"))},
                   {goal(i)},
                   {text(i, "reason")},
                   {text(i, "requested_at")},
                   {text(i, "detail")}});
  if (all.empty()) return "No such intents.\n";
  return table(terminal, {"ACCOUNT", "LISTING", "EPOCH", "STATE", "FROM", "TO", "WHY", "REQUESTED", "DETAIL"},
               all) +
         fmt::format("{} of {}\n", all.size(), text(answer, "found"));
}

std::string render_history(const json::object& answer, const Terminal& terminal) {
  std::vector<Row> all;
  for (const auto& e : rows(answer, "history"))
    all.push_back(
        {{text(e, "id")},
         {text(e, "account")},
         {text(e, "listing")},
         {text(e, "epoch")},
         {text(e, "kind") == "move" ? text(e, "state") : text(e, "kind"), tone_of(text(e, "state"))},
         {goal(e)},
         {text(e, "reason").empty() ? text(e, "detail") : text(e, "reason")},
         {text(e, "who")}});
  const auto back_to = text(answer, "looked_back_to");
  const bool whole = text(answer, "whole") == "yes" || back_to.empty();
  if (all.empty()) return whole ? "The journal holds nothing of it.\n" : "Nothing since " + back_to + ".\n";
  auto out = table(terminal, {"WHEN", "ACCOUNT", "LISTING", "EPOCH", "STEP", "TO", "WHY", "WHO"}, all);
  if (!whole) out += "Looked back to " + back_to + ".\n";
  return out;
}

}  // namespace forestall::cli
