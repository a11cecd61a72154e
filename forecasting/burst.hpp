// SPDX-License-Identifier: Apache-2.0
// Orders of one SKU come in bursts (a mail-shot, a forum post): within minutes there are more pairs than the
// level and the hour explain. How many more is learned pooled over SKUs, by window length.
#pragma once

#include <array>
#include <cstddef>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

// Variance of a window's demand beyond that of its mean's belief:
//     own M (dispersion - 1) share(h) + M + M^2 pairs(h)
// share: how much of the long-run dispersion already shows within h hours; pairs: the excess of pairs of
// units, E[N(N-1)] / M^2 - 1, that does not come from the dispersion. Long windows: share 1, pairs 0.
struct BurstShape {
  double share = 1;
  double pairs = 0;
};

class BurstModel {
 public:
  static constexpr std::array<double, 4> lengths_hours = {0.25, 1, 4, 24};

  // Interpolated in log length; below a quarter of an hour as there, above a day {1, 0}.
  BurstShape at(double length_hours) const;

 private:
  friend class BurstLearner;
  std::array<BurstShape, 4> shapes_{};
};

// Collects windows of the four lengths: what was expected (mean, its belief's variance, the SKU's dispersion)
// and what came. Memory does not grow.
class BurstLearner {
 public:
  // length: index into BurstModel::lengths_hours.
  Expected<void> add(std::size_t length, double mean_units, double level_variance, double dispersion,
                     double units);
  // Weighted least squares of the excess variance on M (dispersion - 1) and M^2, neither coefficient
  // negative, with a prior worth `prior_windows` pairs of {1, 0}.
  BurstModel model(double prior_windows = 10) const;

 private:
  struct Sums {
    double xx = 0, xz = 0, zz = 0, xe = 0, ze = 0;
  };
  std::array<Sums, 4> sums_{};
};

}  // namespace forestall::forecasting
