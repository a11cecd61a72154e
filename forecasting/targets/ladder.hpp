// SPDX-License-Identifier: Apache-2.0
// One SKU, level by level: what a shared stock would earn, what splitting it earns, and what the race costs
// if the split is made at that level. From these comes whether to split now, later or never.
#pragma once

#include <cmath>
#include <span>

#include "forecasting/targets/demand_cursor.hpp"
#include "forecasting/targets/slots.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::forecasting {

// A listing as one SKU sees it: demands and money per unit of the SKU.
struct SkuListing {
  WindowDemand until_receipt;
  WindowDemand blind;
  double margin;
  double cancel_cost;
  double write_cost;
  int exposure_units;
  int cap_units;
  bool through_zero;
  WindowDemand blind_later{};
  bool shared_level = false;

  const WindowDemand& later() const { return blind_later.mean_units > 0 ? blind_later : blind; }
};

// The demand of all listings together: means add; variances add where the listings vary by themselves, and
// as under one common level (excess over the mean: the square of the sum of the roots, exact for thinned
// negative binomials) where they vary together.
class DemandSum {
 public:
  void add(const WindowDemand& demand, bool shared_level) {
    mean_ += demand.mean_units;
    variance_ += demand.variance_units2;
    const double excess = demand.variance_units2 - demand.mean_units;
    if (excess > 0) root_ += std::sqrt(excess);
    shared_ = shared_ || shared_level;
  }
  WindowDemand total() const { return {mean_, shared_ ? mean_ + root_ * root_ : variance_}; }

 private:
  double mean_ = 0, variance_ = 0, root_ = 0;
  bool shared_ = false;
};

// What the listings of one SKU add up to: made once, asked by the bounds and by the ladder.
struct SkuSums {
  WindowDemand until_receipt{};
  WindowDemand blind{};       // from now
  WindowDemand later{};       // at the hours of sale
  double worst_oversold = 0;  // the highest k + m
  double least_margin = 0, most_margin = 0;
  double writes = 0;  // one write to every listing
};
SkuSums sum_up(std::span<const SkuListing> listings);

// Cursors at 0 units that the ladder made, for what is asked next about the same SKU.
struct LadderStarts {
  Slots<DemandCursor, max_listings> until_receipt;  // of each listing
  DemandCursor blind;                               // of all listings together
  bool has_blind = false;                           // false: it was not needed
};

struct LadderTerms {
  double pooled_value;  // at `units`
  double split_value;   // at `units`, best split, no writes counted
  double race_cost_now;
  double later_cost;
  int later_units;
  double bid_price;
};

// The whole ladder at `units` of stock. Where units > ladder_steps it goes in equal strides.
//   pooled(s) = m E[min(D, s)], D the demand of all listings before the receipt
//   split(s)  = max { sum m_l E[min(D_l, q_l)] : sum q_l <= s }: greedy on m_l P(D_l > q_l), optimal because
//               each term is concave (Fox 1966, Operations Research 14:210-216)
//   race(s)   = (k + m) E[units accepted beyond s in one blind window], all listings showing the shared stock
//   later(s)  = P(D >= units - s) [race(s) + pooled(s) - split(s) + writes]
// later_cost is the least of later(s) over s < units: the split can wait, but it does not get out of the
// race.
LadderTerms climb(std::span<const SkuListing> listings, const SkuSums& sums, int units, LadderStarts& starts);

inline constexpr int ladder_steps = 256;

// Upper bounds from exponential moments (Chernoff), in tens of nanoseconds each:
// of E[(D - units)+] ...
double excess_bound(const WindowDemand& demand, int units);
// ... of the race, (k + m) E[(blind demand of all listings - units)+] ...
double race_bound(const SkuSums& sums, int units);
// ... of what selling out shared and pausing then costs: P(D >= units) times the race for nothing and the
// writes on the way. The best later split costs no more ...
double sellout_bound(const SkuSums& sums, int units);
// ... and of what keeping units for the listings of higher margin can gain over sharing them.
double protection_bound(const SkuSums& sums, int units);

}  // namespace forestall::forecasting
