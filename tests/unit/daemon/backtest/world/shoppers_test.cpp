// SPDX-License-Identifier: Apache-2.0
// Generated shoppers have the rate, tail, profile, shares and clusters that were asked for.
#include "daemon/backtest/world/shoppers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "tests/unit/daemon/backtest/world/small_world.hpp"

namespace forestall::world {
namespace {

Demand generate(std::uint64_t seed, double rate, std::uint32_t skus = 2000) {
  return shoppers(
      {.seed = seed, .start = day0, .end = day0 + std::chrono::days{84}, .lines_per_sku_day = rate},
      Catalogue::plain(skus, 3));
}

TEST(Shoppers, SameSeedSameShoppers) {
  const Demand a = generate(3, 0.2), b = generate(3, 0.2);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.listing, b.listing);
  EXPECT_EQ(a.units, b.units);
  EXPECT_TRUE(check(a, Catalogue::plain(2000, 3)).has_value());
}

TEST(Shoppers, RateIsTheMeanAndTheTailIsLong) {
  const Demand demand = generate(4, 0.5, 5000);
  const double expected = 0.5 * 5000 * 84;
  EXPECT_NEAR(demand.size() / expected, 1, 0.15);  // the mean of a log-normal of spread 1.6 moves that much
  std::vector<int> lines(5000);
  for (const ListingIndex listing : demand.listing) ++lines[listing / 3];
  std::ranges::sort(lines, std::greater{});
  const double top_tenth = std::accumulate(lines.begin(), lines.begin() + 500, 0);
  EXPECT_GT(top_tenth / demand.size(), 0.5);
  EXPECT_LT(top_tenth / demand.size(), 0.8);
}

TEST(Shoppers, ChannelsAndQuantitiesAsAsked) {
  const Demand demand = generate(5, 1);
  std::map<ListingIndex, double> share;
  double one = 0;
  for (LineIndex i = 0; i < demand.size(); ++i) {
    share[demand.listing[i] % 3] += 1.0 / demand.size();
    one += demand.units[i] == 1;
  }
  EXPECT_NEAR(share[0], 0.60, 0.01);
  EXPECT_NEAR(share[1], 0.25, 0.01);
  EXPECT_NEAR(share[2], 0.15, 0.01);
  EXPECT_NEAR(one / demand.size(), 0.9, 0.01);
}

TEST(Shoppers, NightsAreQuiet) {
  const auto profile = week_profile();
  EXPECT_NEAR(std::accumulate(profile.begin(), profile.end(), 0.0), 168, 1e-9);
  std::vector<double> hours(24);
  for (const Instant when : generate(6, 1).time) ++hours[static_cast<std::size_t>(((when - day0) / 1h) % 24)];
  EXPECT_GT(hours[20], 4 * hours[3]);
}

// Pairs of one SKU within 15 minutes, over what the same number of lines gives without clusters: the same
// SKU's lines at the same hours of the week of another, independent world.
TEST(Shoppers, PairsClusterTwoToSixfold) {
  const auto pairs = [](double least, double most) {
    const Demand demand = shoppers({.seed = 8,
                                    .start = day0,
                                    .end = day0 + std::chrono::days{84},
                                    .lines_per_sku_day = 2,
                                    .burst_least = least,
                                    .burst_most = most},
                                   Catalogue::plain(2000, 3));
    std::map<SkuIndex, std::vector<Instant>> by_sku;
    for (LineIndex i = 0; i < demand.size(); ++i) by_sku[demand.listing[i] / 3].push_back(demand.time[i]);
    double count = 0;
    for (const auto& [sku, times] : by_sku)
      for (std::size_t i = 0; i < times.size(); ++i)
        for (std::size_t j = i + 1; j < times.size() && times[j] - times[i] <= 15min; ++j) ++count;
    return count;
  };
  const double without = pairs(1, 1), with = pairs(2, 6);
  EXPECT_GT(with / without, 2);
  EXPECT_LT(with / without, 6);
}

TEST(Shoppers, ImpossibleRulesAreRefused) {
  const auto catalogue = Catalogue::plain(1, 3);
  EXPECT_THROW(shoppers({.start = day0, .end = day0, .lines_per_sku_day = -1}, catalogue), std::logic_error);
  EXPECT_THROW(shoppers({.start = day0, .end = day0, .channel_shares = {1}}, catalogue), std::logic_error);
}

}  // namespace
}  // namespace forestall::world
