// SPDX-License-Identifier: Apache-2.0
// From what is believed of a SKU's demand to the demand terms of one of its listings. The one place where the
// live guard and the backtest agree on what a blind window is.
#pragma once

#include <cstddef>

#include "daemon/guard/demand/demand_model.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::guard {

// What follows a sale of a SKU within a blind window.
struct Following {
  double units = 0;  // beyond the usual, on average
  double ratio = 1;  // variance / mean of all that follows: clusters are seldom, and large when they come
};
// Orders cluster: what a window holds besides a sale that was in it. For a negative binomial the variance
// grows by the same ratio (its Palm distribution is one of the same ratio and a larger shape).
forecasting::WindowDemand beside_a_sale(const forecasting::WindowDemand& demand, Following follow);

// Shoppers of one stream, dealt to channels: thinning keeps the shape and scales the mean.
forecasting::WindowDemand thinned(const forecasting::WindowDemand& demand, double share);

// What all listings of a SKU share at one instant.
struct SkuDemand {
  forecasting::DemandLevel level{};
  forecasting::WindowDemand until_receipt{};  // all channels
  forecasting::WindowDemand later{};          // of a blind window at a sale, beside that sale
  Instant last_sale{};
  Following follow{};
};
// A blind window at a sale, beside that sale: SkuDemand::later.
forecasting::WindowDemand later_demand(const DemandModel& model, const forecasting::DemandLevel& level,
                                       Millis blind, Following follow);
// `blind`: from the sale that empties a SKU to its other listings being changed. `follow`: what follows a
// sale within that.
SkuDemand sku_demand(const DemandModel& model, const forecasting::DemandLevel& level, Instant now,
                     Instant last_sale, Millis until_receipt, Millis blind, Following follow);

// The price of a write, in margins of a unit: its call, and what can go wrong.
inline constexpr double write_cost_in_margins = 0.02;

// Money that a change between sharing and splitting must win, beyond its own writes: zero and fill of every
// listing, which it costs to change back.
constexpr double mind_change_cost(double write_cost, std::size_t listings) {
  return 2 * write_cost * static_cast<double>(listings);
}

struct OfferWindow {
  Instant seen_until{};  // the channel's order watermark
  Millis flight{};       // from a write handed over to shoppers seeing it, its turn included
  Millis closed{};       // on its way through zero: a zero live, seen to hold, and the fill live
  double share = 1;      // of the SKU's demand, 0 .. 1
};
// The windows of a channel as of one instant: the same for all its listings.
struct OfferSpan {
  DemandModel::Span unseen{};  // the blind window
  Millis length{};             // of it
  double flight_hours = 0;     // exposure while a write goes live
  double closed_hours = 0;     // exposure while it goes through zero
  double share = 1;
};
OfferSpan offer_span(const DemandModel& model, const OfferWindow& window, Instant now);
// What the listing's shoppers ask for while a write of it goes live.
double units_in_flight(const SkuDemand& sku, const OfferSpan& span);
// Fills until_receipt, blind, blind_later, closed_units and shared_level, in units of the SKU.
void fill_demand(const SkuDemand& sku, const OfferSpan& span, Instant now, Millis blind,
                 forecasting::ListingTerms& terms);
void fill_demand(const DemandModel& model, const SkuDemand& sku, const OfferWindow& window, Instant now,
                 Millis blind, forecasting::ListingTerms& terms);

}  // namespace forestall::guard
