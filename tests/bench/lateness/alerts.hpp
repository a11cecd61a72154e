// SPDX-License-Identifier: Apache-2.0
// Alerts of fixed rules beside as many alerts of the model, on the same mornings.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/lateness/replay.hpp"

namespace forestall::bench {

struct AlertScore {
  std::size_t alerts = 0;
  double precision = 0;  // of the alerts: late in the end
  double recall = 0;     // of the late parcels: flagged before the promise passed
  double lead_days = 0;  // from the alert to the end of the promised day, median of the right ones
};

struct AlertComparison {
  std::string rule;
  AlertScore rule_score;
  AlertScore model_score;
};

// Rules: not delivered 3, 5, 7 business days after hand-over; not delivered 3, 5, 7 days before the promise.
// The model flags, on each morning, as many new parcels as the rule did on that morning, the likeliest first.
std::vector<AlertComparison> compare_alerts(const ReplayResult& result);

}  // namespace forestall::bench
