// SPDX-License-Identifier: Apache-2.0
#include "forecasting/order_size.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace forestall::forecasting {
namespace {

TEST(OrderSize, TellsWhatTheOrdersWereLike) {
  std::mt19937_64 random(7);
  std::vector<int> seen;
  OrderSizeLearner learner(1.1);
  std::geometric_distribution<int> more(0.2);
  for (int i = 0; i < 20'000; ++i) {
    seen.push_back(1 + more(random));
    learner.add(seen.back());
  }
  const auto& law = learner.law();
  EXPECT_DOUBLE_EQ(law.tail(0), 1);
  for (const int stock : {0, 1, 2, 5, 12, 30}) {
    double excess = 0, oversold = 0, beyond = 0;
    for (const int units : seen) {
      excess += std::max(0, units - stock);
      beyond += units > stock;
      if (units > stock && units <= 2 * stock) oversold += units - stock;
    }
    const double orders = static_cast<double>(seen.size());
    // A sixteenth of the orders may not be in the law yet.
    EXPECT_NEAR(law.excess(stock), excess / orders, 0.05 * excess / orders + 0.002) << stock;
    EXPECT_NEAR(law.tail(stock), beyond / orders, 0.05 * beyond / orders + 0.002) << stock;
    EXPECT_NEAR(law.oversold(stock, 2 * stock), oversold / orders, 0.06 * oversold / orders + 0.004) << stock;
  }
}

TEST(OrderSize, AListingThatShowsNoMoreThanThereIsOversellsNothing) {
  const OrderSizeLearner learner(3);
  EXPECT_EQ(learner.law().oversold(5, 5), 0);
  EXPECT_EQ(learner.law().oversold(5, 2), 0);
  double last = 0;
  for (int shown = 5; shown < 300; ++shown) {
    const double now = learner.law().oversold(5, shown);
    EXPECT_GE(now, last - 1e-12) << shown;
    last = now;
  }
  EXPECT_NEAR(last, learner.law().excess(5), 1e-3);
}

TEST(OrderSize, ContinuesBeyondItsTable) {
  OrderSizeLearner learner(200);
  for (int i = 0; i < 1000; ++i) learner.add(100 + i % 200);
  const auto& law = learner.law();
  double last = law.tail(OrderSizeLaw::exact_units - 1);
  EXPECT_GT(last, 0.9);
  for (int stock = OrderSizeLaw::exact_units; stock < 2000; ++stock) {
    EXPECT_LE(law.tail(stock), last);
    last = law.tail(stock);
  }
  EXPECT_LT(last, 0.01);
  EXPECT_LT(law.excess(100'000), 1e-6);
  EXPECT_EQ(law.oversold(1'000'000'000, 1'000'000'001), 0);
}

TEST(OrderSize, WithoutOrdersTheMeanGivenSpeaks) {
  const OrderSizeLearner learner(1.1);
  EXPECT_NEAR(learner.law().excess(0), 1.1, 1e-9);
  EXPECT_NEAR(learner.law().tail(1), 0.1 / 1.1, 1e-9);
  EXPECT_NEAR(OrderSizeLearner(0).law().tail(1), 1e-6, 1e-9) << "no mean below one";
}

}  // namespace
}  // namespace forestall::forecasting
