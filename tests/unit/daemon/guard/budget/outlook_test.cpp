// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/outlook.hpp"

#include <gtest/gtest.h>

namespace forestall::guard::budget {
namespace {

using std::chrono::days;
constexpr Day today = std::chrono::local_days(std::chrono::year(2026) / 11 / 23);
constexpr Limit amazon{};

std::vector<DayCount> steady(std::int64_t a_day, int for_days) {
  std::vector<DayCount> all;
  for (int d = 0; d < for_days; ++d) all.push_back({today - days(d), a_day, 0});
  return all;
}

TEST(CancelOutlook, CountsTheWindowAndNothingElse) {
  auto counted = steady(10, 30);
  counted[6].cancels = 1;  // the first day of the window
  counted[7].cancels = 5;  // the day before it
  counted.push_back({today + days(1), 100, 9});
  const auto o = look_ahead(amazon, counted, today);
  EXPECT_EQ(o.orders, 70);
  EXPECT_EQ(o.cancels, 1);
  EXPECT_EQ(o.allowed, 1);
  EXPECT_EQ(o.left, 0);
  EXPECT_FALSE(o.breached);
  EXPECT_EQ(o.oldest, today - days(6));
  EXPECT_EQ(o.oldest_leaves, today + days(1));
  EXPECT_EQ(o.leaving, 1);
  EXPECT_NEAR(o.orders_a_day, 10, 1e-12);
}

TEST(CancelOutlook, OneCancellationOfAFewOrdersIsABreach) {
  auto counted = steady(5, 30);
  EXPECT_EQ(look_ahead(amazon, counted, today).left, 0);
  EXPECT_EQ(look_ahead(amazon, counted, today).chance_after_one_more, 1);
  counted[2].cancels = 1;
  const auto o = look_ahead(amazon, counted, today);
  EXPECT_TRUE(o.breached);
  EXPECT_EQ(o.left, -1);
  EXPECT_EQ(o.chance, 1);
  EXPECT_EQ(o.oldest_leaves, today + days(5));
}

// With one look and nothing in the window it is the tail itself.
TEST(CancelOutlook, TheChanceIsTheTail) {
  const Limit one_day{.share_ppm = 25'000, .window_days = 1};
  auto counted = steady(100, 60);
  counted[20].cancels = 3;
  const auto o = look_ahead(one_day, counted, today);
  EXPECT_NEAR(o.chance, beta_binomial_tail(100, learn(prior, 6000, 3), 2), 1e-10);
}

TEST(CancelOutlook, MoreCancellationsNeverLowerTheChanceOrThePrice) {
  for (const std::int64_t a_day : {1, 4, 10, 60, 700}) {
    double chance = -1, factor = 0;
    for (std::int64_t cancels = 0; cancels < 40; ++cancels) {
      auto counted = steady(a_day, 60);
      counted[1].cancels = cancels;
      const auto o = look_ahead(amazon, counted, today);
      const auto f = cancel_cost_factor(o, 3, 10);
      EXPECT_GE(o.chance + 1e-6, chance) << a_day << " " << cancels;
      EXPECT_GE(f + 1e-6, factor) << a_day << " " << cancels;
      EXPECT_GE(o.chance_after_one_more + 1e-6, o.chance);
      chance = o.chance;
      factor = f;
    }
    if (a_day < 200) {
      EXPECT_EQ(chance, 1) << a_day;
    }
  }
}

TEST(CancelOutlook, ThePriceOfACancellationIsWhatABreachCosts) {
  Outlook o;
  o.orders_a_day = 4;
  o.chance = 0;
  o.chance_after_one_more = 1;
  EXPECT_NEAR(cancel_cost_factor(o, 3, 10), 1 + 4 * 3 / 10.0, 1e-12);
  o.orders_a_day = 1e6;
  EXPECT_EQ(cancel_cost_factor(o, 3, 10), most_factor);
  o.chance_after_one_more = 0;
  EXPECT_EQ(cancel_cost_factor(o, 3, 10), 1);
  EXPECT_EQ(cancel_cost_factor(o, 0, 10), 1);
  EXPECT_EQ(cancel_cost_factor(o, 3, 0), 1);
}

TEST(CancelOutlook, AnEmptyAccountHasNothingToSay) {
  const auto o = look_ahead(amazon, {}, today);
  EXPECT_EQ(o.orders, 0);
  EXPECT_FALSE(o.judged);
  EXPECT_FALSE(o.breached);
  EXPECT_FALSE(o.oldest);
  EXPECT_EQ(o.chance, 0);
  EXPECT_EQ(cancel_cost_factor(o, 3, 10), 1);
}

TEST(CancelOutlook, AYearOfAHugeAccountIsQuick) {
  const Limit ebay{.share_ppm = 20'000, .inclusive = true, .window_days = 365, .min_cancels = 5};
  std::vector<DayCount> counted;
  for (int d = 0; d < 400; ++d) counted.push_back({today - days(d), 50'000, 500});
  const auto o = look_ahead(ebay, counted, today);
  EXPECT_FALSE(o.breached);
  EXPECT_LT(o.chance, 1e-6);
}

}  // namespace
}  // namespace forestall::guard::budget
