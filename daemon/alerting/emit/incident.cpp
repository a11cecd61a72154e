// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/incident.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/alerting/emit/words.hpp"

namespace forestall::alerting {
namespace {

using orders::Incident;
using orders::IncidentKind;

constexpr std::size_t most_named = 10;

std::string orders_of(const Incident& incident) {
  std::string text;
  const auto named = std::min(incident.orders.size(), most_named);
  for (std::size_t i = 0; i < named; ++i) text += (i == 0 ? "" : ", ") + incident.orders[i].second.str();
  if (incident.orders.size() > named) text += fmt::format(" and {} more", incident.orders.size() - named);
  return text;
}

// "ups ground": what of the carrier's is meant, as far as all of them share it.
std::string who(const Incident& incident) {
  auto text = incident.carrier.empty() ? std::string("the carrier") : incident.carrier;
  if (!incident.service.empty()) text += " " + incident.service;
  return text;
}

}  // namespace

Alert alert_of(const Incident& incident, const SellerId& seller, const TimeZone& zone, Instant now) {
  const bool missed = incident.kind == IncidentKind::collection_missed;
  const auto silent = now - incident.since;
  Alert alert{
      // A collection is an account's; a hub stands still for all, whoever's parcels show it first.
      .identity = {seller, AlertKind::carrier_incident,
                   missed && !incident.accounts.empty() ? incident.accounts.front() : AccountId{},
                   fmt::format("{} {} {}", orders::word(incident.kind), incident.carrier, incident.place)},
      .severity = missed && silent < collection_helps_for ? Severity::urgent : Severity::warning,
      .hard = true,
      .labels = {{std::string(carrier_label), incident.carrier}, {"place", incident.place}}};
  if (missed) {
    alert.headline =
        fmt::format("{} of {} parcels of {} were never scanned by {}: the collection seems missed",
                    incident.parcels, incident.of, incident.place, who(incident));
    alert.first = silent < collection_helps_for
                      ? "Look where the parcels stand, and have them collected or hand them over today."
                      : "Ask the carrier where the parcels are, and tell the buyers the new date.";
  } else {
    alert.headline = fmt::format("{}: {} of {} parcels do not move on from {}", who(incident),
                                 incident.parcels, incident.of, incident.place);
    alert.first = fmt::format("Ask {} what stands still at {}, and tell the buyers whose date is near.",
                              incident.carrier.empty() ? "the carrier" : incident.carrier, incident.place);
  }
  alert.numbers = {fmt::format("silent since {}, {}", say_time(incident.since, zone, now), say_span(silent)),
                   fmt::format("{:.1f} would be as silent in ordinary times", incident.expected),
                   fmt::format("{} {}: {}", incident.orders.size(),
                               incident.orders.size() == 1 ? "order" : "orders", orders_of(incident))};
  if (!incident.lane.empty()) alert.numbers.push_back("all on the lane " + incident.lane);
  return alert;
}

bool speaks_for(const Incident& incident, const AccountId& account, const OrderId& order) {
  return std::ranges::binary_search(incident.orders, std::pair(account, order));
}

}  // namespace forestall::alerting
