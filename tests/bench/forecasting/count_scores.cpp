// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/forecasting/count_scores.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "forecasting/scoring.hpp"

namespace forestall::test {

using namespace forecasting;

void CountScores::add(std::span<const WeightedDemand> forecast, int units, double scale, double steps) {
  const WindowDemand moments = mixture_moments(forecast);
  std::array<int, m5_levels.size()> quantiles{};
  mixture_quantiles(forecast, m5_levels, scratch_, quantiles);
  const double below = mixture_at_most(forecast, units - 1);
  const double at_most = mixture_at_most(forecast, units);
  pit_.push_back(randomised_pit(below, at_most, std::uniform_real_distribution<double>(0, 1)(random_)));
  log_score_ -= std::log(std::max(at_most - below, 1e-12));
  sold_ += units;
  expected_ += moments.mean_units;
  if (!(scale > 0)) return;
  scaled_ += 1;
  for (std::size_t u = 0; u < m5_levels.size(); ++u) {
    const double loss = pinball(units, quantiles[u], m5_levels[u]) / scale / steps;
    pinball_ += loss / static_cast<double>(m5_levels.size());
    if (u >= m5_first_upper_level)
      upper_ += loss / static_cast<double>(m5_levels.size() - m5_first_upper_level);
  }
  // CRPS over the cells that matter: up to the .9999 quantile or the outcome, in at most 400 strides.
  const std::array<double, 1> far = {0.9999};
  std::array<int, 1> top{};
  mixture_quantiles(forecast, far, scratch_, top);
  const int last = std::max(top[0], units) + 1;
  const int stride = std::max(1, last / 400);
  double crps = 0;
  for (int x = 0; x < last; x += stride) {
    const double difference = mixture_at_most(forecast, x) - (x >= units ? 1 : 0);
    crps += difference * difference * stride;
  }
  crps_ += crps / scale / steps;
}

void CountScores::add(const WindowDemand& forecast, int units, double scale, double steps) {
  const std::array<WeightedDemand, 1> one = {{{1, forecast}}};
  add(one, units, scale, steps);
}

std::string CountScores::head() {
  return fmt::format("{:<44} {:>8}  {:>6} {:>6} {:>6} {:>7} {:>6} {:>9} {:>9}\n", "forecast", "windows",
                     "SPL", "upper", "CRPS", "log", "PIT", "sold", "expected");
}

std::string CountScores::line() {
  const double n = std::max(1.0, scaled_);
  const auto windows = static_cast<double>(pit_.size());
  return fmt::format("{:<44} {:>8}  {:.4f} {:.4f} {:.4f} {:>7.4f} {:.4f} {:>9.0f} {:>9.0f}\n", name_,
                     pit_.size(), pinball_ / n, upper_ / n, crps_ / n, log_score_ / std::max(1.0, windows),
                     distance_from_uniform(pit_), sold_, expected_);
}

}  // namespace forestall::test
