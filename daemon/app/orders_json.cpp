// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/orders_json.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <ranges>

#include "config/base/text.hpp"

namespace forestall::app {
namespace {

namespace json = boost::json;

constexpr std::size_t causes_of_risk = 9;
constexpr std::size_t kinds_of_blame = 9;
constexpr std::size_t named_orders = 50;  // of an incident

json::object rate_json(const orders::Rate& rate) {
  return {{"share", rate.share}, {"low", rate.low}, {"high", rate.high}};
}

json::object incident_json(const orders::Incident& i) {
  json::array named, accounts;
  for (const AccountId& account : i.accounts) accounts.emplace_back(account.str());
  for (std::size_t n = 0; n < std::min(i.orders.size(), named_orders); ++n)
    named.emplace_back(i.orders[n].second.str());
  return {{"kind", orders::word(i.kind)},
          {"carrier", i.carrier},
          {"place", i.place},
          {"service", i.service},
          {"lane", i.lane},
          {"since", to_string(i.since)},
          {"accounts", std::move(accounts)},
          {"silent", i.parcels},
          {"of", i.of},
          {"expected", i.expected},
          {"chance", i.chance},
          {"orders", std::move(named)}};
}

}  // namespace

std::string_view at_risk_schema() {
  return R"({
  "type": "object", "required": ["seller", "open_orders", "looked_at", "flags", "orders", "incidents"],
  "properties": {
    "seller": {"type": "string"},
    "open_orders": {"type": "integer"},
    "under_way": {"type": "integer", "description": "parcels"},
    "looked_at": {"type": "integer", "description": "the most urgent open orders, and all with parcels under way"},
    "flags": {"type": "integer", "description": "all of them; the first are listed"},
    "incidents": {"type": "array", "description": "many silent parcels with one cause; their orders are not listed singly",
      "items": {"type": "object", "properties": {
      "kind": {"enum": ["collection_missed", "hub_silent"]}, "carrier": {"type": "string"},
      "place": {"type": "string"}, "service": {"type": "string"}, "lane": {"type": "string"},
      "since": {"type": "string", "description": "the longest of the silences began then"},
      "accounts": {"type": "array", "items": {"type": "string"}},
      "silent": {"type": "integer", "description": "parcels"}, "of": {"type": "integer"},
      "expected": {"type": "number"}, "chance": {"type": "number"},
      "orders": {"type": "array", "items": {"type": "string"}}}}},
    "orders": {"type": "array", "description": "the most avoidable loss first",
      "items": {"type": "object", "properties": {
      "account": {"type": "string"}, "order": {"type": "string"}, "cause": {"type": "string"},
      "hard": {"type": "boolean", "description": "evidence, not a forecast"},
      "probability": {"type": "number"}, "deadline": {"type": "string"},
      "act_by": {"type": "string", "description": "the last moment when acting still helps"},
      "since": {"type": "string", "description": "when it was first seen in danger"},
      "stake": {"type": "string"}, "loss_avoided": {"type": "number", "description": "minor units"},
      "next": {"type": "string"}, "why": {"type": "string"}}}}}})";
}

std::string at_risk_json(const orders::OrderDesk& desk, const orders::Looked& looked, std::size_t most) {
  json::array list;
  for (const orders::Flag& f : looked.flags | std::views::take(most)) {
    json::object row{{"account", f.account.str()},
                     {"order", f.order.str()},
                     {"cause", orders::word(f.cause)},
                     {"hard", f.hard},
                     {"probability", f.probability},
                     {"deadline", to_string(f.deadline)},
                     {"act_by", to_string(f.act_by)},
                     {"stake", to_string(f.stake)},
                     {"loss_avoided", f.loss_avoided},
                     {"next", orders::word(f.next)},
                     {"why", f.why}};
    if (const auto since = desk.since(f)) row["since"] = to_string(*since);
    list.push_back(std::move(row));
  }
  json::array incidents;
  for (const orders::Incident& i : looked.incidents) incidents.push_back(incident_json(i));
  return json::serialize(json::object{{"seller", desk.seller().settings.id.str()},
                                      {"open_orders", looked.open_orders},
                                      {"under_way", looked.under_way},
                                      {"looked_at", looked.looked_at},
                                      {"flags", looked.flags.size()},
                                      {"incidents", std::move(incidents)},
                                      {"orders", std::move(list)}});
}

std::string_view causes_schema() {
  return R"({
  "type": "object", "required": ["seller", "since", "counts", "orders"],
  "properties": {
    "seller": {"type": "string"},
    "since": {"type": "string", "format": "date-time"},
    "counts": {"type": "array", "items": {"type": "object", "properties": {
      "what": {"enum": ["cancelled", "late"]}, "cause": {"type": "string"}, "orders": {"type": "integer"}}}},
    "orders": {"type": "array", "description": "the latest first", "items": {"type": "object", "properties": {
      "account": {"type": "string"}, "order": {"type": "string"}, "what": {"enum": ["cancelled", "late"]},
      "at": {"type": "string", "format": "date-time"}, "cause": {"type": "string"},
      "units": {"enum": ["quarantine", "to_listing", "inspection", "nowhere"]},
      "value": {"type": "string"}, "why": {"type": "string"}}}}}})";
}

