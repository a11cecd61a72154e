// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/package_decoder.hpp"

#include <algorithm>
#include <tuple>

#include "connectors/amazon/order_words.hpp"

namespace forestall::amazon {

namespace {

constexpr std::size_t max_portions = 100;

}  // namespace

std::vector<model::ShipmentUpdate> read_packages(const json::Node& packages, json::Document& document,
                                                 const model::OrderUpsert& order, const Place& place,
                                                 const Reading& reading, std::vector<Error>& set_aside) {
  std::vector<model::ShipmentUpdate> parcels;
  for (const json::Node package : packages.maybe_array()) {
    const auto carrier = carrier_id(package["carrier"].maybe_text().value_or(""));
    const auto tracking = package["trackingNumber"].maybe_id<TrackingId>();
    const json::Node status = package["packageStatus"];
    model::ShipmentUpdate parcel;
    parcel.from = {place.source, model::Version::of(reading.asked), reading.answered};
    parcel.account = place.account;
    parcel.order = order.id;
    parcel.state = shipment_state(status["status"].maybe_text().value_or(""),
                                  status["detailedStatus"].maybe_text().value_or(""));
    parcel.handed_over_at = package["shipTime"].maybe_instant();
    parcel.promised_by = order.deliver_by;
    for (const json::Node item : package["packageItems"].maybe_array())
      parcel.lines.push_back(
          {item["orderItemId"].id<OrderLineId>(), Units(item["quantity"].integer(0, Units::max_reading))});
    if (auto bad = document.take_error()) {
      set_aside.push_back(std::move(*bad));
      continue;
    }
    if (!carrier || !tracking) continue;
    parcel.carrier = *carrier;
    parcel.tracking = *tracking;
    parcels.push_back(std::move(parcel));
  }
  if (auto bad = document.take_error()) set_aside.push_back(std::move(*bad));  // packages is no array
  return parcels;
}

std::vector<Sent> sent_units(const json::Node& packages, json::Document& document) {
  std::vector<Sent> sent;
  for (const json::Node package : packages.maybe_array()) {
    const auto at = package["shipTime"].maybe_instant();
    std::vector<Sent> of_package;
    for (const json::Node item : package["packageItems"].maybe_array())
      of_package.push_back({item["orderItemId"].id<OrderLineId>(),
                            Units(item["quantity"].integer(0, Units::max_reading)), at.value_or(Instant{})});
    if (document.take_error() || !at || *at <= Instant{}) continue;
    sent.insert(sent.end(), of_package.begin(), of_package.end());
  }
  (void)document.take_error();
  std::ranges::sort(sent, [](const Sent& a, const Sent& b) {
    return std::tie(a.at, a.line, a.units) < std::tie(b.at, b.line, b.units);
  });
  return sent;
}

std::vector<model::Portion> shipped_portions(const std::vector<Sent>& sent, const OrderLineId& line,
                                             Units shipped, Instant otherwise) {
  std::vector<model::Portion> portions;
  const auto put = [&](Units units, Instant at) {
    if (units <= Units{}) return;
    if (!portions.empty() && portions.back().shipped_at == at)
      portions.back().units += units;
    else
      portions.push_back({.units = units, .allocated_at = {}, .picked_at = {}, .shipped_at = at});
    shipped -= units;
  };
  for (const auto& one : sent)
    if (one.line == line && portions.size() + 1 < max_portions) put(std::min(one.units, shipped), one.at);
  put(shipped, otherwise);
  return portions;
}

}  // namespace forestall::amazon
