// SPDX-License-Identifier: Apache-2.0
// All cells of a study: worlds are played on a few threads, results do not depend on how many.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/backtest/history/order_history.hpp"
#include "daemon/backtest/study/score.hpp"
#include "daemon/backtest/study/settings.hpp"

namespace forestall::backtest {

// One way of writing in one cell.
struct GuardResult {
  std::vector<planner::WriteKind> writes{};
  PolicyScore score{};
  std::optional<double> ratio{};  // regret / the best buffer's; nullopt where that has none
  Interval interval{};
};

struct CellResult {
  double loss_rate = 0;
  int scale = 1;
  double cancel_cost = 0;
  std::size_t seeds = 0;               // whose worlds of this cell were all played
  PolicyScore reference{};             // no latency, one counter
  PolicyScore known_losses{};          // the same, counting what is really there
  PolicyScore known_law{};             // a bound
  std::vector<PolicyScore> buffers{};  // 0 .. most_buffer; buffer 0 is no guard
  PolicyScore own_buffers{};           // one for each SKU, chosen before train_until
  PolicyScore split{};                 // always by share
  std::string best_name{};             // of the buffers, chosen with hindsight
  double best_regret = 0;
  std::vector<GuardResult> guards{};
};

struct StudyResult {
  StudySettings settings{};
  std::vector<CellResult> cells{};  // losses, then scales, then costs; those of which a seed is complete
  std::uint64_t history_lines = 0, history_skus = 0;
  double days = 0;  // scored
  std::uint64_t worlds_played = 0, worlds_planned = 0;
  bool partial = false;      // stopped: what is complete
  std::size_t seeds = 0;     // complete in every cell
  std::uint64_t digest = 0;  // of every guard run, in order: equal studies have equal digests
  double guard_lines_per_second = 0, buffer_lines_per_second = 0;  // of processor time
};

// The guard as a study plays it.
GuardSettings guard_settings(const StudySettings& settings, double cancel_cost, std::vector<Millis> every,
                             std::vector<planner::WriteKind> writes);

struct StudyHooks {
  std::function<OrderHistory(std::uint64_t seed)> history;  // of one seed; called from several threads
  std::function<void(std::uint64_t done, std::uint64_t of)> progress{};  // from any thread, one at a time
  const std::atomic<bool>* stop = nullptr;
};

// The settings must be checked.
StudyResult run_study(const StudySettings& settings, const StudyHooks& hooks);

// Mean and worst ratio of one way of writing over the cells of one loss rate.
struct Summary {
  double loss_rate = 0;
  std::vector<planner::WriteKind> writes{};
  std::optional<double> mean{};  // over the cells that have a ratio
  double worst = 0, worst_against_none = 0;
};
std::vector<Summary> summarise(const StudyResult& result);

// Regret over all cells by how fast SKUs sell: of each way of writing, and of each cell's best buffer.
struct VelocityRow {
  std::string_view name{};
  std::int64_t skus = 0;
  std::vector<double> guards{};  // by way of writing
  double best_buffer = 0;
};
std::vector<VelocityRow> by_velocity(const StudyResult& result);  // classes that have SKUs

}  // namespace forestall::backtest
