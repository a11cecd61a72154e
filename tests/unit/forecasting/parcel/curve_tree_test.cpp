// SPDX-License-Identifier: Apache-2.0
// Curves against parcels whose true law is known.
#include "forecasting/parcel/curve_tree.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "forecasting/parcel/share_tree.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::int32_t today = 20'000;
using Path = std::array<std::uint64_t, 2>;

// Log-normal transit of a lane in business days, at least one.
int draw_days(std::mt19937_64& random, double median) {
  std::lognormal_distribution<double> law(std::log(median), 0.35);
  return std::clamp(static_cast<int>(law(random)), 1, 60);
}

void deliver(CurveTree& tree, const Path& path, int days) {
  ASSERT_TRUE(tree.waited(path, 0, static_cast<std::size_t>(days), today));
  ASSERT_TRUE(tree.ended(path, static_cast<std::size_t>(days), today));
}

TEST(CurveTree, LearnsAKnownCurve) {
  CurveTree tree;
  std::mt19937_64 random(1);
  const Path path{1, 2};
  std::array<double, 61> came{};
  constexpr int parcels = 20'000;
  for (int i = 0; i < parcels; ++i) {
    const int days = draw_days(random, 5);
    came[static_cast<std::size_t>(days)] += 1.0 / parcels;
    deliver(tree, path, days);
  }
  const Survival s = tree.survival(path, today);
  double waiting = 1;
  for (std::size_t d = 0; d < 15; ++d) {
    EXPECT_NEAR(s[d], waiting, 0.01) << d;
    waiting -= came[d];
  }
}

// Half of the parcels are still open after four days: counting only the delivered ones would halve the
// median.
TEST(CurveTree, OpenParcelsCount) {
  CurveTree honest;
  CurveTree naive;
  std::mt19937_64 random(2);
  const Path path{1, 2};
  for (int i = 0; i < 5'000; ++i) {
    const int days = draw_days(random, 5);
    const int known = std::uniform_int_distribution<int>(1, 8)(random);  // handed over so long ago
    if (days <= known) {
      deliver(honest, path, days);
      deliver(naive, path, days);
    } else {
      ASSERT_TRUE(honest.waited(path, 0, static_cast<std::size_t>(known) + 1, today));
    }
  }
  std::lognormal_distribution<double> law(std::log(5.0), 0.35);
  double truth = 0;
  for (int i = 0; i < 100'000; ++i) truth += law(random) >= 6 ? 1e-5 : 0;
  EXPECT_NEAR(honest.survival(path, today)[6], truth, 0.03);
  EXPECT_LT(naive.survival(path, today)[6], truth - 0.08);
}

// Many lanes with little history each: the shrunken curve must be nearer to the truth than the lane's own and
// than the service's.
TEST(CurveTree, ShrinkingBeatsTheLaneAloneAndTheServiceAlone) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> spread(0, 0.3);
  std::vector<double> medians;
  for (int lane = 0; lane < 200; ++lane) medians.push_back(4 * std::exp(spread(random)));
  for (const int history : {3, 15, 60}) {
    CurveTree tree;
    std::vector<std::array<double, 61>> own(medians.size());
    for (std::size_t lane = 0; lane < medians.size(); ++lane)
      for (int i = 0; i < history; ++i) {
        const int days = draw_days(random, medians[lane]);
        own[lane][static_cast<std::size_t>(days)] += 1.0 / history;
        deliver(tree, {7, 100 + lane}, days);
      }
    const Survival service = tree.survival(std::array<std::uint64_t, 1>{7}, today);
    double of_tree = 0, of_lane = 0, of_service = 0;  // squared error of the cdf, days 1 to 12
    for (std::size_t lane = 0; lane < medians.size(); ++lane) {
      const Survival s = tree.survival(Path{7, 100 + lane}, today);
      double by_own = 0;
      for (std::size_t d = 1; d <= 12; ++d) {
        const double z = (std::log(static_cast<double>(d)) - std::log(medians[lane])) / 0.35;
        const double truth = d == 1 ? 0 : 0.5 * std::erfc(-z / std::sqrt(2.0));
        by_own += own[lane][d - 1];
        of_tree += std::pow(1 - s[d] - truth, 2);
        of_service += std::pow(1 - service[d] - truth, 2);
        of_lane += std::pow(by_own - truth, 2);
      }
    }
    EXPECT_LT(of_tree, of_lane) << history;
    EXPECT_LT(of_tree, of_service) << history;
  }
}

TEST(CurveTree, OldEvidenceFades) {
  CurveTree tree({.half_life_days = 30});
  const Path path{1, 2};
  for (int i = 0; i < 500; ++i) deliver(tree, path, 10);
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(tree.waited(path, 0, 3, today + 180));
    ASSERT_TRUE(tree.ended(path, 3, today + 180));
  }
  EXPECT_LT(tree.survival(path, today + 180)[5], 0.05);
}

TEST(CurveTree, QuantilesAndConditionalsAgree) {
  CurveTree tree;
  std::mt19937_64 random(5);
  const Path path{1, 2};
  for (int i = 0; i < 500; ++i) deliver(tree, path, draw_days(random, 6));
  const Survival s = tree.survival(path, today);
  for (const double age : {0.0, 2.5, 8.0})
    for (const double p : {0.1, 0.5, 0.9})
      EXPECT_NEAR(1 - still_waiting_given(s, age, quantile_given(s, age, p)), p, 1e-6) << age << " " << p;
  EXPECT_EQ(still_waiting_given(s, 5, 5), 1);
  EXPECT_GT(still_waiting_given(s, 500, 501), 0);
  EXPECT_LT(still_waiting_given(s, 500, 501), 1);
}

TEST(CurveTree, RefusesNonsenseAndChangesNothing) {
  CurveTree tree;
  const Path path{1, 2};
  const std::array<std::uint64_t, 7> deep{};
  const auto before = encode(tree);
  EXPECT_FALSE(tree.waited(deep, 0, 1, today));
  EXPECT_FALSE(tree.waited(path, 3, 2, today));
  EXPECT_FALSE(tree.waited(path, 0, curve_bins + 1, today));
  EXPECT_FALSE(tree.ended(path, curve_bins, today));
  EXPECT_FALSE(tree.ended(path, 1, today, -1));
  EXPECT_FALSE(tree.ended(path, 1, today, std::nan("")));
  EXPECT_EQ(encode(tree), before);
}

TEST(ShareTree, ShrinksAndSaysHowSure) {
  ShareTree tree({.half_life_days = 1e6, .parent_weight = 10, .first_share = 0.1});
  const std::array<std::uint64_t, 1> small{1};
  const std::array<std::uint64_t, 1> large{2};
  const std::array<std::uint64_t, 1> unseen{3};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(tree.add(small, 1, today));
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(tree.add(large, i % 20 == 0 ? 1 : 0, today));
  EXPECT_NEAR(tree.share(large, today).share, 0.05, 0.005);
  EXPECT_LT(tree.share(small, today).share, 0.3);
  EXPECT_GT(tree.share(small, today).share, 0.1);
  EXPECT_NEAR(tree.share(unseen, today).share, tree.share({}, today).share, 1e-12);
  const Share sure = tree.share(large, today);
  const Share unsure = tree.share(small, today);
  EXPECT_LT(sure.quantile(0.95) - sure.quantile(0.05), unsure.quantile(0.95) - unsure.quantile(0.05));
}

}  // namespace
}  // namespace forestall::forecasting
