// SPDX-License-Identifier: Apache-2.0
// Demand over days and weeks as supply sees it: a rate that is uncertain as a whole, so that windows share
// it.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

// Given the level L ~ Gamma(mean 1, variance level_variation), demand over d days of even exposure is
// negative binomial with mean L u d and variance dispersion times that.
struct DemandRate {
  double units_per_day = 0;
  double dispersion = 1;                  // variance / mean within a known level, >= 1
  double level_variation = 0;             // squared coefficient of variation of the level
  std::span<const double> day_factors{};  // of the coming days against the mean day; 1 beyond its end

  // From a forecast window of `days` and the dispersion behind it: what its variance has beyond
  // dispersion x mean is the level's.
  static DemandRate of(const WindowDemand& window, double days, double dispersion) {
    DemandRate rate;
    if (!(days > 0) || !(window.mean_units > 0)) return rate;
    rate.units_per_day = window.mean_units / days;
    rate.dispersion = std::isfinite(dispersion) ? std::max(1.0, dispersion) : 1;
    const double level = window.variance_units2 - rate.dispersion * window.mean_units;
    rate.level_variation = std::max(0.0, level) / (window.mean_units * window.mean_units);
    return rate;
  }

  // Exposure of the first `days` days, in mean days.
  double exposure_days(double days) const {
    if (!(days > 0)) return 0;
    double sum = 0;
    double left = std::min(days, 1e6);
    for (const double factor : day_factors) {
      if (left <= 0) return sum;
      sum += factor * std::min(left, 1.0);
      left -= 1;
    }
    return sum + std::max(0.0, left);
  }

  WindowDemand over(double days) const {
    const double mean = units_per_day * exposure_days(days);
    return {mean, dispersion * mean + level_variation * mean * mean};
  }
};

}  // namespace forestall::forecasting
