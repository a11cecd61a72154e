// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/offer_demand.hpp"

#include <algorithm>

namespace forestall::guard {

namespace fc = forecasting;

fc::WindowDemand beside_a_sale(const fc::WindowDemand& demand, Following follow) {
  const double mean = demand.mean_units + follow.units;
  if (!(mean > 0)) return demand;
  const double ratio = demand.mean_units > 0 ? demand.variance_units2 / demand.mean_units : 1;
  return {mean, mean * std::max({ratio, 1 + follow.units, follow.ratio})};
}

fc::WindowDemand thinned(const fc::WindowDemand& demand, double share) {
  const double mean = demand.mean_units * share;
  return {mean, mean + std::max(0.0, demand.variance_units2 - demand.mean_units) * share * share};
}

fc::WindowDemand later_demand(const DemandModel& model, const fc::DemandLevel& level, Millis blind,
                              Following follow) {
  return beside_a_sale(model.window_at_sale(level, blind), follow);
}

SkuDemand sku_demand(const DemandModel& model, const fc::DemandLevel& level, Instant now, Instant last_sale,
                     Millis until_receipt, Millis blind, Following follow) {
  return {.level = level,
          .until_receipt = model.window(level, now, until_receipt),
          .later = later_demand(model, level, blind, follow),
          .last_sale = last_sale,
          .follow = follow};
}

OfferSpan offer_span(const DemandModel& model, const OfferWindow& window, Instant now) {
  const Millis unseen = std::max(Millis{0}, now - window.seen_until);
  return {.unseen = model.span(now - unseen, unseen + window.flight),
          .length = unseen + window.flight,
          .flight_hours = model.exposure_hours(now, window.flight),
          .closed_hours = model.exposure_hours(now + window.flight, window.closed),
          .share = window.share};
}

void fill_demand(const SkuDemand& sku, const OfferSpan& span, Instant now, Millis blind,
                 fc::ListingTerms& terms) {
  terms.until_receipt = thinned(sku.until_receipt, span.share);
  auto unseen = DemandModel::window(sku.level, span.unseen);
  if (now - sku.last_sale < span.length + blind) unseen = beside_a_sale(unseen, sku.follow);
  terms.blind = thinned(unseen, span.share);
  terms.blind_later = thinned(sku.later, span.share);
  terms.closed_units = span.share * fc::DemandFilter::mean_units(sku.level, span.closed_hours);
  terms.shared_level = true;
}

double units_in_flight(const SkuDemand& sku, const OfferSpan& span) {
  return span.share * fc::DemandFilter::mean_units(sku.level, span.flight_hours);
}

void fill_demand(const DemandModel& model, const SkuDemand& sku, const OfferWindow& window, Instant now,
                 Millis blind, fc::ListingTerms& terms) {
  fill_demand(sku, offer_span(model, window, now), now, blind, terms);
}

}  // namespace forestall::guard
