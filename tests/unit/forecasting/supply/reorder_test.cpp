// SPDX-License-Identifier: Apache-2.0
#include "forecasting/supply/reorder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace forestall::forecasting {
namespace {

LeadTime about_ten_days() {
  LeadTime law;
  law.location = 2.3, law.spread = 0.3, law.degrees = 20;
  return law;
}

// The wanted service is reached by what is advised, in simulation, and not by one unit less by much.
TEST(Reorder, ReachesTheServiceInSimulation) {
  const DemandRate demand{1.6, 1.9, 0.1, {}};
  const ReorderPolicy policy{0.9, 14, 1, 0};
  const auto law = about_ten_days();
  const auto advice = advise_reorder(demand, 8, law, policy);
  ASSERT_TRUE(advice);
  std::mt19937_64 random(1);
  std::student_t_distribution<double> student(law.degrees);
  int served = 0;
  const int paths = 100000;
  for (int path = 0; path < paths; ++path) {
    const double days = std::exp(law.location + law.spread * student(random)) + policy.cover_days;
    const double level = std::gamma_distribution<double>(10, .1)(random);
    const double mean = demand.units_per_day * level * days;
    const double rate = std::gamma_distribution<double>(mean / .9, .9)(random);
    served += std::poisson_distribution<int>(rate)(random) <= 8 + advice->units;
  }
  EXPECT_NEAR(static_cast<double>(served) / paths, policy.service, 0.015);
  EXPECT_EQ(advice->units, advice->order_up_to_units - 8);
}

TEST(Reorder, TheDateIsTheLastThatKeepsTheService) {
  const DemandRate demand{1.6, 1.9, 0.1, {}};
  const auto law = about_ten_days();
  const auto advice = advise_reorder(demand, 60, law, {0.95, 21, 1, 0});
  ASSERT_TRUE(advice);
  EXPECT_FALSE(advice->too_late);
  EXPECT_GT(advice->order_within_days, 1);
  const auto risk_at = [&](double wait) {
    double sum = 0;
    for (const double t : nodes_given_age(law, 0).days) sum += probability_above(demand.over(wait + t), 60);
    return sum / receipt_nodes;
  };
  EXPECT_LE(risk_at(advice->order_within_days), 0.05 + 1e-6);
  EXPECT_GT(risk_at(advice->order_within_days + 0.2), 0.05);
  // Less in hand: earlier, then too late.
  double before = advice->order_within_days;
  for (const int position : {50, 40, 30, 20, 5}) {
    const auto less = advise_reorder(demand, position, law, {0.95, 21, 1, 0});
    EXPECT_LE(less->order_within_days, before);
    before = less->order_within_days;
  }
  EXPECT_TRUE(advise_reorder(demand, 5, law, {0.95, 21, 1, 0})->too_late);
}

TEST(Reorder, PacksAndLeastQuantities) {
  const DemandRate demand{1.6, 1.9, 0.1, {}};
  const auto one = advise_reorder(demand, 10, about_ten_days(), {0.95, 21, 1, 0});
  const auto packed = advise_reorder(demand, 10, about_ten_days(), {0.95, 21, 12, 0});
  EXPECT_EQ(packed->units % 12, 0);
  EXPECT_GE(packed->units, one->units);
  EXPECT_LT(packed->units, one->units + 12);
  EXPECT_EQ(advise_reorder(demand, 10, about_ten_days(), {0.95, 21, 12, 500})->units, 504);
  EXPECT_EQ(advise_reorder(demand, 10000, about_ten_days(), {0.95, 21, 12, 500})->units, 0);
  EXPECT_EQ(advise_reorder({0, 1, 0, {}}, 0, about_ten_days(), {})->units, 0);
}

TEST(Reorder, RefusesTheAbsurd) {
  const auto law = about_ten_days();
  EXPECT_EQ(advise_reorder({NAN}, 0, law, {}).error(), ForecastError::not_finite);
  EXPECT_EQ(advise_reorder({-1}, 0, law, {}).error(), ForecastError::negative);
  EXPECT_EQ(advise_reorder({1}, 0, law, {1.0}).error(), ForecastError::out_of_range);
  EXPECT_EQ(advise_reorder({1}, 0, law, {0.9, 21, 0}).error(), ForecastError::out_of_range);
  EXPECT_EQ(advise_reorder({1}, 2'000'000'000, law, {}).error(), ForecastError::out_of_range);
}

TEST(Cover, WeeksIntervalAndExcess) {
  const DemandRate demand{2, 1.5, 0.05, {}};
  const auto c = cover(demand, 70, 0, 90);
  EXPECT_DOUBLE_EQ(c.weeks, 5);
  EXPECT_LT(c.days_low, 35);
  EXPECT_GT(c.days_high, 35);
  EXPECT_EQ(c.excess_units, 0);
  const auto much = cover(demand, 400, 100, 90);
  EXPECT_EQ(much.excess_units, 500 - quantile(demand.over(90), 0.9));
  EXPECT_EQ(cover(demand, 0, 0, 90).weeks, 0);
  const auto dead = cover({0, 1, 0, {}}, 30, 0, 90);
  EXPECT_EQ(dead.weeks, 520);
  EXPECT_EQ(dead.excess_units, 30);
}

TEST(DemandRate, SplitsAWindowIntoLevelAndBatches) {
  const WindowDemand window{30, 30 * 1.8 + 0.2 * 900};
  const auto rate = DemandRate::of(window, 10, 1.8);
  EXPECT_DOUBLE_EQ(rate.units_per_day, 3);
  EXPECT_NEAR(rate.level_variation, 0.2, 1e-12);
  EXPECT_NEAR(rate.over(10).variance_units2, window.variance_units2, 1e-9);
  EXPECT_EQ(DemandRate::of({0, 0}, 10, 2).units_per_day, 0);
  const double factors[] = {2, 0.5};
  const DemandRate weekly{1, 1, 0, factors};
  EXPECT_DOUBLE_EQ(weekly.exposure_days(1.5), 2.25);
  EXPECT_DOUBLE_EQ(weekly.exposure_days(4), 4.5);
}

}  // namespace
}  // namespace forestall::forecasting
