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
          .last_sale = last_sale};
}

void fill_demand(const DemandModel& model, const SkuDemand& sku, const OfferWindow& window, Instant now,
                 Millis blind, Following follow, fc::ListingTerms& terms) {
  const Millis unseen = std::max(Millis{0}, now - window.seen_until);
  terms.until_receipt = thinned(sku.until_receipt, window.share);
  auto unseen_demand = model.window(sku.level, now - unseen, unseen + window.flight);
  if (now - sku.last_sale < unseen + window.flight + blind)
    unseen_demand = beside_a_sale(unseen_demand, follow);
  terms.blind = thinned(unseen_demand, window.share);
  terms.blind_later = thinned(sku.later, window.share);
  terms.closed_units = window.share * model.window(sku.level, now + window.flight, window.closed).mean_units;
  terms.shared_level = true;
}

}  // namespace forestall::guard
