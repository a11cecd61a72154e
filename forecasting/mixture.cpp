// SPDX-License-Identifier: Apache-2.0
#include "forecasting/mixture.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace forestall::forecasting {
namespace {

double total_weight(std::span<const WeightedDemand> parts) {
  double total = 0;
  for (const WeightedDemand& part : parts) total += part.weight;
  return total;
}

int by_halving(std::span<const WeightedDemand> parts, double level) {
  int low = 0;
  int high = 0;
  for (const WeightedDemand& part : parts) {
    if (part.weight > 0) high = std::max(high, quantile(part.demand, level));
  }
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (mixture_at_most(parts, middle) < level) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

WindowDemand mixture_moments(std::span<const WeightedDemand> parts) {
  const double total = total_weight(parts);
  if (!(total > 0)) return {};
  double mean = 0;
  for (const WeightedDemand& part : parts) mean += part.weight / total * part.demand.mean_units;
  double variance = 0;
  for (const WeightedDemand& part : parts) {
    const double away = part.demand.mean_units - mean;
    variance += part.weight / total * (part.demand.variance_units2 + away * away);
  }
  return {mean, variance};
}

double mixture_at_most(std::span<const WeightedDemand> parts, int units) {
  const double total = total_weight(parts);
  if (!(total > 0)) return units >= 0 ? 1 : 0;
  double sum = 0;
  for (const WeightedDemand& part : parts) {
    if (part.weight > 0) sum += part.weight / total * probability_at_most(part.demand, units);
  }
  return std::min(sum, 1.0);
}

void mixture_quantiles(std::span<const WeightedDemand> parts, std::span<const double> levels,
                       std::span<double> scratch, std::span<int> out) {
  assert(levels.size() == out.size() && scratch.size() >= 2);
  const double total = total_weight(parts);
  if (!(total > 0) || levels.empty()) {
    std::ranges::fill(out, 0);
    return;
  }
  int top = 0;
  for (const WeightedDemand& part : parts) {
    if (part.weight > 0) top = std::max(top, quantile(part.demand, levels.back()));
  }
  const auto cells = static_cast<std::size_t>(top) + 1;
  if (2 * cells > scratch.size()) {
    for (std::size_t i = 0; i < levels.size(); ++i) out[i] = by_halving(parts, levels[i]);
    return;
  }
  const std::span<double> sum = scratch.first(cells);
  const std::span<double> one = scratch.subspan(cells, cells);
  std::ranges::fill(sum, 0.0);
  for (const WeightedDemand& part : parts) {
    if (!(part.weight > 0)) continue;
    pmf(part.demand, one);
    for (std::size_t x = 0; x < cells; ++x) sum[x] += part.weight / total * one[x];
  }
  std::size_t x = 0;
  double at_most = sum[0];
  for (std::size_t i = 0; i < levels.size(); ++i) {
    while (at_most < levels[i] && x + 1 < cells) at_most += sum[++x];
    out[i] = static_cast<int>(x);
  }
}

}  // namespace forestall::forecasting
