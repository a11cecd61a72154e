// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/arrival.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace forestall::forecasting {
namespace {

constexpr std::int32_t today = 20'000;
constexpr std::array<std::uint64_t, 1> path{1};

int draw(std::mt19937_64& random, double median) {
  return std::clamp(static_cast<int>(std::lognormal_distribution<double>(std::log(median), 0.4)(random)), 0,
                    60);
}

CurveTree learned(double median) {
  CurveTree tree;
  std::mt19937_64 random(8);
  for (int i = 0; i < 4'000; ++i) {
    const auto d = static_cast<std::size_t>(draw(random, median));
    EXPECT_TRUE(tree.waited(path, 0, d, today));
    EXPECT_TRUE(tree.ended(path, d, today));
  }
  return tree;
}

TEST(Arrival, LateIsWhatTheTruthSays) {
  const Survival curve = learned(5).survival(path, today);
  std::mt19937_64 random(9);
  for (const double age : {0.0, 4.0}) {
    double open = 0;
    double late = 0;
    for (int i = 0; i < 100'000; ++i) {
      const int d = draw(random, 5);
      if (d < age) continue;
      open += 1;
      late += d > 7 ? 1 : 0;
    }
    EXPECT_NEAR(late_chance(curve, {.age_days = age}, 7), late / open, 0.02) << age;
  }
  EXPECT_NEAR(late_chance(curve, {.age_days = 0, .lost = 1}, 30), 1, 1e-12);
}

// The world became slower than the curve: intervals are taught to cover all the same.
TEST(Arrival, IntervalsAreHeldToTheirCoverage) {
  const Survival curve = learned(5).survival(path, today);
  ArrivalCoverage coverage;
  std::mt19937_64 random(10);
  const auto holds = [&] {
    const auto range = coverage.range(curve, 0, 0.8);
    double in = 0;
    for (int i = 0; i < 20'000; ++i) {
      const int d = draw(random, 7);
      in += d >= range.low_days && d <= range.high_days ? 1 : 0;
    }
    return in / 20'000;
  };
  const double before = holds();
  for (int i = 0; i < 3'000; ++i) ASSERT_TRUE(coverage.learn(curve, 0, draw(random, 7)));
  const double after = holds();
  EXPECT_LT(before, 0.75);
  EXPECT_NEAR(after, 0.85, 0.08);  // whole days: rather a little too wide
}

}  // namespace
}  // namespace forestall::forecasting
