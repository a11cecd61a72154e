// SPDX-License-Identifier: Apache-2.0
// Do shortfalls given 10 % happen one time in ten? Beliefs live through 120 simulated days of many SKUs and
// are then asked about windows of minutes, hours and days at random instants.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "forecasting/burst.hpp"
#include "forecasting/demand_filter.hpp"
#include "forecasting/scoring.hpp"
#include "tests/support/demand/demand_simulator.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::int64_t t0 = 1'699'833'600;
constexpr std::int64_t day = 86'400;
constexpr std::int64_t train_end = t0 + 120 * day;
constexpr std::int64_t test_end = train_end + 40 * day;

HourFactors daytime() {
  HourFactors f{};
  double sum = 0;
  for (std::size_t h = 0; h < f.size(); ++h) {
    f[h] = 0.2 + (h % 24 > 7 && h % 24 < 23 ? 1.3 : 0) + (h / 24 >= 5 ? 0.4 : 0);
    sum += f[h];
  }
  for (double& x : f) x *= hours_per_week / sum;
  return f;
}

struct Sku {
  DemandBelief belief;
  std::vector<test::SimulatedOrder> later;  // orders of the test period
};

struct Market {
  std::vector<WeekProfile> profiles = {WeekProfile::make(daytime()).value()};
  std::vector<StratumPrior> strata = std::vector<StratumPrior>(1);
  DemandFilter filter{profiles, strata};
  std::vector<Sku> skus;
  BurstModel burst;
  double order_dispersion = 1;

  // Levels of SKUs spread over a factor of hundreds, batches and (optionally) bursts.
  Market(int count, double dispersion, double followers, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    test::DemandSimulator simulator(seed + 1);
    std::gamma_distribution<double> level(1.0, 0.2);
    BurstLearner learner;
    strata[0].units_per_hour = 0.2;
    strata[0].dispersion = dispersion * (1 + followers);
    strata[0].strength_hours = strata[0].dispersion / 0.2;
    std::uniform_int_distribution<std::int64_t> instant(t0 + 60 * day, train_end - 2 * day);
    for (int i = 0; i < count; ++i) {
      const test::DemandLaw law{std::max(level(random), 1e-3), dispersion, daytime(), followers, 15};
      Sku sku{filter.start(0, 0, t0).value(), {}};
      filter.set_selling(sku.belief, t0, true).value();
      // Windows of the training time teach the burst model, each asked before it happened.
      std::array<std::vector<std::int64_t>, 4> asked;
      for (auto& one : asked) {
        for (int k = 0; k < 40; ++k) one.push_back(instant(random));
        std::ranges::sort(one);
      }
      std::array<std::size_t, 4> next{};
      const auto orders = simulator.orders(law, t0, test_end);
      for (const auto& o : orders) {
        if (o.seconds >= train_end) {
          sku.later.push_back(o);
          continue;
        }
        for (std::size_t l = 0; l < 4; ++l) {
          for (; next[l] < asked[l].size() && asked[l][next[l]] <= o.seconds; ++next[l]) {
            const std::int64_t from = asked[l][next[l]];
            const auto to = from + static_cast<std::int64_t>(BurstModel::lengths_hours[l] * 3600);
            const DemandLevel now = filter.level(sku.belief, from);
            const double exposure = profiles[0].exposure_hours(from, to);
            double mean = 0;
            double variance = 0;
            for (std::size_t k = 0; k < lane_count; ++k) {
              mean += now.weight[k] * now.units_per_hour[k] * exposure;
              variance += now.weight[k] * now.variance[k] * exposure * exposure;
            }
            int units = 0;
            for (const auto& other : orders) {
              if (other.seconds >= to) break;
              if (other.seconds >= from) units += other.units;
            }
            learner.add(l, mean, variance, now.dispersion, units).value();
          }
        }
        filter.observe(sku.belief, o.seconds, o.units).value();
      }
      skus.push_back(std::move(sku));
    }
    burst = learner.model();
  }
};

struct Calibration {
  std::vector<double> pit;
  std::array<EventScore, 10> deciles{};
  double most_off = 0;  // |forecast - happened| of a decile with at least 200 windows
};

// Beliefs go on learning while they are tested, as they do in use.
Calibration calibrate(Market& market, std::int64_t length, bool with_burst) {
  Calibration out;
  std::mt19937_64 random(77);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (Sku& sku : market.skus) {
    DemandBelief belief = sku.belief;
    std::size_t seen = 0;
    std::int64_t now = train_end;
    while (true) {
      // Windows do not overlap.
      now += length + static_cast<std::int64_t>(uniform(random) * 12 * 3600);
      if (now + length >= test_end) break;
      for (; seen < sku.later.size() && sku.later[seen].seconds < now; ++seen) {
        market.filter.observe(belief, sku.later[seen].seconds, sku.later[seen].units).value();
      }
      int units = 0;
      for (std::size_t k = seen; k < sku.later.size() && sku.later[k].seconds < now + length; ++k) {
        units += sku.later[k].units;
      }
      const WindowDemand window =
          market.filter.window(belief, now, now, now + length, with_burst ? &market.burst : nullptr);
      out.pit.push_back(randomised_pit(probability_at_most(window, units - 1),
                                       probability_at_most(window, units), uniform(random)));
      const int stock = static_cast<int>(uniform(random) * uniform(random) * (2 + 3 * window.mean_units));
      const double p = probability_above(window, stock);
      out.deciles[std::min<std::size_t>(9, static_cast<std::size_t>(p * 10))].add(p, units > stock);
    }
  }
  for (const EventScore& d : out.deciles) {
    if (d.count >= 200)
      out.most_off = std::max(out.most_off, std::abs(d.sum_probability - d.sum_outcome) / d.count);
  }
  return out;
}

void expect_calibrated(Market& market, bool with_burst) {
  for (const std::int64_t length : {std::int64_t{1'800}, std::int64_t{4 * 3'600}, 3 * day}) {
    Calibration c = calibrate(market, length, with_burst);
    SCOPED_TRACE(testing::Message() << length / 60 << " minutes, " << c.pit.size() << " windows");
    EXPECT_GT(c.pit.size(), 1'000U);
    // The levels simulated never move; beliefs allow for their moving, so days come out a little wide.
    EXPECT_LT(distance_from_uniform(c.pit), 0.05);
    EXPECT_LT(c.most_off, 0.06);
    for (const EventScore& d : c.deciles) {
      if (d.count < 50) continue;
      const double p = d.sum_probability / d.count;
      const double chance = 4 * std::sqrt(p * (1 - p) / d.count);
      EXPECT_NEAR(d.sum_outcome / d.count, p, 0.035 + chance) << d.count << " windows of the decile";
    }
  }
}

TEST(ShortfallCalibration, PoissonOrders) {
  Market market(250, 1, 0, 100);
  expect_calibrated(market, false);
}

TEST(ShortfallCalibration, OrdersOfSeveralUnits) {
  Market market(250, 2.5, 0, 200);
  expect_calibrated(market, false);
}

TEST(ShortfallCalibration, OrdersInBursts) {
  Market market(250, 1.3, 0.6, 300);
  expect_calibrated(market, true);
}

// The simulation must be able to fail: beliefs that ignore how orders cluster are visibly off.
TEST(ShortfallCalibration, IgnoringDispersionShows) {
  Market market(250, 4, 0, 400);
  market.strata[0].dispersion = 1;
  market.strata[0].dispersion_units = 1e9;
  Calibration c = calibrate(market, 3 * day, false);
  EXPECT_GT(distance_from_uniform(c.pit), 0.08);
}

}  // namespace
}  // namespace forestall::forecasting
