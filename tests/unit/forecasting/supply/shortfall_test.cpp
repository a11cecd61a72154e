// SPDX-License-Identifier: Apache-2.0
// Shortfall and run-out against brute-force simulation with known truth.
#include "forecasting/supply/shortfall.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace forestall::forecasting {
namespace {

// Negative binomial as a Gamma mixture of Poissons; any mean.
int draw_demand(std::mt19937_64& random, double mean, double dispersion) {
  if (mean <= 0) return 0;
  if (dispersion > 1 + 1e-9)
    mean = std::gamma_distribution<double>(mean / (dispersion - 1), dispersion - 1)(random);
  return mean > 0 ? std::poisson_distribution<int>(mean)(random) : 0;
}

LeadTime log_normal(double location, double spread, double never) {
  LeadTime law;
  law.location = location, law.spread = spread, law.degrees = 1e6, law.never_share = never;
  return law;
}

// Day by day as the chain sees it: demand first, receipts at the end of the day they come on.
struct Seen {
  RunOut short_of_demand, empty;
};
Seen simulate(const DemandRate& demand, int stock, std::span<const Inbound> inbound, int horizon, int paths) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal(0, 1);
  std::uniform_real_distribution<double> unit(0, 1);
  Seen out;
  out.short_of_demand.horizon_days = out.empty.horizon_days = horizon;
  for (int path = 0; path < paths; ++path) {
    const double v = demand.level_variation;
    const double level = v > 0 ? std::gamma_distribution<double>(1 / v, v)(random) : 1;
    struct Coming {
      int day, units;
    };
    std::vector<Coming> coming;
    for (const auto& i : inbound) {
      if (unit(random) < i.lead_time.never_given_age(i.age_days)) continue;
      double days = 0;
      do {
        days = std::exp(i.lead_time.location + i.lead_time.spread * normal(random));
      } while (days <= i.age_days);
      const bool part = unit(random) < i.lead_time.partial_chance;
      coming.push_back({static_cast<int>(std::ceil(days - i.age_days)),
                        part ? static_cast<int>(std::floor(i.units * i.lead_time.partial_share)) : i.units});
    }
    int left = stock;
    bool empty = false;
    for (int day = 1; day <= horizon; ++day) {
      const double today = demand.exposure_days(day) - demand.exposure_days(day - 1);
      left -= draw_demand(random, demand.units_per_day * level * today, demand.dispersion);
      const auto at = static_cast<std::size_t>(day);
      if (left <= 0 && !empty) out.empty.by_day[at] += 1.0 / paths, empty = true;
      if (left < 0) {
        out.short_of_demand.by_day[at] += 1.0 / paths;
        break;
      }
      for (const auto& c : coming)
        if (c.day == day) left += c.units;
    }
  }
  for (RunOut* result : {&out.short_of_demand, &out.empty})
    for (std::size_t day = 1; day <= static_cast<std::size_t>(horizon); ++day)
      result->by_day[day] += result->by_day[day - 1];
  return out;
}

TEST(GammaLevels, IntegrateTheMomentsExactly) {
  for (const double variation : {1e-4, 0.01, 0.1, 0.5, 1.0, 3.0}) {
    const auto nodes = gamma_levels(variation);
    double moment = 1;
    for (int power = 0; power < 2 * level_nodes; ++power) {  // n nodes are exact up to degree 2n - 1
      double sum = 0;
      for (std::size_t i = 0; i < level_nodes; ++i) sum += nodes.weight[i] * std::pow(nodes.level[i], power);
      EXPECT_NEAR(sum / moment, 1, 1e-8) << variation << " power " << power;
      moment *= 1 + power * variation;
    }
  }
  EXPECT_EQ(gamma_levels(0).weight[0], 1);
}

TEST(Shortfall, BeforeOneReceiptAgainstSimulation) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal(0, 1);
  const DemandRate demand{1.3, 2.2, 0.15, {}};
  const auto law = log_normal(2.2, 0.35, 0.04);
  for (const double age : {0.0, 6.0}) {
    const auto nodes = nodes_given_age(law, age);
    for (const int stock : {5, 12, 20, 40}) {
      const auto risk = risk_before_receipt(demand, stock, nodes, 60);
      const int paths = 30000;
      double hits = 0, units = 0;
      std::uniform_real_distribution<double> unit(0, 1);
      for (int path = 0; path < paths; ++path) {
        double days = 60;
        if (unit(random) >= law.never_given_age(age)) {
          do days = std::exp(law.location + law.spread * normal(random));
          while (days <= age);
          days = std::min(60.0, days - age);
        }
        const double level = std::gamma_distribution<double>(1 / .15, .15)(random);
        const int asked = draw_demand(random, demand.units_per_day * level * days, demand.dispersion);
        hits += asked > stock, units += std::max(0, asked - stock);
      }
      // The window law takes the level's Gamma and the batches as one negative binomial, and nine nodes stand
      // for the date: a per cent or two of probability.
      EXPECT_NEAR(risk.probability, hits / paths, 0.015) << age << ' ' << stock;
      EXPECT_NEAR(risk.expected_units, units / paths, 0.05 * (units / paths) + 0.04) << age << ' ' << stock;
    }
  }
}

