// SPDX-License-Identifier: Apache-2.0
// Corrections learned from how forecasts turned out. Each starts as "change nothing" and has to earn its use.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "forecasting/error.hpp"
#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

// Where outcomes fell within their forecast distributions: 40 bins of F(y), each count spread evenly over
// [F(y-1), F(y)] (non-randomised histogram: Czado, Gneiting, Held 2009, Biometrics 65:1254-1261).
class PitHistogram {
 public:
  static constexpr std::size_t bins = 40;

  // 0 <= at_most_below <= at_most <= 1.
  Expected<void> add(double at_most_below, double at_most, double weight = 1);
  void forget(double keep);
  double count() const { return count_; }

  // The calibrated probability of an event the forecast gives probability u (Kuleshov, Fenner, Ermon 2018):
  // the cdf of the histogram, shrunk to the diagonal by two counts a bin. Increasing, 0 at 0, 1 at 1.
  double calibrated(double u) const;
  // The forecast level whose calibrated probability is `level`.
  double raw_level(double level) const;

 private:
  std::array<double, bins> mass_{};
  double count_ = 0;
};

// One histogram a bucket of (window length, expected units). A bucket's correction is used only while it
// would have lowered the pinball loss of the windows so far by more than half a per cent, each judged before
// it was learned from.
class WindowCalibrator {
 public:
  static constexpr std::size_t lengths = 4;  // up to 1 h, 12 h, 3 days, longer
  static constexpr std::size_t rates = 8;    // expected units in four-fold steps from 1/64
  static constexpr double least_windows = 200;
  static constexpr double least_gain = 0.005;

  static std::size_t bucket(double length_hours, double mean_units);

  Expected<void> learn(double length_hours, const WindowDemand& forecast, int units);
  bool in_use(std::size_t bucket) const;
  // P(D > units), calibrated where that is in use.
  double probability_above(double length_hours, const WindowDemand& forecast, int units) const;
  int quantile(double length_hours, const WindowDemand& forecast, double level) const;
  void forget(double keep);

 private:
  struct Bucket {
    PitHistogram histogram;
    double windows = 0;
    double raw_loss = 0;
    double calibrated_loss = 0;
  };
  std::array<Bucket, lengths * rates> buckets_{};
};

// Beta calibration of the probability of an event itself: logit q = c + a ln p - b ln(1 - p) (Kull, Silva
// Filho, Flach 2017), a and b >= 0. Identity: a = b = 1, c = 0.
struct BetaCalibration {
  double a = 1;
  double b = 1;
  double c = 0;
  double apply(double probability) const;
};

struct ResolvedEvent {
  double probability;  // as forecast
  bool happened;
  double weight = 1;  // 1 / the probability that the outcome could be seen (pauses hide theirs)
};

// Weighted logistic regression by Newton's method, a ridge worth `prior_events` events holding it at the
// identity. too_few below 20 events.
Expected<BetaCalibration> fit_beta_calibration(std::span<const ResolvedEvent> events,
                                               double prior_events = 10);

// One upper quantile of a fast mover, kept at its coverage whatever the model does: the level asked of the
// model moves against each error (Gibbs, Candes 2021). The move is made on the log odds and in units of the
// target, because a model that is too narrow has to be asked for levels far beyond .99, where steps of a
// fixed size overshoot. At a tie D = Q a discrete count errs with probability (F(Q) - level)/f(Q).
class AdaptiveLevel {
 public:
  // level: the wanted coverage, .5 .. .9999; step: how far one expected error's worth of surprise moves the
  // log odds.
  explicit AdaptiveLevel(double level, double step = 0.02);
  double asked() const;
  // The window's forecast was `forecast`, its quantile at asked() `quantile_units`; `units` came.
  void learn(const WindowDemand& forecast, int quantile_units, int units);

 private:
  double target_;
  double log_odds_;
  double step_;
};

}  // namespace forestall::forecasting
