// SPDX-License-Identifier: Apache-2.0
// What leaves by itself: counters of days and demand history after 400 days, settled commitments of a pool
// that nobody reads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/daemon/ledger/ledger_fixture.hpp"

namespace forestall::test {
namespace {

using std::chrono::days;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

OrderUpsert cancelled(OrderUpsert o) {
  o.lines[0].cancelled =
      LineCancel{Units(1), CancelledBy::seller, CancelReason::no_stock, o.placed_at + 1h, o.placed_day};
  return o;
}

OrderUpsert closed(OrderUpsert o) {
  o.state = OrderState::shipped;
  o.closed_at = o.placed_at + 48h;
  return o;
}

class LedgerRetention : public LedgerTest {
 protected:
  void apply(ledger::Ledger& ledger, const std::vector<Observation>& page) {
    const auto applied = run(ledger.apply(page));
    ASSERT_TRUE(applied) << to_string(applied.error());
  }
  void sweep_after(ledger::Ledger& ledger, days since_noon) {
    calendar_.date = noon + since_noon;
    const auto swept = run(ledger.sweep());
    ASSERT_TRUE(swept) << to_string(swept.error());
  }
  std::size_t fields(const std::string& name) {
    return static_cast<std::size_t>(*sync_.call({"HLEN", "forestall:{acme}:" + name})->integer());
  }
};

TEST_F(LedgerRetention, CountersOfDaysLeaveAfter400Days) {
  auto ledger = ready("a");
  // One that stays open for ever, and one whose counts move to the base when it is dropped.
  apply(*ledger, {cancelled(order("114-1", 1, 3)), closed(cancelled(order("114-2", 1, 3)))});
  sweep_after(*ledger, days(200));
  EXPECT_EQ(fields("order"), 1U);
  EXPECT_EQ(fields("day_base"), 1U);
  EXPECT_EQ(fields("cancel_base"), 1U);
  sweep_after(*ledger, days(400));
  const auto kept = run(ledger->budget());
  ASSERT_TRUE(kept);
  ASSERT_THAT(kept->placed, SizeIs(1));
  EXPECT_EQ(kept->placed[0].orders, 2);
  ASSERT_THAT(kept->cancelled, SizeIs(1));
  EXPECT_EQ(kept->cancelled[0].orders, 2);
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());

  sweep_after(*ledger, days(401));
  for (const auto* name : {"day", "cancel", "day_base", "cancel_base"}) EXPECT_EQ(fields(name), 0U) << name;
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty()) << "the open order counts for no day";
  // A late word about the order that is still open neither begins the day again nor takes from nothing.
  apply(*ledger, {order("114-1", 2, 2)});
  EXPECT_THAT(run(ledger->budget())->placed, IsEmpty());
  EXPECT_THAT(run(ledger->budget())->cancelled, IsEmpty());
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
}

// Whoever decides has to know: units came out of quarantine.
TEST_F(LedgerRetention, WhatComesFreeIsTold) {
  auto ledger = ready("a");
  apply(*ledger, {stock(1, 10), closed(cancelled(order("114-2", 1, 3)))});
  const auto before = available(*ledger);
  calendar_.date = noon + days(200);
  std::vector<std::string> told;
  ASSERT_TRUE(run(ledger->sweep([&](const ledger::Change& change) {
    for (const auto& state : change.skus) told.push_back(state.sku);
  })));
  EXPECT_THAT(told, ElementsAre("CUP"));
  EXPECT_GT(available(*ledger), before);
}

TEST_F(LedgerRetention, ARebuildBetweenTheDayAndTheSweepFindsNothing) {
  auto ledger = ready("a");
  apply(*ledger, {cancelled(order("114-1", 1, 3))});
  calendar_.date = noon + days(500);
  EXPECT_THAT(run(ledger->rebuild(true)).value().first, IsEmpty());
}

TEST_F(LedgerRetention, DemandHistoryLeavesAfter400Days) {
  auto ledger = ready("a");
  const ledger::Mapping plate = {
      account, ListingId::literal("PLATE"), {{SkuId::literal("PLATE"), Units(1)}}, Pool::own};
  ASSERT_TRUE(run(ledger->map({plate})));
  const auto of_plate = [](OrderUpsert o) {
    o.lines[0].listing = ListingId::literal("PLATE");
    return o;
  };
  apply(*ledger, {order("114-1", 1, 3), of_plate(order("114-2", 1, 4))});
  calendar_.date = noon + days(301);
  apply(*ledger, {of_plate(order("114-3", 1, 5, noon + days(300)))});
  const auto history = [&](const char* sku) { return run(ledger->history(SkuId::literal(sku))).value(); };
  sweep_after(*ledger, days(400));
  EXPECT_THAT(history("CUP"), SizeIs(1));
  EXPECT_THAT(history("PLATE"), SizeIs(2));

  sweep_after(*ledger, days(450));
  EXPECT_THAT(history("CUP"), IsEmpty()) << "a SKU that nobody orders any more";
  EXPECT_EQ(fields("history"), 1U);
  const auto left = history("PLATE");
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left[0].units, Units(5));
  EXPECT_EQ(left[0].at, noon + days(300));
  sweep_after(*ledger, days(450));
  EXPECT_EQ(history("PLATE"), left) << "a second sweep finds nothing to do";
}

// No source reads the pool: what was shipped would pile up until a first reading comes.
TEST_F(LedgerRetention, APoolThatNobodyReadsKeepsItsNewestCommitments) {
  auto ledger = ready("a");
  const auto shipped = [](int i, std::uint64_t version, std::int64_t units) {
    const auto placed = noon - 48h + i * 1min;
    auto o = order("114-" + std::to_string(i), version, units, placed);
    o.state = OrderState::shipped;
    o.lines[0].portions = {{Units(units), {}, {}, placed + 1h}};
    return o;
  };
  const auto committed = [&] {
    return ledger->mirror().state(*ledger->mirror().find_sku("CUP"), Pool::own)->committed;
  };
  for (int i = 0; i < 256; ++i) apply(*ledger, {shipped(i, 1, 1)});
  EXPECT_EQ(committed(), Units(256)) << "so many are kept";
  apply(*ledger, {shipped(256, 1, 1)});
  EXPECT_EQ(committed(), Units(128)) << "one more, and only the newest 128 are";
  for (int i = 257; i < 1000; ++i) apply(*ledger, {shipped(i, 1, 1)});
  EXPECT_GE(committed(), Units(128));
  EXPECT_LE(committed(), Units(256));
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());

  const auto before = committed();
  apply(*ledger, {shipped(0, 2, 7)});
  EXPECT_EQ(committed(), before) << "a settled one stays settled when it changes";
  apply(*ledger, {shipped(999, 2, 3)});
  EXPECT_EQ(committed(), before + Units(2)) << "the newest is counted";
  // What is not shipped is never taken as settled.
  apply(*ledger, {order("open", 1, 50, noon - 40 * 24h)});
  EXPECT_EQ(committed(), before + Units(52));
  // A first reading settles what it is newer than.
  apply(*ledger, {stock(1, 90)});
  EXPECT_EQ(available(*ledger), Units(90 - 50));
  EXPECT_THAT(run(ledger->rebuild(false)).value().first, IsEmpty());
}

}  // namespace
}  // namespace forestall::test
