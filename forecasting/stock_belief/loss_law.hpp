// SPDX-License-Identifier: Apache-2.0
// How fast a stock record goes wrong: units lost (damaged, stolen, mis-picked) per unit sold, learned from
// what counts, failed picks and clean sell-outs reveal, pooled over a group of SKUs.
#pragma once

#include <array>

#include "forecasting/error.hpp"
#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

struct LossLaw {
  double losses_per_unit_sold = 0.005;
  double dispersion = 1.5;    // variance / mean of the losses at a known rate: they come in clusters
  double rate_variation = 1;  // squared coefficient of variation of the rate between SKUs
  double gains_per_unit_sold = 0.0005;  // units found that no record knew

  // Units lost while `units_sold` were sold: negative binomial, mean m = rate x units, variance
  // dispersion x m + rate_variation x m^2 (a Gamma rate between SKUs, compound Poisson within).
  WindowDemand losses(double units_sold) const;
};

// A closed interval of one SKU's record: from one certain reading to the next.
struct RecordInterval {
  double units_sold = 0;
  double lost_units = 0;  // record - truth at the end; negative: found
};

// Sums over intervals, and the law they support by moments with a weak prior. An interval may end at a count,
// at a failed pick (truth is what was found) or when the record reaches zero with every pick served (nothing
// was lost): each ends at a stopping time, so exposure and losses over all of them stay unbiased as long as
// *all* are fed.
class LossLearner {
 public:
  explicit LossLearner(LossLaw prior = {}, double prior_units_sold = 400)
      : prior_(prior), weight_(prior_units_sold) {}

  // not_finite, negative (units sold), too_large (beyond 10^9); the sums are untouched then.
  Expected<void> observe(const RecordInterval& interval);
  // Older intervals count less: multiplies what is known by `factor` in [0, 1].
  void fade(double factor);
  LossLaw law() const;
  double units_sold() const { return sold_; }

  // All that was learned, to be stored; restore() of it goes on as if nothing had happened. false, and
  // nothing is changed, where no intervals could have these sums (negative, not finite).
  using Sums = std::array<double, 9>;
  Sums sums() const;
  bool restore(const Sums& sums);

 private:
  LossLaw prior_;
  double weight_;
  double sold_ = 0, lost_ = 0, gained_ = 0;
  double sold2_ = 0, sold3_ = 0;            // sums of n^2, n^3
  double lost2_ = 0, lost_sold_ = 0;        // of l^2, l n
  double lost2_sold_ = 0, lost_sold2_ = 0;  // of l^2 n, l n^2
};

}  // namespace forestall::forecasting
