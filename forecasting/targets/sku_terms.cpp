// SPDX-License-Identifier: Apache-2.0
#include "forecasting/targets/sku_terms.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "forecasting/targets/hold_back.hpp"

namespace forestall::forecasting {
namespace {

WindowDemand times(const WindowDemand& demand, double units) {
  return {demand.mean_units * units, demand.variance_units2 * units * units};
}

int scaled(int units, int by) {
  return static_cast<int>(std::min<std::int64_t>(std::int64_t{units} * by, no_limit));
}

}  // namespace

void gather(std::size_t sku, std::span<const ListingTerms> listings, SkuTerms& out) {
  out.listings.clear();
  for (const auto& l : listings) {
    for (std::size_t c = 0; c < l.component_count; ++c) {
      if (l.components[c].sku != sku) continue;
      const int u = l.components[c].units;
      if (u == 1) {
        out.listings.add({l.until_receipt, l.blind, l.margin, l.cancel_cost, l.write_cost, l.exposure_units,
                          l.cap_units, l.through_zero, l.blind_later, l.shared_level});
      } else {
        out.listings.add({times(l.until_receipt, u), times(l.blind, u), l.margin / u, l.cancel_cost / u,
                          l.write_cost, scaled(l.exposure_units, u), scaled(l.cap_units, u), l.through_zero,
                          times(l.blind_later, u), l.shared_level});
      }
      break;
    }
  }
  out.sums = sum_up(out.seen());
}

int shared_units(std::span<const StockTerms> skus, const ListingTerms& l) {
  int units = l.cap_units;
  for (std::size_t c = 0; c < l.component_count; ++c)
    units = std::min(units, std::max(0, skus[l.components[c].sku].usable_units) / l.components[c].units);
  return std::max(units, l.least_units);
}

double shared_writes(const ListingTerms& l, int target) {
  return l.exposure_units > target || (l.exposure_units == 0 && target > 0) ? l.write_cost : 0.0;
}

bool settle(const SkuTerms& terms, int usable, SkuVerdict& verdict) {
  verdict = {};
  verdict.usable_units = usable;
  if (usable <= 0) {
    verdict.regime = Regime::scarce;
    verdict.reason = Reason::nothing_to_sell;
    return true;
  }
  if (terms.listings.size() <= 1) {
    verdict.reason = Reason::one_listing;
    return true;
  }
  double least_write = std::numeric_limits<double>::infinity();
  for (const auto& l : terms.seen()) least_write = std::min(least_write, l.write_cost);
  verdict.race_cost_now = race_bound(terms.sums, usable - 1);
  verdict.reason = Reason::race_below_write;
  if (verdict.race_cost_now >= least_write) {
    const double sellout = sellout_bound(terms.sums, usable);
    if (sellout >= least_write) return false;
    verdict.race_cost_now = sellout;
  }
  return verdict.race_cost_now + protection_bound(terms.sums, usable) < least_write;
}

int divided_units(const SkuTerms& terms, int usable) {
  double wanted = 1;
  for (const auto& l : terms.seen()) {
    for (const auto& d : {l.until_receipt, l.blind, l.later()})
      wanted += d.mean_units + 12 * std::sqrt(std::max(d.mean_units, d.variance_units2)) + 1;
  }
  return std::min({usable, most_divided_units, wanted < no_limit ? static_cast<int>(wanted) : no_limit});
}

void weigh(SkuTerms& terms, int usable, SkuVerdict& verdict) {
  terms.ladder = climb(terms.seen(), terms.sums, divided_units(terms, usable), terms.starts);
  std::int64_t shown = 0;
  for (const auto& l : terms.seen()) shown += l.exposure_units;
  terms.in_force = shown <= usable;
  verdict.pooled_value = terms.ladder.pooled_value;
  verdict.race_cost_now = terms.ladder.race_cost_now;
  verdict.later_cost = terms.ladder.later_cost;
  verdict.split_later_at_units = terms.ladder.later_units;
  verdict.bid_price = terms.ladder.bid_price;
}

int entry_hold_back(const SkuTerms& terms, int usable, double bid_price) {
  DemandSum flight;
  double margin = 0;
  double cancel = 0;
  double write = std::numeric_limits<double>::infinity();
  for (const auto& l : terms.seen()) {
    margin = std::max(margin, l.margin);
    cancel = std::max(cancel, l.cancel_cost);
    write = std::min(write, l.write_cost);
    if (l.exposure_units == 0) continue;
    flight.add(l.blind, l.shared_level);
  }
  const HoldBackTerms asked{flight.total(), usable, margin, cancel, write, std::min(margin, bid_price)};
  // Where every listing shows something the flight is the blind demand of all: the ladder walked it already.
  if (terms.starts.has_blind && asked.flight == terms.sums.blind)
    return hold_back_units(asked, terms.starts.blind);
  return hold_back_units(asked);
}

}  // namespace forestall::forecasting
