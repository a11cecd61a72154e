// SPDX-License-Identifier: Apache-2.0
#include "forecasting/scoring.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {

double mean_absolute_difference(std::span<const float> history) {
  if (history.size() < 2) return 0;
  double sum = 0;
  for (std::size_t t = 1; t < history.size(); ++t) {
    sum += std::abs(static_cast<double>(history[t]) - static_cast<double>(history[t - 1]));
  }
  return sum / static_cast<double>(history.size() - 1);
}

double mean_absolute_difference_from_first_sale(std::span<const float> history) {
  std::size_t first = 0;
  while (first < history.size() && !(history[first] > 0)) ++first;
  return mean_absolute_difference(history.subspan(first));
}

double ranked_probability_score(std::span<const double> at_most, int y) {
  double sum = 0;
  for (std::size_t x = 0; x < at_most.size(); ++x) {
    const double step = static_cast<int>(x) >= y ? 1 : 0;
    sum += (at_most[x] - step) * (at_most[x] - step);
  }
  // Beyond the end F = 1: each count below y costs a whole unit.
  return sum + std::max(0.0, static_cast<double>(y) - static_cast<double>(at_most.size()));
}

double distance_from_uniform(std::span<double> values) {
  std::ranges::sort(values);
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, values[i] - rank / n, (rank + 1) / n - values[i]});
  }
  return distance;
}

}  // namespace forestall::forecasting
