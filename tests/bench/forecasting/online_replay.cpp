// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/forecasting/online_replay.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::test {

using namespace forecasting;

namespace {

constexpr std::int64_t origin = 1'699'833'600;  // a midnight; hour of week counted from the epoch's

bool sold_here(const Replay& replay, std::size_t series, std::size_t step) {
  return replay.in_stock.empty() || replay.in_stock[series][step];
}

}  // namespace

StratumPrior learn_prior(const Replay& replay) {
  std::vector<MatureSku> skus;
  std::vector<double> dispersion;
  const double hours = static_cast<double>(replay.step_seconds) / 3600;
  for (std::size_t i = 0; i < replay.units.size(); ++i) {
    double sum = 0;
    double squares = 0;
    double steps = 0;
    for (std::size_t t = 0; t < std::min(replay.train_steps, replay.units[i].size()); ++t) {
      if (!sold_here(replay, i, t)) continue;
      const auto y = static_cast<double>(replay.units[i][t]);
      sum += y;
      squares += y * y;
      steps += 1;
    }
    if (steps < 2 || !(sum > 0)) continue;
    skus.push_back({sum, steps * hours});
    const double mean = sum / steps;
    dispersion.push_back(std::clamp((squares / steps - mean * mean) / mean, 1.0, 50.0));
  }
  StratumPrior prior;
  if (dispersion.empty()) return prior;
  std::ranges::nth_element(dispersion,
                           dispersion.begin() + static_cast<std::ptrdiff_t>(dispersion.size() / 2));
  prior.dispersion = dispersion[dispersion.size() / 2];
  if (const auto fitted = fit_gamma_prior(skus, prior.dispersion)) {
    prior.units_per_hour = fitted->units_per_hour;
    prior.strength_hours = fitted->strength_hours;
  }
  return prior;
}

HourFactors learn_profile(const Replay& replay) {
  ProfileLearner learner;
  for (std::size_t i = 0; i < replay.units.size(); ++i) {
    double sum = 0;
    double steps = 0;
    for (std::size_t t = 0; t < replay.train_steps; ++t) {
      if (!sold_here(replay, i, t)) continue;
      sum += static_cast<double>(replay.units[i][t]);
      steps += 1;
    }
    if (!(steps > 0)) continue;
    for (std::size_t t = 0; t < replay.train_steps; ++t) {
      if (!sold_here(replay, i, t)) continue;
      const std::int64_t at = origin + static_cast<std::int64_t>(t) * replay.step_seconds;
      static_cast<void>(learner.add(static_cast<int>(at % seconds_per_week / 3600),
                                    static_cast<double>(replay.units[i][t]), sum / steps));
    }
  }
  return learner.factors();
}

OnlineSet::OnlineSet(const Replay& replay, const HourFactors& factors, const StratumPrior& prior)
    : replay_(replay),
      profiles_{WeekProfile::make(factors).value()},
      strata_{prior},
      filter_(profiles_, strata_) {}

std::int64_t OnlineSet::start_of(std::size_t step) const {
  return origin + static_cast<std::int64_t>(step) * replay_.step_seconds;
}

void OnlineSet::step(DemandBelief& belief, std::size_t series, std::size_t step) const {
  const bool selling = sold_here(replay_, series, step);
  if (selling != belief.selling()) filter_.set_selling(belief, start_of(step), selling).value();
  const auto units = static_cast<double>(replay_.units[series][step]);
  if (selling && units > 0) filter_.observe(belief, start_of(step + 1), units).value();
}

DemandBelief OnlineSet::after(std::size_t series, std::size_t steps) const {
  // Time before the first sale is time before listing.
  std::size_t first = 0;
  while (first < steps && !(replay_.units[series][first] > 0)) ++first;
  first = first == steps ? 0 : first - (first > 0 ? 1 : 0);
  DemandBelief belief = filter_.start(0, 0, start_of(first)).value();
  for (std::size_t t = first; t < steps; ++t) step(belief, series, t);
  return belief;
}

}  // namespace forestall::test
