// SPDX-License-Identifier: Apache-2.0
// Many parcels that are silent for one reason, as one alert; and which orders it speaks for. Pure.
#pragma once

#include "daemon/alerting/alert.hpp"
#include "daemon/orders/incidents.hpp"

namespace forestall::alerting {

// Younger than this a missed collection can still be put right by handing the parcels over again: urgent.
inline constexpr Millis collection_helps_for = std::chrono::hours(48);

// A missed collection is its account's, a silent hub the seller's as a whole.
Alert alert_of(const orders::Incident& incident, const SellerId& seller, const TimeZone& zone, Instant now);

// The label "carrier" goes onto alerts of its orders, and inhibits those that only say the same again.
inline constexpr std::string_view carrier_label = "carrier";
bool speaks_for(const orders::Incident& incident, const AccountId& account, const OrderId& order);

}  // namespace forestall::alerting
