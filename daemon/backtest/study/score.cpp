// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/study/score.hpp"

#include <algorithm>
#include <cmath>

#include "daemon/backtest/world/draws.hpp"

namespace forestall::backtest {

namespace {
double regret_of(const SkuScore& policy, const SkuScore& reference, double cancel_cost) {
  return static_cast<double>(reference.filled - policy.filled) +
         cancel_cost * static_cast<double>(policy.oversold);
}
}  // namespace

void PolicyScore::add(const RunScore& run) {
  if (skus.empty()) skus.resize(run.skus.size());
  for (std::size_t s = 0; s < skus.size(); ++s) {
    skus[s].offered += run.skus[s].offered;
    skus[s].filled += run.skus[s].filled;
    skus[s].oversold += run.skus[s].oversold;
  }
  writes += run.writes;
  offered_lines += run.offered_lines;
  seconds += run.seconds;
}

SkuScore PolicyScore::total() const {
  SkuScore sum;
  for (const SkuScore& sku : skus) {
    sum.offered += sku.offered;
    sum.filled += sku.filled;
    sum.oversold += sku.oversold;
  }
  return sum;
}

double regret(const PolicyScore& policy, const PolicyScore& reference, double cancel_cost) {
  return regret_of(policy.total(), reference.total(), cancel_cost);
}

Interval ratio_interval(const PolicyScore& policy, const PolicyScore& other, const PolicyScore& reference,
                        double cancel_cost, int resamples, std::uint64_t seed) {
  const std::size_t count = reference.skus.size();
  if (resamples < 20 || count == 0) return {};
  std::vector<double> above(count), below(count);
  for (std::size_t s = 0; s < count; ++s) {
    above[s] = regret_of(policy.skus[s], reference.skus[s], cancel_cost);
    below[s] = regret_of(other.skus[s], reference.skus[s], cancel_cost);
  }
  world::Stream draw(seed, world::Purpose::arrivals, 77);
  std::vector<double> ratios;
  for (int r = 0; r < resamples; ++r) {
    double top = 0, bottom = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t s = static_cast<std::size_t>(draw.bits() % count);
      top += above[s];
      bottom += below[s];
    }
    if (bottom > 0) ratios.push_back(top / bottom);
  }
  if (ratios.size() < 20) return {};
  std::ranges::sort(ratios);
  const auto at = [&](double share) {
    return ratios[static_cast<std::size_t>(share * static_cast<double>(ratios.size() - 1))];
  };
  return {at(.05), at(.95)};
}

std::size_t velocity_class(double units_per_day) {
  return units_per_day < 0.1 ? 0 : units_per_day < 1 ? 1 : units_per_day < 5 ? 2 : 3;
}

std::array<ClassScore, velocity_names.size()> by_velocity(const PolicyScore& policy,
                                                          const PolicyScore& reference, double cancel_cost,
                                                          double days_times_seeds) {
  std::array<ClassScore, velocity_names.size()> classes{};
  for (std::size_t s = 0; s < policy.skus.size(); ++s) {
    const SkuScore& sku = policy.skus[s];
    if (sku.offered == 0) continue;
    auto& in = classes[velocity_class(static_cast<double>(sku.offered) / std::max(1.0, days_times_seeds))];
    ++in.skus;
    in.offered += sku.offered;
    in.lost += static_cast<double>(reference.skus[s].filled - sku.filled);
    in.oversold += static_cast<double>(sku.oversold);
    in.regret += regret_of(sku, reference.skus[s], cancel_cost);
  }
  return classes;
}

}  // namespace forestall::backtest
