// SPDX-License-Identifier: Apache-2.0
// Drives the online belief through series of equal steps and through order streams, as the daemon would.
#pragma once

#include <vector>

#include "forecasting/demand_filter.hpp"
#include "tests/bench/forecasting/data_sets.hpp"

namespace forestall::test {

// A step of a series in the belief's time. Steps of months and weeks are replayed as days: the filter has no
// idea what a day is beyond its half-lives.
struct Replay {
  SeriesSet units;
  std::vector<std::vector<bool>> in_stock;  // empty: always
  std::int64_t step_seconds = 86'400;
  std::size_t train_steps = 0;  // of each series; the rest is asked about
};

// Priors from the training steps: level by empirical Bayes, dispersion as the median of the series' own.
forecasting::StratumPrior learn_prior(const Replay& replay);
// Hour-of-week factors from the training steps (step_seconds 3600 or less).
forecasting::HourFactors learn_profile(const Replay& replay);

class OnlineSet {
 public:
  OnlineSet(const Replay& replay, const forecasting::HourFactors& factors,
            const forecasting::StratumPrior& prior);
  const forecasting::DemandFilter& filter() const { return filter_; }
  // The belief after the first `steps` steps of a series.
  forecasting::DemandBelief after(std::size_t series, std::size_t steps) const;
  // Goes on by one step.
  void step(forecasting::DemandBelief& belief, std::size_t series, std::size_t step) const;
  std::int64_t start_of(std::size_t step) const;

 private:
  const Replay& replay_;
  std::vector<forecasting::WeekProfile> profiles_;
  std::vector<forecasting::StratumPrior> strata_;
  forecasting::DemandFilter filter_;
};

}  // namespace forestall::test
