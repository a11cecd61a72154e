// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/streak.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace forestall::guard::budget {
namespace {

using namespace std::chrono_literals;
const Instant start{std::chrono::sys_days(std::chrono::year(2026) / 11 / 1)};

model::OrderUpsert order(const std::string& id, std::chrono::hours placed, const std::string& fate,
                         const std::string& listing = "MUG") {
  model::OrderUpsert o;
  o.account = AccountId::literal("shop");
  o.id = OrderId::literal(id);
  o.placed_at = start + placed;
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal(listing);
  line.ordered = Units(1);
  if (fate == "seller" || fate == "buyer")
    line.cancelled = {Units(1),
                      fate == "seller" ? model::CancelledBy::seller : model::CancelledBy::buyer,
                      model::CancelReason::no_stock,
                      o.placed_at + 1h,
                      {}};
  if (fate == "shipped") line.portions.push_back({Units(1), {}, {}, o.placed_at + 5h});
  o.lines.push_back(line);
  return o;
}

TEST(CancelStreak, OnlyWhatTheSellerCancelsInARowCounts) {
  const Instant now = start + 200h;
  StreakBook book(std::chrono::days(30));
  book.put(order("a", 1h, "seller"), now);
  EXPECT_EQ(book.of("shop", "MUG", now), 1u);
  book.put(order("b", 2h, "buyer"), now);
  book.put(order("c", 3h, "open"), now);
  EXPECT_EQ(book.of("shop", "MUG", now), 1u);
  book.put(order("d", 4h, "seller"), now);
  EXPECT_EQ(book.of("shop", "MUG", now), 2u);
  book.put(order("e", 5h, "seller", "CUP"), now);
  const auto rows = book.at_least(2, now, 10);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].listing, "shop MUG");
  EXPECT_EQ(rows[0].newest, start + 4h);
  book.put(order("f", 6h, "shipped"), now);
  EXPECT_EQ(book.of("shop", "MUG", now), 0u);
  EXPECT_EQ(book.count(1, now), (std::map<std::string, std::size_t>{{"shop", 1}}));
}

// A preset that counts a shorter time than is kept, or a longer one.
TEST(CancelStreak, ARowIsCountedWithinThePresetsTime) {
  const Instant now = start + 10 * 24h;
  StreakBook book(std::chrono::days(30));
  book.put(order("a", 24h, "seller"), now);
  book.put(order("b", 8 * 24h, "seller"), now);
  EXPECT_EQ(book.at_least(2, now, 10).size(), 1u);
  EXPECT_EQ(book.at_least(2, now, 10, std::chrono::days(5)).size(), 0u);
  EXPECT_EQ(book.at_least(1, now, 10, std::chrono::days(5)).size(), 1u);
  EXPECT_TRUE(book.keep_for(std::chrono::days(60))) << "older ones have to be told again";
  EXPECT_FALSE(book.keep_for(std::chrono::days(60)));
  EXPECT_EQ(book.at_least(2, now + 40 * 24h, 10, std::chrono::days(60)).size(), 1u);
}

TEST(CancelStreak, WhatIsOldIsForgotten) {
  StreakBook book(std::chrono::days(30));
  book.put(order("a", 1h, "seller"), start + 2h);
  book.put(order("b", 2h, "seller"), start + 2h);
  EXPECT_EQ(book.of("shop", "MUG", start + 719h), 2u);
  EXPECT_EQ(book.of("shop", "MUG", start + 721h), 1u);
  book.forget(start + 900h);
  EXPECT_EQ(book.listings(), 0u);
}

// Whatever the order in which readings arrive, and however often.
TEST(CancelStreak, TheOrderOfArrivalDoesNotMatter) {
  std::mt19937_64 random(7);
  const Instant now = start + 200h;
  for (int round = 0; round < 300; ++round) {
    std::vector<model::OrderUpsert> all;
    std::size_t row = 0;
    for (int i = 0; i < 8; ++i) {
      const auto pick = random() % 4;
      const auto* const fate = pick == 0 ? "shipped" : pick == 1 ? "buyer" : pick == 2 ? "open" : "seller";
      all.push_back(order("o" + std::to_string(i), std::chrono::hours(i + 1), fate));
      row = pick == 0 ? 0 : row + (pick == 3 ? 1 : 0);
    }
    auto readings = all;
    readings.insert(readings.end(), all.begin(), all.end());
    std::ranges::shuffle(readings, random);
    StreakBook book(std::chrono::days(30));
    for (const auto& o : readings) book.put(o, now);
    ASSERT_EQ(book.of("shop", "MUG", now), row) << round;
  }
}

}  // namespace
}  // namespace forestall::guard::budget
