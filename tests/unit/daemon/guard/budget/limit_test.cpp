// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/limit.hpp"

#include <gtest/gtest.h>

namespace forestall::guard::budget {
namespace {

using model::CancelledBy;
using model::CancelReason;

constexpr Limit amazon{.share_ppm = 25'000, .inclusive = false, .window_days = 7};
constexpr Limit walmart{.share_ppm = 20'000, .inclusive = true, .window_days = 30};

TEST(CancelLimit, LessThanAShareIsCountedInWholeOrders) {
  const std::pair<std::int64_t, std::int64_t> table[] = {{1, 0},  {20, 0},  {40, 0},  {41, 1},   {80, 1},
                                                         {81, 2}, {200, 4}, {400, 9}, {1000, 24}};
  for (const auto& [orders, allowed] : table) EXPECT_EQ(most_allowed(amazon, orders), allowed) << orders;
}

TEST(CancelLimit, AtMostAShareAllowsExactlyTheShare) {
  EXPECT_EQ(most_allowed(walmart, 49), 0);
  EXPECT_EQ(most_allowed(walmart, 50), 1);
  EXPECT_EQ(most_allowed(walmart, 100), 2);
  EXPECT_FALSE(breached(walmart, 50, 1));
  EXPECT_TRUE(breached(walmart, 49, 1));
}

// The definition itself, for every small number: allowed is the largest count that is not a breach.
TEST(CancelLimit, AgreesWithTheFraction) {
  for (const std::int64_t ppm : {1, 3'333, 10'000, 20'000, 25'000, 30'000, 500'000, 1'000'000})
    for (const bool inclusive : {false, true})
      for (std::int64_t n = 1; n <= 300; ++n) {
        const Limit limit{.share_ppm = ppm, .inclusive = inclusive};
        for (std::int64_t c = 0; c <= n; ++c) {
          const bool fine = inclusive ? c * 1'000'000 <= ppm * n : c * 1'000'000 < ppm * n;
          if (c == 0) continue;  // no cancellation is never a breach
          ASSERT_EQ(!breached(limit, n, c), fine) << c << " of " << n << " at " << ppm << " ppm";
        }
        ASSERT_FALSE(breached(limit, n, 0));
      }
}

TEST(CancelLimit, FewOrdersAreNotJudged) {
  const Limit limit{.share_ppm = 25'000, .min_orders = 30};
  EXPECT_FALSE(breached(limit, 29, 29));
  EXPECT_TRUE(breached(limit, 30, 1));
  EXPECT_FALSE(breached(limit, 0, 0));
}

TEST(CancelLimit, FewCancellationsMayBeForgiven) {
  const Limit ebay{.share_ppm = 20'000, .inclusive = true, .window_days = 365, .min_cancels = 5};
  EXPECT_EQ(most_allowed(ebay, 10), 4);
  EXPECT_EQ(most_allowed(ebay, 3), 3);
  EXPECT_EQ(most_allowed(ebay, 1000), 20);
  const Limit etsy{.share_ppm = 10'000, .min_cancels = 4, .min_cancels_below = 300};
  EXPECT_EQ(most_allowed(etsy, 299), 3);
  EXPECT_EQ(most_allowed(etsy, 300), 2);
  EXPECT_EQ(most_allowed(etsy, 401), 4);
}

TEST(CancelLimit, CountsWhatTheSellerAnswersFor) {
  for (const auto reason : {CancelReason::unknown, CancelReason::no_stock, CancelReason::late})
    EXPECT_EQ(counts(CancelledBy::buyer, reason), Counts::no);
  EXPECT_EQ(counts(CancelledBy::seller, CancelReason::unknown), Counts::yes);
  EXPECT_EQ(counts(CancelledBy::seller, CancelReason::no_stock), Counts::yes);
  EXPECT_EQ(counts(CancelledBy::seller, CancelReason::buyer_changed_mind), Counts::no);
  EXPECT_EQ(counts(CancelledBy::marketplace, CancelReason::late), Counts::yes);
  EXPECT_EQ(counts(CancelledBy::marketplace, CancelReason::payment), Counts::no);
  EXPECT_EQ(counts(CancelledBy::marketplace, CancelReason::unknown), Counts::unclear);
  EXPECT_EQ(counts(CancelledBy::unknown, CancelReason::other), Counts::unclear);
}

}  // namespace
}  // namespace forestall::guard::budget
