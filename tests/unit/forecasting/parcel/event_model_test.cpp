// SPDX-License-Identifier: Apache-2.0
// Blends against cases made by a known law.
#include "forecasting/parcel/event_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace forestall::forecasting {
namespace {

TEST(Logistic, FindsTheSlopesThatMadeTheCases) {
  std::mt19937_64 random(11);
  std::normal_distribution<double> clue(3, 2);
  Cases cases;
  for (int i = 0; i < 20'000; ++i) {
    const std::array<double, 3> x{clue(random), clue(random), 42};
    const double p = from_log_odds(-2 + 0.8 * (x[0] - 3) / 2 - 0.4 * (x[1] - 3) / 2);
    cases.add(x, std::bernoulli_distribution(p)(random), 1);
  }
  const auto fit = fit_logistic(cases, 1);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->slope[0], 0.8, 0.06);
  EXPECT_NEAR(fit->slope[1], -0.4, 0.06);
  EXPECT_EQ(fit->scale[2], 0);  // a clue that never varies says nothing
  EXPECT_NEAR(fit->intercept, -2, 0.07);
}

TEST(Logistic, RefusesWhatCannotBeFitted) {
  Cases cases;
  for (int i = 0; i < 100; ++i) cases.add(std::array{1.0}, false, 1);
  EXPECT_EQ(fit_logistic(cases, 1).error(), ForecastError::too_few);
}

TEST(Recalibration, LearnsTheBiasOfAForecastAndKeepsTheIdentityWithout) {
  std::mt19937_64 random(12);
  std::vector<Judged> cases;
  for (int i = 0; i < 5'000; ++i) {
    const double said = from_log_odds(std::normal_distribution<double>(-2, 1)(random));
    const double truth = from_log_odds(-0.7 + 0.6 * log_odds(said));
    cases.push_back({said, std::bernoulli_distribution(truth)(random)});
  }
  const Recalibration r = fit_recalibration(cases, 5, 5);
  EXPECT_NEAR(r.shift, -0.7, 0.15);
  EXPECT_NEAR(r.slope, 0.6, 0.08);
  const Recalibration none = fit_recalibration({}, 0.5, 0.2);
  EXPECT_EQ(none.shift, 0);
  EXPECT_EQ(none.slope, 1);
}

// One clue ranks cases; the rate moves with the month. The second clue moves with the luck of the day and
// says nothing within a day: what it is credited with.
Logistic learn_with(double period_spread) {
  EventModel model({.width = 2, .ridge = 1, .period_spread = period_spread});
  std::mt19937_64 random(13);
  std::normal_distribution<double> clue(0, 1);
  for (std::int32_t day = 0; day < 350; ++day) {
    const double luck = std::sin(day / 20.0);
    for (int i = 0; i < 12; ++i) {
      const std::array<double, 2> x{clue(random), luck + 0.3 * clue(random)};
      const Forecast said = model.ask(x, 20'000 + day);
      const bool happens = std::bernoulli_distribution(from_log_odds(-2 + x[0] + luck))(random);
      EXPECT_TRUE(model.learn(x, said, happens, 20'000 + day));
    }
    if (day % 7 == 0) static_cast<void>(model.refit(20'000 + day));
  }
  return model.blend();
}

TEST(EventModel, LuckOfAFortnightIsNotTheEffectOfAClue) {
  const Logistic with = learn_with(1);
  const Logistic without = learn_with(0);
  EXPECT_NEAR(with.slope[0], 1, 0.12);
  EXPECT_LT(std::abs(with.slope[1]), 0.7 * std::abs(without.slope[1]));
}

TEST(EventModel, IsAsReliableAsItSays) {
  EventModel model({.width = 1, .usual_days = 0});
  std::mt19937_64 random(14);
  std::normal_distribution<double> clue(0, 1.5);
  double said_sum = 0;
  double came_sum = 0;
  for (std::int32_t day = 0; day < 300; ++day) {
    for (int i = 0; i < 20; ++i) {
      const std::array<double, 1> x{clue(random)};
      const Forecast said = model.ask(x, 20'000 + day);
      const bool happens = std::bernoulli_distribution(from_log_odds(-2.5 + x[0]))(random);
      if (day > 100) {
        said_sum += said.probability;
        came_sum += happens ? 1 : 0;
      }
      ASSERT_TRUE(model.learn(x, said, happens, 20'000 + day));
    }
    if (day % 7 == 0) static_cast<void>(model.refit(20'000 + day));
  }
  EXPECT_NEAR(said_sum / came_sum, 1, 0.08);
}

TEST(EventModel, BeforeTheFirstFitItSaysTheRate) {
  EventModel model({.width = 1, .first_rate = 0.07});
  EXPECT_NEAR(model.forecast(std::array{3.0}, 20'000).probability, 0.07, 1e-12);
  EXPECT_FALSE(model.learn(std::array{1.0, 2.0}, {}, true, 20'000));
  ASSERT_TRUE(model.learn(std::array{1.0}, {}, true, 20'000));
  EXPECT_EQ(model.learn(std::array{1.0}, {}, true, 19'999).error(), ForecastError::time_backwards);
  EXPECT_THROW(EventModel({.width = 0}), std::invalid_argument);
}

}  // namespace
}  // namespace forestall::forecasting
