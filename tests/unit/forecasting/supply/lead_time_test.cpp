// SPDX-License-Identifier: Apache-2.0
#include "forecasting/supply/lead_time.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace forestall::forecasting {
namespace {

// Suppliers with known laws: ln(days) ~ N(mean_i, sd_i), some never, some in part.
struct Truth {
  double mean, sd;
};

TEST(LeadTime, PoolAndSuppliersAreRecovered) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(0, 1);
  std::uniform_real_distribution<double> unit(0, 1);
  std::vector<SupplierRecord> records(200);
  std::vector<Truth> truths;
  for (auto& record : records) {
    truths.push_back({2.5 + 0.4 * normal(random), 0.3 * std::exp(0.3 * normal(random))});
    const int n = 3 + static_cast<int>(random() % 40);
    for (int i = 0; i < n; ++i) {
      const bool never = unit(random) < 0.03;
      const bool part = unit(random) < 0.1;
      ASSERT_TRUE(record.observe({std::exp(truths.back().mean + truths.back().sd * normal(random)), 0,
                                  part ? 0.3 + 0.4 * unit(random) : 1.0, never}));
    }
  }
  const auto pool = SupplierPool::fit(records, {});
  EXPECT_NEAR(pool.unpromised.location, 2.5, 0.1);
  EXPECT_NEAR(pool.never, 0.03, 0.01);
  EXPECT_NEAR(pool.partial, 0.1, 0.015);
  EXPECT_NEAR(pool.partial_share, 0.5, 0.03);
  // Between / within variance: .16 / (.09 e^{.18}): a supplier's own mean is worth about .67 deliveries.
  EXPECT_GT(pool.unpromised.weight, 0.4);
  EXPECT_LT(pool.unpromised.weight, 1.1);

  // Predictions for further deliveries are calibrated, for suppliers seen often and for those never seen.
  for (const bool known : {true, false}) {
    std::vector<double> pit;
    for (std::size_t i = 0; i < records.size(); ++i) {
      auto law = LeadTime::of(known ? records[i] : SupplierRecord{}, pool);
      law.never_share = 0;
      for (int j = 0; j < 20; ++j)
        pit.push_back(law.by(std::exp(truths[i].mean + truths[i].sd * normal(random))));
    }
    std::sort(pit.begin(), pit.end());
    double ks = 0;
    for (std::size_t i = 0; i < pit.size(); ++i)
      ks = std::max(ks, std::abs(pit[i] - (static_cast<double>(i) + 0.5) / static_cast<double>(pit.size())));
    // 200 suppliers bound what an unseen one can be tested to.
    EXPECT_LT(ks, known ? 0.03 : 0.09) << known;
  }
}

TEST(LeadTime, ASupplierSeenTwiceStaysNearThePool) {
  SupplierRecord twice, often;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(twice.observe({40}));
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(often.observe({i % 2 ? 38.0 : 42.0}));
  const SupplierPool pool;
  const auto a = LeadTime::of(twice, pool), b = LeadTime::of(often, pool), c = LeadTime::of({}, pool);
  EXPECT_GT(a.location, c.location);
  EXPECT_LT(a.location, b.location);
  EXPECT_GT(a.spread, 3 * b.spread);
}

TEST(LeadTime, WaitingTeaches) {
  SupplierRecord record;
  std::mt19937_64 random(2);
  std::lognormal_distribution<double> days(2.3, 0.3);
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(record.observe({days(random), 0, 1, i % 20 == 0}));
  const auto law = LeadTime::of(record, SupplierPool{});
  EXPECT_NEAR(law.never_share, 0.05, 0.015);
  double before = 0;
  for (const double age : {0.0, 10.0, 20.0, 40.0}) {
    const double never = law.never_given_age(age);
    EXPECT_GE(never, before) << age;
    before = never;
    // Total probability: by the chain of conditional steps and at once.
    const double chained = 1 - (1 - law.by_given_age(age, 3)) * (1 - law.by_given_age(age + 3, 4));
    EXPECT_NEAR(chained, law.by_given_age(age, 7), 1e-9);
    for (const double p : {0.1, 0.5, 0.9}) {
      const double t = law.quantile_given_age(age, p);
      EXPECT_NEAR(law.by_given_age(age, t), p * (1 - never), 1e-4);
    }
  }
  EXPECT_GT(before, 0.5);  // forty days for a ten-day supplier: likely lost
}

TEST(LeadTime, APromiseIsKeptToTheDayOrMissed) {
  SupplierRecord record;
  for (int i = 0; i < 90; ++i) ASSERT_TRUE(record.observe({20, 20}));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(record.observe({i % 2 ? 30.0 : 16.0, 20}));
  const auto law = LeadTime::of(record, SupplierPool{}, 30);
  EXPECT_NEAR(law.on_day_share, 0.885, 0.02);
  EXPECT_LT(law.by(29.4), 0.1);
  EXPECT_GT(law.by(30.6), 0.9);
  const auto nodes = nodes_given_age(law, 0);
  EXPECT_NEAR(nodes.days[4], 30, 0.6);
  // The day has passed: the spike is gone, what is left is a miss.
  EXPECT_LT(law.by_given_age(31, 1), 0.5);
}

TEST(LeadTime, FadingForgets) {
  SupplierRecord record;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(record.observe({10}));
  record.fade(0.1);
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(record.observe({40}));
  EXPECT_GT(LeadTime::of(record, SupplierPool{}).location, std::log(25));
}

TEST(LeadTime, RefusesTheAbsurd) {
  SupplierRecord record;
  EXPECT_EQ(record.observe({NAN}).error(), ForecastError::not_finite);
  EXPECT_EQ(record.observe({0}).error(), ForecastError::negative);
  EXPECT_EQ(record.observe({-3}).error(), ForecastError::negative);
  EXPECT_EQ(record.observe({1e6}).error(), ForecastError::too_large);
  EXPECT_EQ(record.observe({3, 0, 1.5}).error(), ForecastError::out_of_range);
  EXPECT_EQ(record.closed, 0);
  const auto law = LeadTime::of(record, SupplierPool::fit({}, {}), INFINITY);
  EXPECT_TRUE(std::isfinite(law.by(10)));
  EXPECT_EQ(law.by(-1), 0);
  EXPECT_EQ(law.by(NAN), 0);
}

}  // namespace
}  // namespace forestall::forecasting