TEST(Shortfall, ChainAgainstSimulation) {
  const double factors[] = {1, 1, 1, 1, 1.5, .5, .3, 1, 1, 1, 1, 1.5, .5, .3};
  auto partial = log_normal(1.8, 0.4, 0.05);
  partial.partial_chance = 0.3, partial.partial_share = 0.5;
  const Inbound orders[] = {
      {partial, 2, 10}, {log_normal(2.7, 0.3, 0), 0, 15}, {log_normal(3.2, 0.2, 0), 5, 12}};
  const int paths = 15000;
  for (const std::size_t receipts : {0u, 1u, 2u, 3u}) {
    for (const double variation : {0.0, 0.2}) {
      const DemandRate demand{0.9, 1.8, variation, factors};
      const auto inbound = std::span(orders).first(receipts);
      const auto both = simulate(demand, 9, inbound, 45, paths);
      for (const auto event : {RunOutEvent::short_of_demand, RunOutEvent::empty}) {
        const auto exact = run_out(demand, 9, inbound, 45, event);
        ASSERT_TRUE(exact);
        const auto& seen = event == RunOutEvent::empty ? both.empty : both.short_of_demand;
        for (const int day : {3, 7, 14, 21, 30, 45}) {
          const double p = seen.by_day[static_cast<std::size_t>(day)];
          EXPECT_NEAR(exact->by_day[static_cast<std::size_t>(day)], p,
                      4.5 * std::sqrt((p * (1 - p) + 1e-5) / paths) + 1e-4)
              << receipts << ' ' << variation << ' ' << static_cast<int>(event) << " day " << day;
        }
        for (const double p : {.1, .5, .9}) {
          const double a = exact->day(p), b = seen.day(p);
          if (a >= 0 && b >= 0 && a < 44) {
            EXPECT_NEAR(a, b, 0.6) << p;
          }
        }
      }
    }
  }
}

TEST(Shortfall, BoundsHoldTheChainBetweenThem) {
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 60; ++trial) {
    const DemandRate demand{0.2 + static_cast<double>(random() % 30) / 10,
                            1.0 + static_cast<double>(random() % 20) / 10,
                            static_cast<double>(random() % 4) / 10,
                            {}};
    const int stock = static_cast<int>(random() % 20);
    std::vector<DatedReceipt> dated;
    std::vector<Inbound> inbound;
    double at = 0;
    for (int i = 0; i < 3; ++i) {
      at += 3 + static_cast<double>(random() % 8);
      const int units = static_cast<int>(random() % 15);
      dated.push_back({at, units});
      // Certain: at the end of day `at`.
      inbound.push_back({log_normal(std::log(at - 0.5), 1e-4, 0), 0, units});
    }
    const auto bounds = bound_shortfall(demand, stock, dated, 40);
    const auto exact = run_out(demand, stock, inbound, 40, RunOutEvent::short_of_demand);
    ASSERT_TRUE(exact);
    // The bounds treat level and batches as one negative binomial; without level variation they are exact.
    const double slack = demand.level_variation > 0 ? 0.03 : 1e-6;
    EXPECT_GE(exact->probability(), bounds.least - slack) << trial;
    EXPECT_LE(exact->probability(), bounds.most + slack) << trial;
  }
}

TEST(Shortfall, LargeStocksInStrides) {
  const DemandRate demand{40, 3, 0.05, {}};
  const auto fine = run_out(demand, 190, {}, 30, RunOutEvent::short_of_demand);
  const DemandRate tenfold{400, 30, 0.05, {}};
  const auto coarse = run_out(tenfold, 1900, {}, 30, RunOutEvent::short_of_demand);
  ASSERT_TRUE(fine && coarse);
  for (const double p : {.1, .5, .9}) EXPECT_NEAR(fine->day(p), coarse->day(p), 0.4);
}

TEST(Shortfall, MonotoneAndFinite) {
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 30; ++trial) {
    const DemandRate demand{std::pow(10, -3 + static_cast<double>(random() % 600) / 100),
                            1 + static_cast<double>(random() % 50),
                            static_cast<double>(random() % 30) / 10,
                            {}};
    const Inbound order{log_normal(2, 0.5, 0.1), static_cast<double>(random() % 50),
                        static_cast<int>(random() % 5000)};
    double before = 2;
    for (const int stock : {0, 1, 5, 50, 500, 50000}) {
      const auto out = run_out(demand, stock, {&order, 1}, 60, RunOutEvent::short_of_demand);
      ASSERT_TRUE(out);
      for (int d = 1; d <= 60; ++d)
        ASSERT_GE(out->by_day[static_cast<std::size_t>(d)], out->by_day[static_cast<std::size_t>(d - 1)]);
      ASSERT_LE(out->probability(), 1);
      ASSERT_LE(out->probability(), before + 0.03) << trial << ' ' << stock;  // strides round
      before = out->probability();
    }
  }
}

TEST(Shortfall, RefusesTheAbsurd) {
  const auto error = [](DemandRate d, int stock, int horizon, Inbound i = {}) {
    return run_out(d, stock, {&i, 1}, horizon, RunOutEvent::empty).error();
  };
  EXPECT_EQ(error({NAN}, 1, 10), ForecastError::not_finite);
  EXPECT_EQ(error({-1}, 1, 10), ForecastError::negative);
  EXPECT_EQ(error({1}, -1, 10), ForecastError::negative);
  EXPECT_EQ(error({1e9}, 1, 10), ForecastError::too_large);
  EXPECT_EQ(error({1}, 1, 0), ForecastError::out_of_range);
  EXPECT_EQ(error({1}, 1, 999), ForecastError::out_of_range);
  EXPECT_EQ(error({1}, 1, 10, {{}, NAN, 3}), ForecastError::not_finite);
  EXPECT_EQ(error({1}, 1, 10, {{}, 0, -3}), ForecastError::negative);
  const double bad[] = {1, -2};
  EXPECT_EQ(error({1, 1, 0, bad}, 1, 10), ForecastError::not_finite);
}

}  // namespace
}  // namespace forestall::forecasting
