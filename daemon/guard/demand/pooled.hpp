// SPDX-License-Identifier: Apache-2.0
// What no single SKU can teach: the hours of the week, what a SKU sells before it has sold anything, how
// orders cluster and which channel sells how much. Learned from the sales of all SKUs as they are seen.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "daemon/guard/demand/demand_model.hpp"
#include "daemon/guard/demand/follow.hpp"

namespace forestall::guard {

class PooledDemand {
 public:
  // A sale, told before DemandModel::sold of it. Those of one SKU in the order of time, or they teach the
  // week but not the clusters.
  void sold(const DemandModel& model, DemandModel::Index sku, Instant at, double units);
  // Hands on what was learned: the week, the prior from a sample of the beliefs, and what follows a sale.
  void teach(DemandModel& model, Instant now);
  // Older clusters count less; what can follow no sale any more is forgotten.
  void fade(double factor, Instant now);
  // Forgets of one SKU what can follow no sale any more: where the past of many is told.
  void settle(DemandModel::Index sku, Instant now);

  // Units of the same SKU beyond the usual that follow a sale within `length`, on average of all SKUs.
  double after_a_sale(Millis length) const;
  // The same for a SKU of that speed, as of the last teach(); half the average of all until there are enough
  // sales to tell.
  Following follow(Millis length, double units_per_day) const;
  double sales() const { return sales_; }

 private:
  static constexpr std::array<double, 4> lengths_hours = {0.25, 1, 4, 24};
  std::array<double, forecasting::hours_per_week> week_{};
  double week_units_ = 0;
  std::array<double, 4> followed_{}, usual_{};
  double sales_ = 0;
  std::array<FollowCurve, 4> curves_{};  // of the lengths
  bool curves_known_ = false;
  // Of the longest length: what follows counts for the sale it followed, at the speed believed before that.
  struct Sale {
    Instant at;
    double units_per_day;
    std::array<double, 4> followed{}, usual{};
  };
  void learn(const Sale& sale);
  std::unordered_map<DemandModel::Index, std::vector<Sale>> recent_;
};

}  // namespace forestall::guard
