// SPDX-License-Identifier: Apache-2.0
// One policy in one world: what was filled and oversold, SKU by SKU.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "daemon/backtest/history/order_history.hpp"
#include "daemon/backtest/policies/guard_policy.hpp"
#include "daemon/backtest/study/settings.hpp"
#include "daemon/backtest/world/scenario.hpp"

namespace forestall::backtest {

struct SkuScore {
  std::int64_t offered = 0, filled = 0, oversold = 0;  // units
};

struct RunScore {
  std::vector<SkuScore> skus{};
  std::int64_t offered_lines = 0, writes = 0;
  double seconds = 0;  // of processor time
  std::uint64_t digest = 0;
};

// Where a run takes `stop`: set, it ends at the policy's next look, and its score says nothing.

enum class Period : std::uint8_t { train, test };

world::Scenario scenario(const StudySettings& settings, const OrderHistory& history, std::uint64_t seed,
                         double loss_rate, Period period);

// Nobody writes; the acceptance makes it a reference (shared_book: no latency; shared_physical: losses
// known).
RunScore run_shared(const world::Scenario& scenario, const OrderHistory& history,
                    world::Acceptance acceptance);
// No latency and the law of the losses known: the shared counter stops a SKU where showing one more unit does
// not pay.
RunScore run_known_law(const world::Scenario& scenario, const OrderHistory& history, double cancel_cost);
// `buffers`: one for every SKU, or a single one for all.
RunScore run_buffers(const world::Scenario& scenario, const OrderHistory& history,
                     std::vector<std::int32_t> buffers, const std::vector<Millis>& poll_every,
                     const std::atomic<bool>* stop = nullptr);
// Every channel always shows its share of the stock.
RunScore run_split(const world::Scenario& scenario, const OrderHistory& history, std::vector<double> shares,
                   const std::vector<Millis>& poll_every, const std::atomic<bool>* stop = nullptr);
struct GuardRun {
  RunScore score;
  forecasting::LossLearner losses;
  GuardCounts counts;
};
// What the lines before the start teach; the same for every guard of a scenario.
DemandBook learn_demand(const world::Scenario& scenario, const OrderHistory& history);
GuardRun run_guard(const world::Scenario& scenario, const OrderHistory& history, GuardSettings settings,
                   const DemandBook& demand, const std::atomic<bool>* stop = nullptr);

}  // namespace forestall::backtest
