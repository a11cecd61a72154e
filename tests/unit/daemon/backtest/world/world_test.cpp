// SPDX-License-Identifier: Apache-2.0
// Channels: what is taken, when it is seen, when a write is live, and what each kind of write does to sales.
#include "daemon/backtest/world/world.hpp"

#include <gtest/gtest.h>

#include "tests/unit/daemon/backtest/world/small_world.hpp"

namespace forestall::world {
namespace {

TEST(World, ChannelCountsItselfDownAndRefusesWhatItCannotCover) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{1min, 0, 2}, {2min, 0, 2}, {3min, 0, 1}});
  World world(small_scenario({3}, 1), catalogue, demand);
  world.advance_to(day0 + 1h);
  EXPECT_EQ(world.lines()[0].filled, 2);
  EXPECT_EQ(world.lines()[1].accepted, 0);
  EXPECT_EQ(world.lines()[2].filled, 1);
  EXPECT_EQ(world.listed(0), 0);
}

TEST(World, TwoChannelsSellTheSameUnitTwice) {
  const auto catalogue = Catalogue::plain(1, 2);
  const auto demand = demand_of({{1min, 0}, {2min, 1}});
  World world(small_scenario({1}, 2), catalogue, demand);
  world.advance_to(day0 + 1h);
  EXPECT_EQ(world.lines()[0].filled, 1);
  EXPECT_EQ(world.lines()[1].oversold, 1);
  EXPECT_EQ(world.truth().orders.oversold, 1);
}

TEST(World, OrderIsSeenExactlyAfterItsDelay) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{10min, 0}});
  World world(small_scenario({5}, 1), catalogue, demand);
  world.advance_to(day0 + 12min - 1ms);
  EXPECT_TRUE(world.orders(0, 0).empty());
  world.advance_to(day0 + 12min);
  ASSERT_EQ(world.orders(0, 0).size(), 2U);
  EXPECT_EQ(world.orders(0, 0)[0].change, OrderChange::accepted);
  EXPECT_EQ(world.orders(0, 0)[1].change, OrderChange::handed_over);
  EXPECT_EQ(world.watermark(0), day0 + 10min);
}

TEST(World, AbsoluteWriteErasesASaleAndIsLiveExactlyAfterItsDelay) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{5min, 0}});
  World world(small_scenario({5}, 1), catalogue, demand);
  EXPECT_EQ(world.write({.listing = 0, .value = 5}), day0 + 8min);
  world.advance_to(day0 + 8min - 1ms);
  EXPECT_EQ(world.listed(0), 4);
  world.advance_to(day0 + 8min);
  EXPECT_EQ(world.listed(0), 5) << "the unit sold at 5 min is on offer again";
}

TEST(World, RelativeWriteKeepsSales) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{5min, 0}});
  World world(small_scenario({5}, 1), catalogue, demand);
  world.write({.listing = 0, .kind = WriteKind::relative, .value = -2});
  world.advance_to(day0 + 8min);
  EXPECT_EQ(world.listed(0), 2);
  world.write({.listing = 0, .kind = WriteKind::relative, .value = -9});
  world.advance_to(day0 + 20min);
  EXPECT_EQ(world.listed(0), 0) << "never below zero";
}

TEST(World, CompareAndSetIsRefusedWhereASaleCameBetween) {
  const auto catalogue = Catalogue::plain(2, 1);
  const auto demand = demand_of({{5min, 0}});
  World world(small_scenario({5, 5}, 1), catalogue, demand);
  for (const ListingIndex listing : {0U, 1U})
    world.write({.listing = listing, .kind = WriteKind::compare_and_set, .value = 1, .expected = 5});
  world.advance_to(day0 + 9min);
  EXPECT_EQ(world.listed(0), 4);
  EXPECT_EQ(world.listed(1), 1);
  EXPECT_EQ(world.truth().writes_refused, 1);
  EXPECT_EQ(world.truth().writes_live, 1);
}

TEST(World, LateWritesLandAfterNewerOnes) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({});
  World world(small_scenario({5}, 1), catalogue, demand);
  world.write({.listing = 0, .value = 9}, 10min);
  world.write({.listing = 0, .value = 0});
  world.advance_to(day0 + 10min);
  EXPECT_EQ(world.listed(0), 0);
  world.advance_to(day0 + 18min);
  EXPECT_EQ(world.listed(0), 9);
}

TEST(World, CountdownThatIsNotAtomicSellsTwiceOnOneChannel) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{1min, 0}, {90s, 0}, {4min, 0}});
  auto scenario = small_scenario({1}, 1);
  scenario.channels[0].countdown_after = 1min;
  World world(scenario, catalogue, demand);
  world.advance_to(day0 + 1h);
  EXPECT_EQ(world.lines()[1].oversold, 1);
  EXPECT_EQ(world.lines()[2].accepted, 0);
}

