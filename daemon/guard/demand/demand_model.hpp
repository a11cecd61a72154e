// SPDX-License-Identifier: Apache-2.0
// What is believed of the demand of many SKUs: a belief each, and pooled over all of them the week, the prior
// and the bursts. Values without I/O: the live guard feeds it from the ledger, the backtest from its world.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "config/base/time.hpp"
#include "daemon/guard/demand/order_sizes.hpp"
#include "forecasting/demand_filter.hpp"

namespace forestall::guard {

// Seconds since 1970, as the beliefs count; never before, nor after 2106.
std::int64_t demand_seconds(Instant at);

class DemandModel {
 public:
  using Index = std::uint32_t;

  DemandModel();

  // SKUs 0 .. skus - 1 exist from here on; new ones at the prior, not selling, since `since`.
  void grow(std::size_t skus, Instant since);
  // Forgets the others: a model that is not wanted any more is freed in parts.
  void shrink(std::size_t skus) {
    if (skus < beliefs_.size()) beliefs_.resize(skus);
  }
  std::size_t size() const { return beliefs_.size(); }
  // Begins again at the prior.
  void begin(Index sku, Instant since);

  // `units` were ordered at that instant; an instant before the last event counts as the last event's.
  void sold(Index sku, Instant at, double units);
  // In stock and listed somewhere from now on, or no longer.
  void selling(Index sku, Instant at, bool yes);
  // Events that no belief can take, of units beyond DemandFilter::max_units: left out.
  std::uint64_t refused() const { return refused_; }
  const forecasting::DemandBelief& belief(Index sku) const { return beliefs_[sku]; }
  void restore(Index sku, const forecasting::DemandBelief& belief) { beliefs_[sku] = belief; }

  void set_profile(forecasting::WeekProfile profile);
  void set_prior(const forecasting::StratumPrior& prior) { strata_[0] = prior; }
  void set_bursts(const forecasting::BurstModel& bursts);
  const forecasting::WeekProfile& profile() const { return profiles_[0]; }
  const forecasting::StratumPrior& prior() const { return strata_[0]; }
  forecasting::DemandFilter filter() const { return {profiles_, strata_}; }

  forecasting::DemandLevel level(Index sku, Instant now) const;
  forecasting::DemandLevel level(Instant now) const;  // of a SKU of which nothing is known
  // Units of all channels in [from, from + length), with bursts where the window is short.
  forecasting::WindowDemand window(const forecasting::DemandLevel& level, Instant from, Millis length) const;
  // The same at the hours in which sales happen, whatever the hour is now: what the next sale will meet.
  forecasting::WindowDemand window_at_sale(const forecasting::DemandLevel& level, Millis length) const;
  double exposure_hours(Instant from, Millis length) const;
  // What window() needs beside the level: the same for all SKUs asked at one instant.
  struct Span {
    double exposure_hours = 0;
    forecasting::WindowShape shape{};
  };
  Span span(Instant from, Millis length) const;
  static forecasting::WindowDemand window(const forecasting::DemandLevel& level, const Span& span) {
    return forecasting::DemandFilter::window(level, span.exposure_hours, span.shape);
  }
  forecasting::WindowShape shape(Millis length) const;
  // Units of one order, as orders of SKUs like this one teach.
  const forecasting::OrderSizeLaw& order_size(Index sku) const { return sizes_.law(sku); }

 private:
  void keep_shapes();

  std::vector<forecasting::WeekProfile> profiles_;
  std::vector<forecasting::StratumPrior> strata_;
  std::deque<forecasting::DemandBelief> beliefs_;  // grows without moving what it holds
  forecasting::BurstModel bursts_;
  // Of windows of 0, 1, 2, ... minutes up to a day: blind windows come in few lengths, and each shape costs
  // two logarithms and four divisions.
  std::vector<forecasting::WindowShape> shapes_;
  OrderSizes sizes_;
  std::uint64_t refused_ = 0;
  double busy_ = 1;  // mean factor of the week, weighted by sales
};

}  // namespace forestall::guard
