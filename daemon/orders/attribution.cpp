// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/attribution.hpp"

#include <array>

namespace forestall::orders {
namespace {

using model::CancelledBy;
using model::CancelReason;

// Who lacked what, of a cancellation for want of stock.
Attribution shortage(const EndedOrder& o) {
  // Another order had been placed and had not been seen when this one came: both were sold the same units.
  if (o.rival_placed_at && o.rival_seen_at && *o.rival_placed_at <= o.placed_at &&
      *o.rival_seen_at > o.placed_at)
    return {Blame::feed_lag, UnitsGo::nowhere,
            "an earlier sale was not known yet when this one was accepted"};
  if (o.is_bundle && o.other_part_short)
    return {Blame::bundle, UnitsGo::nowhere, "a part of the bundle was missing"};
  if (o.available_at_placing && *o.available_at_placing >= o.units)
    return {Blame::count_error, UnitsGo::quarantine, "the record said it was there"};
  if (o.available_at_placing)
    return {Blame::feed_lag, UnitsGo::nowhere, "sold while the record already said that it was not there"};
  return {Blame::unknown, UnitsGo::quarantine, "stock was missing, and nobody knows what the record said"};
}

Attribution cancelled(const EndedOrder& o) {
  const bool shipped = o.handed_over_at.has_value();
  // Units on their way come back through a return, whoever cancelled.
  const UnitsGo back = shipped ? UnitsGo::inspection : UnitsGo::to_listing;
  if (o.price_out_of_band || o.reason == CancelReason::price_error)
    return {Blame::price, back, "the price was outside the item's own range"};
  if (o.reason == CancelReason::payment || (o.payment_was_pending && o.by != CancelledBy::buyer))
    return {Blame::payment, back, "the payment was never settled"};
  if (o.parcel_lost) return {Blame::carrier, UnitsGo::nowhere, "the parcel was lost"};
  if (o.reason == CancelReason::late) {
    const bool in_time = shipped && (!o.ship_by || *o.handed_over_at <= *o.ship_by);
    return {in_time ? Blame::carrier : Blame::handling, back,
            in_time ? "handed over in time, and late on the way" : "not handed over in time"};
  }
  if (o.by == CancelledBy::buyer || o.buyer_asked || o.reason == CancelReason::buyer_changed_mind)
    return {Blame::buyers_mind, back, "the buyer's own wish"};
  if (model::puts_stock_in_doubt(o.by, o.reason)) return shortage(o);
  if (o.by == CancelledBy::marketplace && o.ship_by && !shipped)
    return {Blame::handling, back, "the channel gave up waiting for the hand-over"};
  return {Blame::unknown, back, "no reason was given"};
}

Attribution late(const EndedOrder& o) {
  if (o.ship_by && (!o.handed_over_at || *o.handed_over_at > *o.ship_by))
    return {Blame::handling, UnitsGo::nowhere, "handed over after its ship-by"};
  if (o.parcel_lost) return {Blame::carrier, UnitsGo::nowhere, "the parcel was lost"};
  if (o.handed_over_at && o.deliver_by && (!o.delivered_at || *o.delivered_at > *o.deliver_by))
    return {Blame::carrier, UnitsGo::nowhere, "handed over in time, and late on the way"};
  return {Blame::unknown, UnitsGo::nowhere, "the times do not say"};
}

}  // namespace

std::string_view word(Blame blame) {
  constexpr std::array<std::string_view, 9> words = {"feed_lag", "count_error", "bundle",
                                                     "price",    "carrier",     "handling",
                                                     "payment",  "buyers_mind", "unknown"};
  return words[static_cast<std::size_t>(blame)];
}

std::string_view word(UnitsGo where) {
  constexpr std::array<std::string_view, 4> words = {"quarantine", "to_listing", "inspection", "nowhere"};
  return words[static_cast<std::size_t>(where)];
}

Attribution attribute(const EndedOrder& order) { return order.cancelled ? cancelled(order) : late(order); }

}  // namespace forestall::orders
