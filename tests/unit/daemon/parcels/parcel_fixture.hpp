// SPDX-License-Identifier: Apache-2.0
// Updates as a channel and as a carrier would write them.
#pragma once

#include <chrono>
#include <string_view>

#include "connectors/model/fulfilment.hpp"

namespace forestall::parcels {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

inline Instant at(std::string_view text) { return parse_instant(text).value(); }
inline const AccountId shop = AccountId::literal("amazon-us");

inline model::ShipmentUpdate from_channel(std::string_view order, std::string_view tracking, Instant label_at,
                                          std::optional<Instant> deliver_by = {}) {
  model::ShipmentUpdate u;
  u.from = {SourceId::literal("amazon-us"), model::Version::of(label_at), label_at};
  u.account = shop;
  u.order = OrderId::literal(order);
  u.carrier = CarrierId::literal("usps");
  u.tracking = TrackingId::literal(tracking);
  u.state = model::ShipmentState::label_made;
  u.handed_over_at = label_at;
  u.promised_by = deliver_by;
  return u;
}

inline model::ShipmentUpdate from_carrier(std::string_view order, std::string_view tracking, Instant now,
                                          model::ShipmentState state, std::optional<Instant> first = {},
                                          std::optional<Instant> last = {}) {
  model::ShipmentUpdate u;
  u.from = {SourceId::literal("parcels"), model::Version::of(now), last.value_or(now)};
  u.account = shop;
  u.order = OrderId::literal(order);
  u.carrier = CarrierId::literal("usps");
  u.tracking = TrackingId::literal(tracking);
  u.state = state;
  u.first_scan_at = first;
  u.last_scan_at = last;
  if (state == model::ShipmentState::delivered) u.delivered_at = last;
  return u;
}

}  // namespace forestall::parcels
