// SPDX-License-Identifier: Apache-2.0
// Forecasts for a set of regular series (days, weeks, months), learned together: the batch counterpart of the
// online belief, used for refits, for reports over weeks, and to choose the online filter's pooled settings.
//
// Each point of a grid (half-life, damping, prior strength, dispersion) is one exponential smoother with a
// negative binomial law (multi-series exponential smoothing: Snyder, Ord, Beaumont 2012, IJF 28:485-496). How
// much weight each point deserves in this set of series is learned by empirical Bayes:
// expectation-maximisation of the pooled one-step log score. A series' own score then turns those weights
// into its own (Raftery, Karny, Ettler 2010 without forgetting), and its forecast is the weighted mixture.
// Short series thus borrow from the set; long ones speak for themselves.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "forecasting/error.hpp"
#include "forecasting/mixture.hpp"
#include "forecasting/series_season.hpp"

namespace forestall::forecasting {

struct SeriesModelOptions {
  int horizon_steps = 1;  // window length, 1 .. 10'000
  int season_period = 1;  // steps after which a pattern may repeat; 1 = none
  // Zeros before the first sale: not yet on sale (true), or demand that was low (false).
  bool from_first_sale = true;
  // Levels forget towards the typical level of the set instead of towards nothing: silence is forgiven
  // sooner.
  bool reverting = false;
  std::size_t fit_series = 1200;  // EM runs on about this many series, evenly picked
  std::size_t fit_steps = 400;    // and on at most this many last steps of each
  int em_rounds = 15;
};

// What a smoother believes after a history.
struct SmoothedLevel {
  double mean = 0;         // units per step at factor 1
  double uncertainty = 0;  // its variance in units of one observation's: 1 / effective steps
};

// One smoother of the grid.
struct Smoother {
  double keep = 1;               // weight of the past after one step = 2^(-1/half-life); 1 = plain average
  double prior_steps = 1;        // strength of the pooled starting level, in steps
  double damping = 0;            // share of the all-history average in the forecast
  double dispersion = 1;         // variance / mean at a small rate
  double relative_variance = 0;  // variance that grows with the mean squared
  double weight = 0;             // pooled prior weight, sums to 1
};

class SeriesModel {
 public:
  // Learns from the given training parts. Values are units >= 0 (fractions allowed); NaN, infinities,
  // negatives and values above 10^9 are refused. Leading zeros, up to one before the first sale, are taken as
  // "not yet on sale".
  static Expected<SeriesModel> fit(std::span<const std::span<const float>> series,
                                   const SeriesModelOptions& options);

  // The same with from_first_sale and reverting chosen by a backtest within the training parts: the variant
  // with the least scaled pinball at the nine M5 levels, step and window, over the last one to three
  // horizons. Keeps the options' own choice where the series are too short to hold a horizon back.
  static Expected<SeriesModel> fit_best(std::span<const std::span<const float>> series,
                                        const SeriesModelOptions& options);

  // What the next step, and the next horizon_steps together, will ask for. The spans are valid until the next
  // call.
  struct Forecast {
    std::span<const WeightedDemand> step;
    std::span<const WeightedDemand> window;
  };
  class Forecaster {
   public:
    explicit Forecaster(const SeriesModel& model);
    Expected<Forecast> forecast(std::span<const float> history);

   private:
    const SeriesModel* model_;
    std::vector<double> log_score_;
    std::vector<SmoothedLevel> level_;
    std::vector<double> exposure_;
    std::vector<WeightedDemand> step_;
    std::vector<WeightedDemand> window_;
  };

  std::span<const Smoother> smoothers() const { return smoothers_; }
  const SeriesModelOptions& options() const { return options_; }
  double typical_level() const { return typical_level_; }
  const SeasonModel& season() const { return season_; }

 private:
  SeriesModelOptions options_;
  SeasonModel season_;
  double typical_level_ = 0;  // median mean of the training series, units per step
  std::vector<Smoother> smoothers_;
};

}  // namespace forestall::forecasting