std::string causes_json(const orders::OrderDesk& desk, Instant since, std::size_t most) {
  json::array counts, list;
  for (const auto& [kind, n] : desk.causes().counts(since))
    counts.push_back(json::object{
        {"what", kind.first ? "cancelled" : "late"}, {"cause", orders::word(kind.second)}, {"orders", n}});
  for (const orders::Verdict* v : desk.causes().since(since, most)) {
    json::object row{{"account", v->account.str()},
                     {"order", v->order.str()},
                     {"what", v->cancelled ? "cancelled" : "late"},
                     {"at", to_string(v->at)},
                     {"cause", orders::word(v->blame)},
                     {"units", orders::word(v->units)},
                     {"why", v->why}};
    if (v->value) row["value"] = to_string(*v->value);
    list.push_back(std::move(row));
  }
  return json::serialize(json::object{{"seller", desk.seller().settings.id.str()},
                                      {"since", to_string(since)},
                                      {"counts", std::move(counts)},
                                      {"orders", std::move(list)}});
}

std::string_view scorecard_schema() {
  return R"({
  "type": "object", "required": ["seller", "lanes"],
  "properties": {
    "seller": {"type": "string"},
    "under_way": {"type": "integer", "description": "parcels"},
    "incidents": {"type": "array", "items": {"type": "object"}},
    "lanes": {"type": "array", "description": "most parcels first; shares with their 90 % interval",
      "items": {"type": "object", "properties": {
      "carrier": {"type": "string"}, "service": {"type": "string"}, "lane": {"type": "string"},
      "parcels": {"type": "number", "description": "faded with a half-life of 60 days"},
      "on_time": {"type": "object"}, "first_scan": {"type": "object"}, "lost": {"type": "object"}}}}}})";
}

std::string scorecard_json(const orders::OrderDesk& desk, Instant now, std::size_t most) {
  json::array lanes, incidents;
  for (const auto& row : desk.models().scorecard().rows(parcels::day_of(now), most))
    lanes.push_back(json::object{{"carrier", row.lane.carrier},
                                 {"service", row.lane.service},
                                 {"lane", row.lane.lane},
                                 {"parcels", row.parcels},
                                 {"on_time", rate_json(row.on_time)},
                                 {"first_scan", rate_json(row.first_scan)},
                                 {"lost", rate_json(row.lost)}});
  for (const orders::Incident& i : desk.last_look().incidents) incidents.push_back(incident_json(i));
  return json::serialize(json::object{{"seller", desk.seller().settings.id.str()},
                                      {"under_way", desk.book().open_parcels()},
                                      {"incidents", std::move(incidents)},
                                      {"lanes", std::move(lanes)}});
}

void collect_desk(metrics::Page& page, const orders::OrderDesk& desk) {
  const std::string& seller = desk.seller().settings.id.str();
  const auto& looked = desk.last_look();
  std::array<std::uint64_t, causes_of_risk> at_risk{};
  for (const orders::Flag& f : looked.flags) ++at_risk[static_cast<std::size_t>(f.cause)];
  const auto& figures = desk.figures();
  for (std::size_t c = 0; c < causes_of_risk; ++c) {
    const auto cause = static_cast<orders::Cause>(c);
    page.gauge("forestall_orders_at_risk", "Open orders at risk among the most urgent ones, by cause.",
               at_risk[c], {{"seller", seller}, {"cause", orders::word(cause)}});
    const auto raised = figures.raised.find(cause);
    page.counter("forestall_orders_flagged_total", "Orders that came into danger, by cause.",
                 raised == figures.raised.end() ? std::uint64_t{0} : raised->second,
                 {{"seller", seller}, {"cause", orders::word(cause)}});
  }
  for (const bool cancelled : {true, false})
    for (std::size_t b = 0; b < kinds_of_blame; ++b) {
      const auto blame = static_cast<orders::Blame>(b);
      const auto ended = figures.ended.find({cancelled, blame});
      page.counter("forestall_orders_ended_badly_total", "Orders that were cancelled or late, by cause.",
                   ended == figures.ended.end() ? std::uint64_t{0} : ended->second,
                   {{"seller", seller},
                    {"outcome", cancelled ? "cancelled" : "late"},
                    {"cause", orders::word(blame)}});
    }
  std::array<std::uint64_t, 2> incidents{};
  for (const orders::Incident& i : looked.incidents) ++incidents[static_cast<std::size_t>(i.kind)];
  for (const auto kind : {orders::IncidentKind::collection_missed, orders::IncidentKind::hub_silent})
    page.gauge("forestall_parcel_incidents", "Missed collections and silent hubs now.",
               incidents[static_cast<std::size_t>(kind)], {{"seller", seller}, {"kind", orders::word(kind)}});
  page.gauge("forestall_parcels_under_way", "Parcels that are followed and have not arrived.",
             std::uint64_t{looked.under_way}, {{"seller", seller}});
  page.gauge("forestall_hand_over_pace", "Hand-overs of the last day beside what is usual for such orders.",
             desk.hand_over().pace(), {{"seller", seller}});
  page.counter("forestall_orders_unread_total", "Stored records that could not be read at the start.",
               figures.unread, {{"seller", seller}});
}

std::optional<int> read_days(const web::Request& request) {
  const auto days = parse_integer<int>(request.query_value("days").value_or("30"));
  if (!days || *days < 1 || *days > 120) return std::nullopt;
  return days;
}

}  // namespace forestall::app
