// SPDX-License-Identifier: Apache-2.0
// A weighted average of window distributions: what several models together believe about one window.
#pragma once

#include <span>

#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

struct WeightedDemand {
  double weight = 0;  // >= 0; the functions below normalise
  WindowDemand demand;
};

// Mean and variance of the average (law of total variance); {0, 0} for an empty or weightless one.
WindowDemand mixture_moments(std::span<const WeightedDemand> parts);

// P(D <= units) under the average.
double mixture_at_most(std::span<const WeightedDemand> parts, int units);

// The smallest x with P(D <= x) >= level, for each level; levels ascend. out.size() == levels.size().
// `scratch` is working space of at least two cells; its size bounds how far masses are summed directly
// (2,048 cells suit most), beyond it the quantile is found by halving.
void mixture_quantiles(std::span<const WeightedDemand> parts, std::span<const double> levels,
                       std::span<double> scratch, std::span<int> out);

}  // namespace forestall::forecasting
