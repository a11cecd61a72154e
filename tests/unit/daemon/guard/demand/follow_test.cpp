// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/follow.hpp"

#include <gtest/gtest.h>

#include "daemon/guard/demand/pooled.hpp"

namespace forestall::guard {
namespace {

// `sales` of a SKU, each `every`-th followed by `units`.
void add(FollowCurve& curve, double units_per_day, int sales, int every, double units, double usual) {
  for (int i = 0; i < sales; ++i) curve.add(units_per_day, i % every == 0 ? units : 0, usual);
}

TEST(FollowCurve, NothingFollowsUntilSomethingWasLearned) {
  FollowCurve curve;
  EXPECT_EQ(curve.after_a_sale(1).units, 0);
  EXPECT_EQ(curve.after_a_sale(1).ratio, 1);
  curve.fit(std::chrono::minutes{15});
  EXPECT_EQ(curve.after_a_sale(1).units, 0);
  EXPECT_EQ(FollowCurve::constant({.25, 3}).after_a_sale(0.01).units, .25);
  EXPECT_EQ(FollowCurve::constant({.25, 3}).after_a_sale(100).ratio, 3);
}

TEST(FollowCurve, FastSkusAreFollowedMoreThanSlowOnes) {
  FollowCurve curve;
  add(curve, 0.125, 20'000, 200, 1, .001);  // .005 a sale, .004 beyond the usual
  add(curve, 2, 20'000, 10, 1, .02);        // .1 and .08
  curve.fit(std::chrono::minutes{15});
  EXPECT_NEAR(curve.after_a_sale(0.125).units, .004, .001);
  EXPECT_NEAR(curve.after_a_sale(2).units, .08, .005);
  // Between and beyond: on the way from one to the other, never past the ends.
  EXPECT_GT(curve.after_a_sale(1).units, curve.after_a_sale(0.125).units);
  EXPECT_LT(curve.after_a_sale(1).units, curve.after_a_sale(2).units);
  EXPECT_EQ(curve.after_a_sale(0).units, curve.after_a_sale(1.0 / 64).units);
  EXPECT_EQ(curve.after_a_sale(1e9).units, curve.after_a_sale(8).units);
}

TEST(FollowCurve, AFewSalesLeanOnTheLawOfAll) {
  FollowCurve curve;
  add(curve, 1, 50'000, 20, 1, 0);  // .05 at one a day
  add(curve, 4, 3, 1, 5, 0);        // three sales of fast SKUs, five units each: luck
  curve.fit(std::chrono::minutes{15});
  EXPECT_NEAR(curve.after_a_sale(4).units, .1, .04) << "twice as many at four times the rate";
}

TEST(FollowCurve, ClustersHaveHeavierTailsThanSingleUnits) {
  FollowCurve single, clusters;
  add(single, 1, 40'000, 40, 1, 0);
  add(clusters, 1, 40'000, 200, 5, 0);
  single.fit(std::chrono::minutes{15});
  clusters.fit(std::chrono::minutes{15});
  EXPECT_NEAR(single.after_a_sale(1).units, clusters.after_a_sale(1).units, 1e-9);
  EXPECT_GT(clusters.after_a_sale(1).ratio, 3 * single.after_a_sale(1).ratio);
  const double minutes = clusters.after_a_sale(1).ratio;
  clusters.fit(std::chrono::hours{8});
  EXPECT_NEAR(clusters.after_a_sale(1).ratio, minutes / 2, 1e-9) << "as measured in windows of hours";
}

TEST(FollowCurve, LessThanUsualIsNothingNotLess) {
  FollowCurve curve;
  add(curve, 1, 10'000, 100, 1, .5);
  curve.fit(std::chrono::minutes{15});
  EXPECT_EQ(curve.after_a_sale(1).units, 0);
}

// A shop of slow SKUs that never race and fast ones whose sales come in pairs ten minutes apart.
TEST(PooledDemand, TellsTheSlowFromTheFastOnceItHasSeenEnough) {
  const Instant start = Instant{} + std::chrono::days{19000};
  DemandModel model;
  PooledDemand pooled;
  model.grow(220, start);
  for (DemandModel::Index sku = 0; sku < 220; ++sku) model.selling(sku, start, true);
  const auto sell = [&](DemandModel::Index sku, Instant at) {
    pooled.sold(model, sku, at, 1);
    model.sold(sku, at, 1);
  };
  const Millis quarter = std::chrono::minutes{15};
  for (int day = 0; day < 60; ++day) {
    const Instant noon = start + std::chrono::days{day} + std::chrono::hours{12};
    for (DemandModel::Index sku = 0; sku < 20; ++sku) {
      sell(sku, noon + std::chrono::minutes{sku});
      sell(sku, noon + std::chrono::minutes{sku + 10U});
    }
    for (DemandModel::Index sku = 20; sku < 220; ++sku)
      if ((static_cast<int>(sku) + day) % 10 == 0) sell(sku, noon);
    if (day == 1) {
      pooled.teach(model, noon + std::chrono::hours{2});
      EXPECT_EQ(pooled.follow(quarter, 2).units, pooled.follow(quarter, .1).units) << "too early to tell";
    }
  }
  pooled.teach(model, start + std::chrono::days{60});
  EXPECT_GT(pooled.follow(quarter, 2).units, .3) << "every other sale is followed";
  EXPECT_LT(pooled.follow(quarter, .1).units, .1) << "none of theirs is; the law of all is still leant on";
  EXPECT_GT(pooled.follow(quarter, 2).ratio, 1);
  EXPECT_LT(pooled.follow(quarter / 3, 2).units, pooled.follow(quarter, 2).units);
  pooled.fade(.5, start + std::chrono::days{60});
  EXPECT_GT(pooled.follow(quarter, 2).units, .3);
}

}  // namespace
}  // namespace forestall::guard
