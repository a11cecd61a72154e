// SPDX-License-Identifier: Apache-2.0
// What a seller knows of demand: one belief a SKU, and pooled over all of them the week, the bursts and the
// channels' shares, learned from the lines before the start and from orders seen since.
#pragma once

#include <vector>

#include "daemon/backtest/world/world.hpp"
#include "forecasting/demand_filter.hpp"

namespace forestall::backtest {

class DemandBook {
 public:
  // Reads the lines before the start of the world's scenario: recorded history.
  explicit DemandBook(const world::World& world);

  void sold(world::SkuIndex sku, Instant at, double units);
  void selling(world::SkuIndex sku, Instant at, bool yes);

  double share(world::ChannelIndex channel) const { return shares_[channel]; }
  forecasting::DemandLevel level(world::SkuIndex sku, Instant now) const;
  // Units of all channels in [from, from + length), with bursts where the window is short.
  forecasting::WindowDemand window(const forecasting::DemandLevel& level, Instant from, Millis length) const;
  // The same at the hours in which sales happen, whatever the hour is now: what the next sale will meet.
  forecasting::WindowDemand window_at_sale(const forecasting::DemandLevel& level, Millis length) const;
  // Units of the same SKU beyond the usual that follow a sale within `length`, on average over the sales of
  // the last eight weeks before the start: orders come in clusters.
  double after_a_sale(const world::World& world, Millis length) const;
  double exposure_hours(Instant from, Millis length) const;

 private:
  void learn_week(const world::World& world);
  void replay(const world::World& world);
  void learn_bursts(const world::World& world);
  forecasting::DemandFilter filter() const { return {profiles_, strata_}; }

  std::vector<double> shares_;
  std::vector<forecasting::WeekProfile> profiles_;
  std::vector<forecasting::StratumPrior> strata_;
  std::vector<forecasting::DemandBelief> beliefs_;
  forecasting::BurstModel bursts_;
  double busy_ = 1;  // mean factor of the week, weighted by sales
};

}  // namespace forestall::backtest
