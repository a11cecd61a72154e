// SPDX-License-Identifier: Apache-2.0
// What a study runs over: the cells (polling x cost of a cancellation x losses x way of writing) and the
// world they share. Defaults are the published cells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "daemon/backtest/world/scenario.hpp"
#include "daemon/guard/planner/exposure.hpp"

namespace forestall::backtest {

struct StudySettings {
  Instant train_until{};  // settings come from before, scores from after
  Instant end{};          // exclusive; Instant{}: to the last line
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  std::vector<Millis> poll_every{};         // of each channel, at scale 1
  std::vector<int> scales{1, 12, 96};       // multiply the polling
  std::vector<double> cancel_costs{5, 20};  // k / m
  std::vector<double> loss_rates{0, 0.01};
  std::vector<std::vector<planner::WriteKind>> writes{};  // each a way of writing, one kind a channel
  Millis visible_after = std::chrono::minutes{2};
  Millis live_after = std::chrono::minutes{8};
  world::StockRules stock{};
  double write_cost = 0.002;  // of m; the daemon's is guard::write_cost_in_margins
  double caution = 1;         // multiplies k where stock is shared or split
  Millis sweep_every = std::chrono::hours{24};
  int most_buffer = 5;
  unsigned threads = 2;
  int bootstrap = 400;  // resamples of SKUs
};

// "absolute", "relative" or "cas" for every channel, or one for each with commas between.
Result<std::vector<planner::WriteKind>> parse_writes(std::string_view text, std::size_t channels);
std::string writes_text(const std::vector<planner::WriteKind>& writes);

// invalid_argument with the name of the first value out of range.
Status check(const StudySettings& settings, std::size_t channels);

}  // namespace forestall::backtest
