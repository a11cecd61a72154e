// SPDX-License-Identifier: Apache-2.0
// Corrections find the distortion put in, and leave alone what is right.
#include "forecasting/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "forecasting/scoring.hpp"

namespace forestall::forecasting {
namespace {

int draw(std::mt19937_64& random, const WindowDemand& demand) {
  return quantile(demand, std::uniform_real_distribution<double>(0, 1)(random));
}

TEST(PitHistogram, IsIncreasingAndInvertible) {
  PitHistogram histogram;
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int i = 0; i < 5'000; ++i) {
    const double u = uniform(random) * uniform(random);
    histogram.add(u * 0.8, u).value();
  }
  double last = 0;
  for (double u = 0; u <= 1; u += 0.001) {
    const double g = histogram.calibrated(u);
    EXPECT_GE(g, last);
    last = g;
    EXPECT_NEAR(histogram.raw_level(g), u, 1e-9);
  }
  EXPECT_EQ(histogram.calibrated(1), 1);
  EXPECT_EQ(histogram.add(0.7, 0.6).error(), ForecastError::out_of_range);
  EXPECT_EQ(histogram.add(NAN, 0.6).error(), ForecastError::not_finite);
}

TEST(WindowCalibrator, CorrectsAModelThatIsOffAndLeavesOneThatIsRight) {
  std::mt19937_64 random(2);
  WindowCalibrator off;
  WindowCalibrator right;
  const WindowDemand truth{6, 24};
  const WindowDemand narrow{6, 7};
  for (int i = 0; i < 4'000; ++i) {
    off.learn(24, narrow, draw(random, truth)).value();
    right.learn(24, truth, draw(random, truth)).value();
  }
  const std::size_t bucket = WindowCalibrator::bucket(24, 6);
  EXPECT_FALSE(right.in_use(bucket));
  EXPECT_EQ(right.probability_above(24, truth, 9), probability_above(truth, 9));
  ASSERT_TRUE(off.in_use(bucket));
  double last = 1;
  for (int s = 0; s < 25; ++s) {
    const double got = off.probability_above(24, narrow, s);
    EXPECT_LE(got, last);
    last = got;
    // Within the first and the last of the forty bins the forecast's own shape is kept.
    if (s < 15) EXPECT_NEAR(got, probability_above(truth, s), 0.055) << s;
  }
  EXPECT_GT(off.quantile(24, narrow, 0.975), quantile(narrow, 0.975));
}

TEST(BetaCalibration, FindsTheDistortionPutIn) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<ResolvedEvent> events;
  const BetaCalibration truth{0.7, 1.4, -0.3};
  for (int i = 0; i < 40'000; ++i) {
    const double p = uniform(random);
    events.push_back({p, uniform(random) < truth.apply(p)});
  }
  const auto fitted = fit_beta_calibration(events);
  ASSERT_TRUE(fitted);
  for (double p = 0.02; p < 1; p += 0.02) EXPECT_NEAR(fitted->apply(p), truth.apply(p), 0.015) << p;
}

TEST(BetaCalibration, HiddenOutcomesAreMadeUpForByTheirWeights) {
  // Pauses hide nine in ten of the likely shortfalls; without weights the fit would believe they do not
  // happen.
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<ResolvedEvent> events;
  for (int i = 0; i < 60'000; ++i) {
    const double p = uniform(random);
    const bool happened = uniform(random) < p;
    const double seen = p > 0.5 && happened ? 0.1 : 1;
    if (uniform(random) < seen) events.push_back({p, happened, 1 / seen});
  }
  const auto fitted = fit_beta_calibration(events).value();
  for (double p = 0.1; p < 1; p += 0.1) EXPECT_NEAR(fitted.apply(p), p, 0.03) << p;
}

TEST(BetaCalibration, FewOrAbsurdEventsAreRefusedAndSameOutcomesStayFinite) {
  std::vector<ResolvedEvent> events(19, {0.5, true});
  EXPECT_EQ(fit_beta_calibration(events).error(), ForecastError::too_few);
  events.assign(100, {0.5, true});
  const auto fitted = fit_beta_calibration(events).value();
  EXPECT_GT(fitted.apply(0.5), 0.6);
  EXPECT_LT(fitted.apply(0.5), 1);
  events.push_back({NAN, true});
  EXPECT_EQ(fit_beta_calibration(events).error(), ForecastError::not_finite);
  events.back() = {1.5, true};
  EXPECT_EQ(fit_beta_calibration(events).error(), ForecastError::out_of_range);
}

TEST(AdaptiveLevel, KeepsItsCoverageUnderAWrongModel) {
  std::mt19937_64 random(5);
  const WindowDemand truth{40, 160};
  const WindowDemand model{32, 64};
  AdaptiveLevel level(0.975);
  double errors = 0;
  double plain = 0;
  constexpr int n = 20'000;
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int i = 0; i < n; ++i) {
    const int q = quantile(model, level.asked());
    const int y = draw(random, truth);
    if (i >= n / 10) {
      // Judged as it judges itself: at a tie by chance.
      const double mass = probability_exactly(model, q);
      const double tie = (probability_at_most(model, q) - level.asked()) / mass;
      errors += y > q || (y == q && uniform(random) < tie) ? 1 : 0;
      plain += y > quantile(model, 0.975) ? 1 : 0;
    }
    level.learn(model, q, y);
  }
  EXPECT_NEAR(errors / (0.9 * n), 0.025, 0.006);
  EXPECT_GT(plain / (0.9 * n), 0.1) << "the model alone must be visibly wrong";
}

TEST(Scoring, ByHand) {
  EXPECT_EQ(pinball(5, 3, 0.9), 2 * 0.9);
  EXPECT_NEAR(pinball(3, 5, 0.9), 2 * 0.1, 1e-12);
  const std::array<float, 5> history = {0, 0, 3, 1, 1};
  EXPECT_EQ(mean_absolute_difference(history), 5.0 / 4);
  EXPECT_EQ(mean_absolute_difference_from_first_sale(history), 1);
  const std::array<double, 3> at_most = {0.5, 0.75, 1};
  EXPECT_NEAR(ranked_probability_score(at_most, 1), 0.25 + 0.0625, 1e-12);
  EXPECT_NEAR(ranked_probability_score(at_most, 5), 0.25 + 0.5625 + 1 + 2, 1e-12);
  std::array<double, 4> even = {0.875, 0.125, 0.375, 0.625};
  EXPECT_NEAR(distance_from_uniform(even), 0.125, 1e-12);
}

}  // namespace
}  // namespace forestall::forecasting
