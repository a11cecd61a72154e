// SPDX-License-Identifier: Apache-2.0
// From runs to regret: sums over SKUs, the best buffer, intervals by resampling SKUs, classes by velocity.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/backtest/study/runs.hpp"

namespace forestall::backtest {

// Units over all seeds of one policy in one cell, SKU by SKU; `reference` is what a shared counter without
// latency fills.
struct PolicyScore {
  std::vector<SkuScore> skus{};
  std::int64_t writes = 0;
  std::int64_t offered_lines = 0;
  double seconds = 0;

  void add(const RunScore& run);
  SkuScore total() const;
};

// m (reference filled - filled) + k oversold, with m = 1.
double regret(const PolicyScore& policy, const PolicyScore& reference, double cancel_cost);

struct Interval {
  double low = 0, high = 0;
};
// Ratio of two policies' regrets: central 90 % interval over resamples of the SKUs (Efron 1979, bootstrap).
// Empty interval where the divisor is not positive.
Interval ratio_interval(const PolicyScore& policy, const PolicyScore& other, const PolicyScore& reference,
                        double cancel_cost, int resamples, std::uint64_t seed);

// SKUs by units offered a day in the scored period.
inline constexpr std::array<std::string_view, 4> velocity_names{"under 0.1 a day", "0.1 to 1", "1 to 5",
                                                                "5 and more"};
std::size_t velocity_class(double units_per_day);

struct ClassScore {
  std::int64_t skus = 0, offered = 0;
  double lost = 0, oversold = 0, regret = 0;
};
std::array<ClassScore, velocity_names.size()> by_velocity(const PolicyScore& policy,
                                                          const PolicyScore& reference, double cancel_cost,
                                                          double days_times_seeds);

}  // namespace forestall::backtest