TEST(World, PendingOrderReservesOrNot) {
  for (const bool reserves : {true, false}) {
    const auto catalogue = Catalogue::plain(1, 1);
    const auto demand = demand_of({{1min, 0}, {2min, 0}});
    auto scenario = small_scenario({1}, 1);
    scenario.channels[0].pending_share = 1;
    scenario.channels[0].pending_reserves = reserves;
    World world(scenario, catalogue, demand);
    world.advance_to(day0 + 29min);
    EXPECT_EQ(world.lines()[0].open(), 1) << "nobody picks what is not paid";
    EXPECT_EQ(world.lines()[1].accepted, reserves ? 0 : 1);
    world.advance_to(day0 + 1h);
    EXPECT_EQ(world.lines()[0].filled, 1);
    EXPECT_EQ(world.lines()[1].oversold, reserves ? 0 : 1);
  }
}

TEST(World, DeadPaymentGivesTheUnitBackOnlyWhereTheChannelRestores) {
  for (const bool restores : {true, false}) {
    const auto catalogue = Catalogue::plain(1, 1);
    const auto demand = demand_of({{1min, 0}});
    auto scenario = small_scenario({1}, 1);
    scenario.channels[0].pending_share = 1;
    scenario.channels[0].pending_dies = 1;
    scenario.channels[0].restores_on_cancel = restores;
    World world(scenario, catalogue, demand);
    world.advance_to(day0 + 1h);
    EXPECT_EQ(world.lines()[0].withdrawn, 1);
    EXPECT_EQ(world.listed(0), restores ? 1 : 0);
    EXPECT_EQ(world.stock().physical(0), 1);
    EXPECT_EQ(world.stock().open(0), 0);
    ASSERT_EQ(world.orders(0, 0).size(), 2U);
    EXPECT_EQ(world.orders(0, 0)[1].change, OrderChange::cancelled_unpaid);
  }
}

TEST(World, BuyerMayWithdrawOnlyBeforeTheHandOver) {
  for (const auto& [pick_after, withdrawn] : {std::pair{Millis(3h), 1}, std::pair{Millis(1h), 0}}) {
    const auto catalogue = Catalogue::plain(1, 1);
    const auto demand = demand_of({{1min, 0}});
    auto scenario = small_scenario({1}, 1);
    scenario.fulfilment = {.pick_after = pick_after, .withdrawn_share = 1, .withdrawn_after = 2h};
    World world(scenario, catalogue, demand);
    world.advance_to(day0 + 5h);
    EXPECT_EQ(world.lines()[0].withdrawn, withdrawn);
    EXPECT_EQ(world.lines()[0].filled, 1 - withdrawn);
  }
}

TEST(World, PausedListingTakesNothing) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{1min, 0}, {1h, 0}});
  World world(small_scenario({2}, 1), catalogue, demand);
  world.set_buyable(0, false);
  world.advance_to(day0 + 2min);
  world.set_buyable(0, true);
  world.advance_to(day0 + 2h);
  EXPECT_EQ(world.lines()[0].accepted, 0);
  EXPECT_EQ(world.lines()[1].filled, 1);
}

TEST(World, BundleNeedsEveryPart) {
  Catalogue catalogue{.skus = 2, .channels = 1};
  const auto bundle = catalogue.add(0, {{0, 2}, {1, 1}});
  const auto single = catalogue.add(0, {{0, 1}});
  const auto demand = demand_of({{1min, bundle}, {2min, bundle}, {3min, single}});
  World world(small_scenario({3, 9}, 1), catalogue, demand);
  EXPECT_EQ(world.listed(bundle), 1);
  EXPECT_EQ(world.listed(single), 3);
  world.edit(bundle, 2);  // somebody lists one bundle too many
  world.advance_to(day0 + 1h);
  EXPECT_EQ(world.lines()[0].filled, 1);
  EXPECT_EQ(world.lines()[1].oversold, 1);
  EXPECT_EQ(world.lines()[2].filled, 1);
  EXPECT_EQ(world.stock().physical(0), 0);
  EXPECT_EQ(world.stock().physical(1), 8) << "the other part of the bundle that failed stays on the shelf";
  for (const StockEvent& event : world.stock_events(0))
    EXPECT_EQ(event.sku, 0U) << "only the part that was missing is reported";
}

TEST(World, BadInputIsRefusedByName) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto fine = demand_of({{2min, 0}});
  auto scenario = small_scenario({1}, 1);
  scenario.stock.loss_rate = 1.5;
  EXPECT_THROW(World(scenario, catalogue, fine), std::logic_error);
  EXPECT_THROW(World(small_scenario({1, 2}, 1), catalogue, fine), std::logic_error);
  EXPECT_THROW(World(small_scenario({1}, 2), catalogue, fine), std::logic_error);
  EXPECT_FALSE(check(demand_of({{2min, 0}, {1min, 0}}), catalogue).has_value());
  EXPECT_FALSE(check(demand_of({{2min, 1}}), catalogue).has_value());
  EXPECT_FALSE(check(demand_of({{2min, 0, 0}}), catalogue).has_value());
}

}  // namespace
}  // namespace forestall::world
