// SPDX-License-Identifier: Apache-2.0
// How much may change in one go: money, the first few of a large change, and a sell-out that is none of both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using config::Mode;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class LargeChange : public ::testing::Test {
 protected:
  static std::string name(int i) { return fmt::format("L{}", i); }
  void list(int listings, std::int64_t shown, std::int64_t in_stock) {
    for (int i = 0; i < listings; ++i) room_.list(name(i), shown, in_stock);
  }
  // One page in which the warehouse says so of all of them.
  void stock(int from, int to, std::int64_t units) {
    for (int i = from; i < to; ++i) room_.stock(name(i), units);
  }
  void price(int listing, std::int64_t minor) {
    model::PriceObserved price{
        {}, room_.shop, ListingId::literal(name(listing)), Money(minor, Currency::literal("EUR"))};
    price.from = {SourceId::literal("shop"), model::Version(77), room_.clock.now()};
    room_.apply({price});
  }
  acting::AccountDesk& desk() { return room_.acts->floor().desks[0]; }
  std::size_t written() const { return room_.channel.writes.size(); }
  std::set<std::string> listings_written() const {
    std::set<std::string> all;
    for (const auto& write : room_.channel.writes) all.insert(write.listing.str());
    return all;
  }

  ActingRoom room_;
};

TEST_F(LargeChange, IsStoppedByWhatItIsWorth) {
  room_.account->settings.breaker.value = Money(100'00, Currency::literal("EUR"));
  list(6, 5, 5);
  for (int i = 0; i < 6; ++i) price(i, 10'00);
  room_.start();
  // Five units at ten each: two listings are exactly what is allowed.
  stock(0, 6, 0);
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  EXPECT_EQ(desk().tripped, "150.00 EUR in 1h, at most 100.00 EUR");
  room_.pass(1min);
  EXPECT_LE(listings_written().size(), 2U);
  EXPECT_EQ(desk().mode(), Mode::advise);
  room_.stop();
}

// A fifth of the account's listings, however many the seller has elsewhere.
TEST_F(LargeChange, TheShareIsOfTheAccountsListings) {
  room_.account->settings.breaker.share = 0.2;
  list(20, 5, 5);
  std::vector<ledger::Mapping> elsewhere;
  for (int i = 0; i < 90; ++i)
    elsewhere.push_back({AccountId::literal("other"),
                         ListingId::literal(name(i)),
                         {{SkuId::literal("FAR"), Units(1)}},
                         model::Pool::own});
  ASSERT_TRUE(room_.loop.run(room_.ledger->map(elsewhere)));
  room_.start();
  stock(0, 20, 0);
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  EXPECT_EQ(desk().tripped, "5 listings in 1h, at most 4");
  EXPECT_LE(written(), 4U);
  room_.stop();
}

TEST_F(LargeChange, WithoutAPriceTheMeanOfTheOthersCounts) {
  room_.account->settings.breaker.value = Money(100'00, Currency::literal("EUR"));
  list(6, 5, 5);
  for (int i = 3; i < 6; ++i) price(i, 30'00);
  room_.start();
  room_.stock(name(0), 0);
  // 150.00 by the mean, of which the listing itself says nothing.
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  EXPECT_EQ(desk().tripped, "150.00 EUR in 1h, at most 100.00 EUR");
  EXPECT_EQ(written(), 0U);
  room_.stop();
}

TEST_F(LargeChange, WhereNoPriceIsKnownListingsAndUnitsStillHoldIt) {
  room_.account->settings.breaker.value = Money(1'00, Currency::literal("EUR"));
  room_.account->settings.breaker.units = Units(12);
  list(6, 5, 5);
  room_.start();
  stock(0, 6, 0);
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  EXPECT_EQ(desk().tripped, "15 units in 1h, at most 12");
  EXPECT_EQ(desk().breaker.unpriced(), 2U);
  room_.stop();
}

TEST_F(LargeChange, AFewGoFirstAndAreReadBackBeforeTheRestFollows) {
  room_.account->settings.breaker.canary = 3;
  room_.channel.manners = {{.live_after = 4min}};
  list(20, 5, 5);
  room_.start();
  stock(0, 20, 2);
  ASSERT_TRUE(room_.until([&] { return written() == 3; }));
  room_.pass(2min);
  EXPECT_EQ(written(), 3U) << "nothing is known of the first three yet";
  EXPECT_EQ(desk().breaker.waiting(), 17U);
  ASSERT_TRUE(room_.until([&] { return listings_written().size() == 20; }));
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(room_.until([&] { return room_.channel.shown(name(i)) == 2; }, 60min)) << name(i);
  EXPECT_TRUE(desk().tripped.empty());
  EXPECT_EQ(desk().breaker.waiting(), 0U);
  room_.stop();
}

TEST_F(LargeChange, ThatWillExceedTheLimitStopsAtTheFirstFew) {
  room_.account->settings.breaker.canary = 3;
  room_.account->settings.breaker.listings = 8;
  room_.channel.manners = {{.live_after = 4min}};
  list(20, 5, 5);
  room_.start();
  stock(0, 20, 0);
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  EXPECT_THAT(desk().tripped, HasSubstr("6 listings to change with 3 changed in 1h, at most 8"));
  room_.pass(10min);
  EXPECT_LE(written(), 3U);
  room_.stop();
}

TEST_F(LargeChange, ThatTheChannelRefusesGoesNoFurther) {
  room_.account->settings.breaker.canary = 3;
  room_.channel.manners = {{.carried_out = false, .answer = ErrorCode::invalid_argument}};
  list(20, 5, 5);
  room_.start();
  stock(0, 20, 0);
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  EXPECT_EQ(desk().tripped, "the first 3 of a change all failed");
  room_.pass(10min);
  EXPECT_LE(written(), 5U);
  room_.stop();
}

// Half of the catalogue sells out within an hour on another channel: every listing here must follow at once.
class SellOut : public LargeChange {
 protected:
  static constexpr int all = 40;
  SellOut() {
    auto& breaker = room_.account->settings.breaker;
    breaker.listings = 5;
    breaker.share = 0.1;
    breaker.units = Units(10);
    breaker.value = Money(1'00, Currency::literal("EUR"));
    breaker.canary = 2;
    list(all, 4, 4);
    for (int i = 0; i < all; ++i) price(i, 25'00);
    std::vector<ledger::Mapping> elsewhere;
    for (int i = 0; i < all; ++i)
      elsewhere.push_back({other, ListingId::literal(name(i)), {{SkuId::literal(name(i)), Units(1)}}, {}});
    EXPECT_TRUE(room_.loop.run(room_.ledger->map(elsewhere)));
    room_.start();
  }
  void sell(int i, bool shipped) {
    room_.pass(1min);
    model::OrderUpsert order;
    order.from = {SourceId::literal("other"), model::Version(static_cast<std::uint64_t>(100 + i)),
                  room_.clock.now()};
    order.account = other;
    order.id = OrderId::literal(fmt::format("x-{}", i));
    order.placed_at = room_.clock.now();
    order.placed_day = std::chrono::year{2026} / 1 / 5;
    auto& line = order.lines.emplace_back();
    line.id = OrderLineId::literal("1");
    line.listing = ListingId::literal(name(i));
    line.ordered = Units(4);
    if (shipped) {
      order.state = model::OrderState::shipped;
      line.portions.push_back({Units(4), {}, {}, room_.clock.now()});
    }
    room_.apply({order});
  }
  void expect_no_trip() {
    for (int i = 0; i < all / 2; ++i)
      ASSERT_TRUE(room_.until([&] { return room_.channel.shown(name(i)) == 0; })) << name(i);
    for (int i = all / 2; i < all; ++i) EXPECT_EQ(room_.channel.shown(name(i)), 4);
    EXPECT_EQ(desk().tripped, "");
    EXPECT_EQ(desk().mode(), Mode::guard);
  }
  const AccountId other = AccountId::literal("other");
};

TEST_F(SellOut, OfHalfTheCatalogueWithinAnHourDoesNotTripTheBreaker) {
  for (int i = 0; i < all / 2; ++i) sell(i, false);
  expect_no_trip();
  room_.stop();
}

TEST_F(SellOut, NeitherWhereTheWarehouseHasDeductedItAlready) {
  for (int i = 0; i < all / 2; ++i) {
    sell(i, true);
    room_.stock(name(i), 0);
  }
  expect_no_trip();
  room_.stop();
}

TEST_F(SellOut, WhatOrdersDoNotExplainIsStillStopped) {
  for (int i = 0; i < all / 2; ++i) sell(i, false);
  expect_no_trip();
  // The other half falls in the warehouse's file, and nobody bought it.
  stock(all / 2, all, 0);
  ASSERT_TRUE(room_.until([&] { return !desk().tripped.empty(); }));
  int untouched = 0;
  for (int i = all / 2; i < all; ++i) untouched += room_.channel.shown(name(i)) == 4 ? 1 : 0;
  EXPECT_GE(untouched, all / 2 - 4);
  room_.stop();
}

}  // namespace
}  // namespace forestall::test
