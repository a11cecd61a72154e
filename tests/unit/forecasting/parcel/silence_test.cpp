// SPDX-License-Identifier: Apache-2.0
// Silences whose truth is known: ordinary ones, slow ones, and parcels that are gone.
#include "forecasting/parcel/silence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace forestall::forecasting {
namespace {

constexpr std::int32_t today = 20'000;
using Path = std::array<std::uint64_t, 1>;

TEST(Silence, BinsAndHoursAreInverse) {
  for (double h = 0; h < 800; h += 0.7) EXPECT_NEAR(silence_hours(silence_bins(h)), h, 1e-9);
  EXPECT_LT(silence_bins(767), static_cast<double>(curve_bins));
}

struct Trained {
  SilenceModel model;
  double lost_share = 0.01;
  double ordinary(std::mt19937_64& random) const {
    return std::lognormal_distribution<double>(std::log(14.0), 0.7)(random);
  }
};

// A year and a half up to today; that a parcel is gone is known after thirty days.
Trained train(double lost_share) {
  Trained out;
  out.lost_share = lost_share;
  std::mt19937_64 random(4);
  std::bernoulli_distribution gone(lost_share);
  std::vector<Path> awaited[600];
  for (int d = 0; d < 540; ++d) {
    const std::int32_t day = today - 540 + d;
    for (const Path& path : awaited[d]) EXPECT_TRUE(out.model.never(path, day));
    for (int i = 0; i < 80; ++i) {
      const Path path{static_cast<std::uint64_t>(1 + i % 2)};
      if (gone(random)) {
        EXPECT_TRUE(out.model.waited(path, 0, 720, day));
        awaited[d + 30].push_back(path);
        continue;
      }
      const double hours = out.ordinary(random);
      EXPECT_TRUE(out.model.waited(path, 0, hours, day));
      EXPECT_TRUE(out.model.scanned(path, hours, day));
    }
  }
  return out;
}

TEST(Silence, TellsSlowFromGone) {
  const Trained t = train(0.01);
  std::mt19937_64 random(5);
  // Of fresh silences still going on at g hours, the share that is final is what was said.
  for (const double g : {12.0, 36.0, 60.0, 96.0}) {
    double open = 0;
    double gone = 0;
    for (int i = 0; i < 400'000; ++i) {
      const bool lost = std::bernoulli_distribution(t.lost_share)(random);
      if (!lost && t.ordinary(random) <= g) continue;
      open += 1;
      gone += lost ? 1 : 0;
    }
    EXPECT_NEAR(t.model.look(Path{1}, g, today).final, gone / open, 0.1) << g;
  }
  EXPECT_LT(t.model.look(Path{1}, 1, today).final, 0.02);
  EXPECT_GT(t.model.look(Path{1}, 24 * 14, today).final, 0.85);
}

TEST(Silence, StuckRaisesTheBudgetedNumberOfFalseAlarms) {
  const Trained t = train(0.002);
  std::mt19937_64 random(6);
  constexpr double a_day = 1'000;
  const double level = stuck_level(a_day, 10);
  double alarms = 0;
  for (int i = 0; i < 50'000; ++i)
    alarms += t.model.look(Path{2}, t.ordinary(random), today).longer_share < level ? 1 : 0;
  EXPECT_NEAR(alarms / 50'000 * a_day, 10, 3);
  EXPECT_EQ(stuck_level(0, 5), 0);
  EXPECT_EQ(stuck_level(5, 50), 0.2);
}

TEST(Silence, TheNextScanIsForetold) {
  const Trained t = train(0.01);
  std::mt19937_64 random(7);
  double open = 0;
  double silent = 0;
  for (int i = 0; i < 200'000; ++i) {
    const bool lost = std::bernoulli_distribution(0.01)(random);
    const double hours = lost ? 1e9 : t.ordinary(random);
    if (hours <= 24) continue;
    open += 1;
    silent += hours > 48 ? 1 : 0;
  }
  EXPECT_NEAR(t.model.look(Path{1}, 24, today).silent_for(24), silent / open, 0.035);
}

TEST(Silence, AbsurdHoursAreRefused) {
  SilenceModel model;
  EXPECT_FALSE(model.waited(Path{1}, 0, std::nan(""), today));
  EXPECT_FALSE(model.waited(Path{1}, 5, 4, today));
  EXPECT_FALSE(model.scanned(Path{1}, -1, today));
  EXPECT_TRUE(std::isfinite(model.look(Path{1}, INFINITY, today).final));
}

}  // namespace
}  // namespace forestall::forecasting
