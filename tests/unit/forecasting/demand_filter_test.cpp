// SPDX-License-Identifier: Apache-2.0
// The online belief against simulated demand of known law: what went in is found again, whatever the events
// are.
#include "forecasting/demand_filter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/support/demand/demand_simulator.hpp"

namespace forestall::forecasting {
namespace {

using test::DemandLaw;
using test::DemandSimulator;

constexpr std::int64_t t0 = 1'699'833'600;  // a midnight
constexpr std::int64_t day = 86'400;

struct Bench {
  std::vector<WeekProfile> profiles = {WeekProfile::flat()};
  std::vector<StratumPrior> strata = std::vector<StratumPrior>(1);
  DemandFilter filter{profiles, strata};

  DemandBelief selling() const {
    auto belief = filter.start(0, 0, t0).value();
    filter.set_selling(belief, t0, true).value();
    return belief;
  }
};

HourFactors office_hours() {
  HourFactors f{};
  for (std::size_t h = 0; h < f.size(); ++h) {
    const bool open = h % 24 >= 9 && h % 24 < 18 && h / 24 < 5;
    f[h] = open ? 3.2 : 0.193;
  }
  double sum = 0;
  for (const double x : f) sum += x;
  for (double& x : f) x *= hours_per_week / sum;
  return f;
}

TEST(DemandFilter, LevelAndDispersionAreRecovered) {
  for (const double per_day : {0.1, 1.0, 20.0}) {
    for (const double dispersion : {1.0, 3.0}) {
      const Bench b;
      DemandSimulator simulator(11);
      double level = 0;
      double phi = 0;
      constexpr int runs = 60;
      for (int run = 0; run < runs; ++run) {
        DemandBelief belief = b.selling();
        const std::int64_t end = t0 + 500 * day;
        for (const auto& order :
             simulator.orders({.units_per_hour = per_day / 24, .dispersion = dispersion}, t0, end)) {
          ASSERT_TRUE(b.filter.observe(belief, order.seconds, order.units));
        }
        const DemandLevel now = b.filter.level(belief, end);
        level += now.mean_units_per_hour() * 24 / runs;
        phi += now.dispersion / runs;
      }
      SCOPED_TRACE(testing::Message() << per_day << " a day, dispersion " << dispersion);
      // Averaging lanes of different length; the prior's pull is in the slow ones.
      EXPECT_NEAR(level / per_day, 1, per_day < 1 ? 0.12 : 0.04);
      // The pooled prior (1.4, worth 30 units) pulls rare sellers.
      const double units = std::min(per_day * 500, 400.0);
      const double expected = (30 * 1.4 + units * dispersion) / (30 + units);
      EXPECT_NEAR(phi, expected, (per_day < 1 ? 0.25 : 0.15) * expected);
    }
  }
}

TEST(DemandFilter, ALevelShiftMovesTheWeightToShortLanes) {
  const Bench b;
  DemandSimulator simulator(5);
  DemandBelief belief = b.selling();
  for (const auto& o : simulator.orders({.units_per_hour = 2.0 / 24}, t0, t0 + 200 * day)) {
    b.filter.observe(belief, o.seconds, o.units).value();
  }
  for (const auto& o : simulator.orders({.units_per_hour = 12.0 / 24}, t0 + 200 * day, t0 + 214 * day)) {
    b.filter.observe(belief, o.seconds, o.units).value();
  }
  const DemandLevel level = b.filter.level(belief, t0 + 214 * day);
  EXPECT_NEAR(level.mean_units_per_hour() * 24, 12, 2.5);
  EXPECT_LT(level.weight[3], 0.1);
}

TEST(DemandFilter, EventsWithoutSalesChangeNothing) {
  const Bench b;
  DemandSimulator simulator(9);
  const auto orders = simulator.orders({.units_per_hour = 0.1, .dispersion = 2}, t0, t0 + 90 * day);
  DemandBelief plain = b.selling();
  DemandBelief touched = b.selling();
  std::int64_t last = t0;
  for (const auto& o : orders) {
    b.filter.observe(plain, o.seconds, o.units).value();
    for (int i = 1; i < 5; ++i)
      b.filter.set_selling(touched, last + (o.seconds - last) * i / 5, true).value();
    b.filter.observe(touched, o.seconds, o.units).value();
    last = o.seconds;
  }
  const WindowDemand one = b.filter.window(plain, t0 + 91 * day, t0 + 91 * day, t0 + 98 * day);
  const WindowDemand other = b.filter.window(touched, t0 + 91 * day, t0 + 91 * day, t0 + 98 * day);
  // Not exactly: lanes are re-weighted while silence lasts.
  EXPECT_NEAR(one.mean_units / other.mean_units, 1, 0.04);
  EXPECT_NEAR(one.variance_units2 / other.variance_units2, 1, 0.08);
}

TEST(DemandFilter, SilenceCostsNothingAndIsEvidence) {
  const Bench b;
  DemandBelief belief = b.selling();
  for (int i = 1; i <= 100; ++i) b.filter.observe(belief, t0 + i * day, 3).value();
  const double before = b.filter.level(belief, t0 + 100 * day).mean_units_per_hour();
  EXPECT_NEAR(before * 24, 3, 0.3);
  const double later = b.filter.level(belief, t0 + 130 * day).mean_units_per_hour();
  EXPECT_LT(later, 0.2 * before) << "thirty silent days in stock are news";
  b.filter.set_selling(belief, t0 + 100 * day, false).value();
  const double unlisted = b.filter.level(belief, t0 + 130 * day).mean_units_per_hour();
  EXPECT_GT(unlisted, 0.6 * before) << "thirty days out of stock are not";
}

TEST(DemandFilter, KnownStockOutTimesLeaveTheLevelUnbiased) {
  const Bench b;
  DemandSimulator simulator(21);
  double level = 0;
  constexpr int runs = 150;
  for (int run = 0; run < runs; ++run) {
    DemandBelief belief = b.selling();
    // Every fourth day six units arrive; demand is three a day: out of stock about half the time.
    int stock = 6;
    std::int64_t next_receipt = t0 + 4 * day;
    for (const auto& o : simulator.orders({.units_per_hour = 3.0 / 24}, t0, t0 + 400 * day)) {
      while (o.seconds >= next_receipt) {
        if (stock == 0) b.filter.set_selling(belief, next_receipt, true).value();
        stock = 6;
        next_receipt += 4 * day;
      }
      if (stock == 0) continue;
      b.filter.observe(belief, o.seconds, 1).value();
      if (--stock == 0) b.filter.set_selling(belief, o.seconds, false).value();
    }
    level += b.filter.level(belief, t0 + 400 * day).mean_units_per_hour() * 24 / runs;
  }
  EXPECT_NEAR(level, 3, 0.09);
}

TEST(DemandFilter, DaysKnownOnlyAsSoldOutLeaveTheLevelUnbiased) {
  for (const double per_day : {2.0, 5.0}) {
    const Bench b;
    DemandSimulator simulator(23);
    std::poisson_distribution<int> demand(per_day);
    double level = 0;
    double naive = 0;
    constexpr int runs = 60;
    for (int run = 0; run < runs; ++run) {
      DemandBelief belief = b.selling();
      DemandBelief blind = b.selling();
      for (int d = 1; d <= 400; ++d) {
        const int stock = 1 + d % 6;
        const int wanted = demand(simulator.random());
        const int sold = std::min(wanted, stock);
        if (wanted >= stock) {
          b.filter.observe_sold_out(belief, t0 + d * day, sold).value();
        } else {
          b.filter.observe(belief, t0 + d * day, sold).value();
        }
        b.filter.observe(blind, t0 + d * day, sold).value();
      }
      level += b.filter.level(belief, t0 + 400 * day).mean_units_per_hour() * 24 / runs;
      naive += b.filter.level(blind, t0 + 400 * day).mean_units_per_hour() * 24 / runs;
    }
    EXPECT_NEAR(level / per_day, 1, 0.03) << per_day;
    EXPECT_LT(naive / per_day, 0.85)
        << "taking sales for demand must be visibly wrong, or the test shows nothing";
  }
}

TEST(DemandFilter, WhatIsTakenBackWasNeverSold) {
  const Bench b;
  DemandBelief kept = b.selling();
  DemandBelief returned = b.selling();
  for (int i = 1; i <= 60; ++i) {
    b.filter.observe(kept, t0 + i * day, 1).value();
    b.filter.observe(returned, t0 + i * day, i == 30 ? 3 : 1).value();
  }
  b.filter.take_back(returned, t0 + 60 * day, t0 + 30 * day, 2).value();
  for (std::size_t k = 0; k < lane_count; ++k) {
    EXPECT_NEAR(returned.units[k] / kept.units[k], 1, 1e-4) << k;
    EXPECT_EQ(returned.exposure_hours[k], kept.exposure_hours[k]);
  }
  b.filter.take_back(returned, t0 + 60 * day, t0 + 60 * day, 1e6).value();
  EXPECT_GT(b.filter.window(returned, t0 + 61 * day, t0 + 61 * day, t0 + 68 * day).mean_units, 0);
}

TEST(DemandFilter, OneBulkOrderDoesNotMakeAFastSeller) {
  const Bench b;
  DemandBelief belief = b.selling();
  for (int i = 1; i <= 100; ++i) b.filter.observe(belief, t0 + i * day, 1).value();
  DemandBelief bulk = belief;
  b.filter.observe(belief, t0 + 101 * day, 1).value();
  b.filter.observe(bulk, t0 + 101 * day, 500).value();
  b.filter.observe(belief, t0 + 102 * day, 1).value();
  b.filter.observe(bulk, t0 + 102 * day, 1).value();
  const auto next_week = [&](const DemandBelief& d) {
    return b.filter.window(d, t0 + 102 * day, t0 + 102 * day, t0 + 109 * day);
  };
  EXPECT_LT(next_week(bulk).mean_units, 4 * next_week(belief).mean_units);
  EXPECT_GT(next_week(bulk).variance_units2, 3 * next_week(belief).variance_units2);
}

TEST(DemandFilter, PromotionsDoNotLeakIntoTheBase) {
  const Bench b;
  DemandSimulator simulator(31);
  double uplift = 0;
  double base = 0;
  constexpr int runs = 40;
  for (int run = 0; run < runs; ++run) {
    DemandBelief belief = b.selling();
    for (int block = 0; block < 20; ++block) {
      const bool on = block % 4 == 3;
      const std::int64_t from = t0 + block * 14 * day;
      b.filter.set_promotion(belief, from, on).value();
      for (const auto& o :
           simulator.orders({.units_per_hour = (on ? 9.0 : 3.0) / 24}, from, from + 14 * day)) {
        b.filter.observe(belief, o.seconds, o.units).value();
      }
    }
    b.filter.set_promotion(belief, t0 + 280 * day, false).value();
    uplift += b.filter.promotion_uplift(belief) / runs;
    base += b.filter.level(belief, t0 + 280 * day).mean_units_per_hour() * 24 / runs;
  }
  EXPECT_NEAR(uplift, 3, 0.3);
  EXPECT_NEAR(base, 3, 0.3);
}

TEST(DemandFilter, TheHourOfWeekIsLearnedAndUsed) {
  const HourFactors truth = office_hours();
  DemandSimulator simulator(41);
  ProfileLearner learner;
  for (int sku = 0; sku < 200; ++sku) {
    for (const auto& o : simulator.orders({.units_per_hour = 0.1, .profile = truth}, t0, t0 + 140 * day)) {
      learner.add(static_cast<int>(o.seconds % seconds_per_week / 3600), o.units, 0).value();
    }
    for (int h = 0; h < hours_per_week; ++h) learner.add(h, 0, 0.1 * 20).value();
  }
  const HourFactors learned = learner.factors();
  for (std::size_t h = 0; h < learned.size(); ++h)
    EXPECT_NEAR(learned[h], truth[h], 0.2 + 0.1 * truth[h]) << h;

  Bench b;
  b.profiles = {WeekProfile::make(learned).value()};
  b.filter = DemandFilter(b.profiles, b.strata);
  DemandBelief belief = b.selling();
  for (const auto& o : simulator.orders({.units_per_hour = 1, .profile = truth}, t0, t0 + 140 * day)) {
    b.filter.observe(belief, o.seconds, o.units).value();
  }
  const std::int64_t now = t0 + 140 * day;
  double week = 0;
  for (int h = 0; h < hours_per_week; ++h) {
    const std::int64_t from = now + h * 3600;
    const double got = b.filter.window(belief, now, from, from + 3600).mean_units;
    week += got;
    const double want = truth[static_cast<std::size_t>(from % seconds_per_week / 3600)];
    EXPECT_NEAR(got, want, 0.35 + 0.15 * want) << h;
  }
  EXPECT_NEAR(week, b.filter.window(belief, now, now, now + 7 * day).mean_units, 1e-6 * week)
      << "windows add up";
}

TEST(WeekProfile, DecayedExposureAgreesWithSummingMinutes) {
  const WeekProfile profile = WeekProfile::make(office_hours()).value();
  for (const std::int64_t length : {30, 600, 5'000, 90'000, 700'000, 10'000'000}) {
    for (const std::int64_t from : {t0 + 100, t0 + 33'333, t0 + 3 * day + 60'000}) {
      const std::int64_t to = from + length;
      Lanes keep;
      const Lanes got = profile.decayed_exposure(from, to, keep);
      std::array<double, lane_count> want{};
      const int steps = 200'000;
      for (int i = 0; i < steps; ++i) {
        const double u = static_cast<double>(from) + (i + 0.5) * static_cast<double>(length) / steps;
        const double x =
            profile.factor(static_cast<std::int64_t>(u)) * static_cast<double>(length) / steps / 3600;
        for (std::size_t k = 0; k < lane_count; ++k) {
          const double age_days = (static_cast<double>(to) - u) / day;
          want[k] += x * std::exp2(-age_days / static_cast<double>(default_half_lives_days[k]));
        }
      }
      for (std::size_t k = 0; k < lane_count; ++k) {
        EXPECT_NEAR(static_cast<double>(got[static_cast<int>(k)]), want[k], 1e-3 * want[k] + 1e-6)
            << length << " " << k;
      }
      EXPECT_NEAR(profile.exposure_hours(from, to), want[3], 0.15 * want[3] + 1e-6);
    }
  }
}

TEST(DemandFilter, AbsurdInputIsRefusedAndChangesNothing) {
  const Bench b;
  DemandBelief belief = b.selling();
  b.filter.observe(belief, t0 + day, 2).value();
  const DemandBelief before = belief;
  const double nan = std::nan("");
  const double inf = std::numeric_limits<double>::infinity();
  const std::int64_t now = t0 + 2 * day;
  EXPECT_EQ(b.filter.observe(belief, now, nan).error(), ForecastError::not_finite);
  EXPECT_EQ(b.filter.observe(belief, now, inf).error(), ForecastError::not_finite);
  EXPECT_EQ(b.filter.observe(belief, now, -1).error(), ForecastError::negative);
  EXPECT_EQ(b.filter.observe(belief, now, 2e9).error(), ForecastError::too_large);
  EXPECT_EQ(b.filter.observe(belief, t0, 1).error(), ForecastError::time_backwards);
  EXPECT_EQ(b.filter.observe(belief, -5, 1).error(), ForecastError::time_backwards);
  EXPECT_EQ(b.filter.observe(belief, 1LL << 40, 1).error(), ForecastError::too_large);
  EXPECT_EQ(b.filter.observe_sold_out(belief, now, nan).error(), ForecastError::not_finite);
  EXPECT_EQ(b.filter.observe_sold_out(belief, t0, 1).error(), ForecastError::time_backwards);
  EXPECT_EQ(b.filter.set_selling(belief, t0, false).error(), ForecastError::time_backwards);
  EXPECT_EQ(b.filter.set_promotion(belief, t0, true).error(), ForecastError::time_backwards);
  EXPECT_EQ(b.filter.take_back(belief, now, now + 1, 1).error(), ForecastError::time_backwards);
  EXPECT_EQ(b.filter.take_back(belief, now, -1, 1).error(), ForecastError::out_of_range);
  EXPECT_EQ(b.filter.take_back(belief, now, t0, nan).error(), ForecastError::not_finite);
  EXPECT_EQ(std::memcmp(&belief, &before, sizeof belief), 0);
  EXPECT_EQ(b.filter.start(0, 0, -1).error(), ForecastError::out_of_range);
  EXPECT_EQ(b.filter.start(0x4000, 0, 5).error(), ForecastError::out_of_range);
}

TEST(DemandFilter, AnyAllowedEventsGiveFiniteMonotoneWindows) {
  std::mt19937_64 random(3);
  const double units[] = {0, 1, 2, 17, 1'000, 1e9, 0.25};
  const std::int64_t gaps[] = {0, 1, 59, 3'600, day, 40 * day, 3'000 * day};
  Bench b;
  b.profiles.push_back(WeekProfile::make(office_hours()).value());
  b.filter = DemandFilter(b.profiles, b.strata);
  for (int run = 0; run < 300; ++run) {
    DemandBelief belief = b.filter.start(0, static_cast<std::uint16_t>(run % 3), t0).value();
    std::int64_t now = t0;
    for (int i = 0; i < 60; ++i) {
      const std::int64_t next = now + gaps[random() % std::size(gaps)];
      if (next > std::numeric_limits<std::uint32_t>::max() - 400 * day) break;
      const double y = units[random() % std::size(units)];
      switch (random() % 6) {
        case 0:
          ASSERT_TRUE(b.filter.set_selling(belief, next, random() % 4 != 0));
          break;
        case 1:
          ASSERT_TRUE(b.filter.set_promotion(belief, next, random() % 2 == 0));
          break;
        case 2:
          ASSERT_TRUE(b.filter.take_back(belief, next, next - (next - t0) / 3, y));
          break;
        case 3:
          ASSERT_TRUE(b.filter.observe_sold_out(belief, next, y));
          break;
        default:
          ASSERT_TRUE(b.filter.observe(belief, next, y));
          break;
      }
      now = next;
      double last_mean = 0;
      for (const std::int64_t length : {day / 1440, day / 24, day, 7 * day, 365 * day}) {
        const WindowDemand w = b.filter.window(belief, now, now, now + length);
        ASSERT_TRUE(std::isfinite(w.mean_units) && std::isfinite(w.variance_units2));
        ASSERT_GE(w.mean_units, last_mean * (1 - 1e-9));
        ASSERT_GE(w.variance_units2, w.mean_units * (1 - 1e-9));
        last_mean = w.mean_units;
      }
    }
  }
}

}  // namespace
}  // namespace forestall::forecasting
