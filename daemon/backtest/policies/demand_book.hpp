// SPDX-License-Identifier: Apache-2.0
// What a seller knows of demand: one belief a SKU, and pooled over all of them the week, the bursts and the
// channels' shares, learned from the lines before the start and from orders seen since.
#pragma once

#include <vector>

#include "daemon/backtest/world/world.hpp"
#include "daemon/guard/demand/demand_model.hpp"
#include "daemon/guard/demand/follow.hpp"

namespace forestall::backtest {

class DemandBook {
 public:
  // Reads the lines before the start of the world's scenario: recorded history.
  explicit DemandBook(const world::World& world);
  // Of a seller who begins today: nothing but the priors, every channel alike.
  static DemandBook untaught(const world::World& world);

  void sold(world::SkuIndex sku, Instant at, double units) { model_.sold(sku, at, units); }
  void selling(world::SkuIndex sku, Instant at, bool yes) { model_.selling(sku, at, yes); }

  double share(world::ChannelIndex channel) const { return shares_[channel]; }
  const guard::DemandModel& model() const { return model_; }
  forecasting::DemandLevel level(world::SkuIndex sku, Instant now) const { return model_.level(sku, now); }
  // What follows a sale of the same SKU within `length`, as the sales of the last eight weeks before the
  // start teach: orders come in clusters. Lines of one order are one sale.
  guard::FollowCurve after_a_sale(const world::World& world, Millis length) const;

 private:
  DemandBook() = default;
  void learn_week(const world::World& world);
  void replay(const world::World& world);
  void learn_bursts(const world::World& world);

  std::vector<double> shares_;
  guard::DemandModel model_;
  bool taught_ = true;
  std::vector<float> believed_;  // units an hour of its SKU just before each of the last lines of history
};

}  // namespace forestall::backtest
