// SPDX-License-Identifier: Apache-2.0
// A pattern that repeats every few steps (weekdays, months), pooled over a set of series and, where there are
// orders enough, sharpened for each one. Used only where it predicts a held-back part better than a flat
// pattern does.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace forestall::forecasting {

class SeasonModel {
 public:
  SeasonModel() = default;

  // Learns the pooled pattern; flat unless the last third of the series is better explained with the pattern
  // of the first two thirds (Poisson log score in units of each series' variance/mean, by more than one per
  // phase).
  static SeasonModel fit(std::span<const std::span<const float>> series, int period);

  bool flat() const { return pooled_.empty(); }

  // factors.size() = history steps + steps ahead; factors[t] multiplies the level at step t. The series' own
  // pattern is f = (c g + y) / (c g + m) per phase with the pooled g as prior and c = own_orders (infinite
  // where own patterns do not help).
  void factors(std::span<const float> history, std::span<double> factors) const;

 private:
  std::vector<double>
      pooled_;             // by phase, counted back from the end of the history: phase 0 is its last step
  double own_orders_ = 0;  // 0: pooled only
};

}  // namespace forestall::forecasting
