// SPDX-License-Identifier: Apache-2.0
// What a new process knows of what its listings may still sell: no less than the one before.
#include <gtest/gtest.h>

#include "daemon/budget/seller_budget.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

planner::Exposure exposure(ActingRoom& room, const std::string& listing) {
  return room.acts->floor().exposures.of(room.shop, ListingId::literal(listing)).exposure;
}

// Read as five, an order of three from before is cancelled, and the channel puts the units back: it shows
// eight. Killed before anybody read that.
TEST(Restart, WhatWasCancelledSinceTheLastReadingMayBeSoldAgain) {
  ActingRoom room;
  room.list("CUP", 8, 8);
  auto order = room.order("CUP", 3);
  room.pass(1min);
  room.poll_listing("CUP");
  room.start();
  room.watermark();
  ASSERT_TRUE(room.until([&] { return exposure(room, "CUP").units == 5; }));

  room.pass(1min);
  order.from.version = model::Version(1'000);
  order.from.true_at = room.clock.now();
  order.state = model::OrderState::cancelled;
  order.closed_at = room.clock.now();
  auto& cancelled = order.lines.front().cancelled.emplace();
  cancelled.units = Units(3);
  cancelled.at = room.clock.now();
  cancelled.day = std::chrono::year{2026} / 1 / 5;
  room.apply({order});
  room.channel.set("CUP", 8);
  room.watermark();
  ASSERT_TRUE(room.until([&] { return exposure(room, "CUP").units == 8; }));

  room.crash();
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->open(); }));
  room.watermark();
  EXPECT_EQ(exposure(room, "CUP").units, 8);
  // And the rise is the channel's doing, nobody's hold.
  room.pass(1min);
  room.poll_listing("CUP");
  room.pass(1min);
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

// More late writes than places: the one that is waited for is among them, and none of the others is
// forgotten.
TEST(Restart, EveryWriteThatMayLandIsCountedHoweverManyThereAre) {
  ActingRoom room;
  room.list("CUP", 0, 0);
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->open(); }));
  room.watermark();
  const auto now = room.clock.now();
  journal::Record record;
  record.command = model::SetQuantity{room.shop, ListingId::literal("CUP"), Units(7), {}};
  record.epoch = 20;
  record.state = journal::State::sent;
  record.target = Units(7);
  record.sent_at = now - 1min;
  for (std::uint64_t i = 0; i < 9; ++i)
    record.late.push_back({.epoch = 10 + i, .target = Units(1), .sent_at = now - 30min + i * 1min});
  auto& exposures = room.acts->floor().exposures;
  exposures.restore(record);
  const auto found = exposure(room, "CUP");
  EXPECT_EQ(found.units, 9 + 7);
  EXPECT_EQ(found.heading_units, 7);
  EXPECT_EQ(found.pending, planner::ListingBook::most_pending);
  room.stop();
}

// What a cancellation costs has doubled: nobody sold anything, and everything is decided again.
TEST(Restart, WhenACancellationsCostMovesEverythingIsDecidedAgain) {
  ActingRoom room;
  room.times.tick = 20ms;  // of this machine: how often the loop looks at what nobody tells it
  room.list("CUP", 5, 5);
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->decided() > 0 && !room.acts->sweeping(); }));
  const auto decided = room.acts->decided();
  room.account->cancel_cost_factor = 1.1;
  room.pass(1min);
  EXPECT_EQ(room.acts->decided(), decided) << "not for so little";
  room.account->cancel_cost_factor = 2;
  EXPECT_TRUE(room.until([&] { return room.acts->decided() > decided; }, 30min));
  room.stop();
}

// Some channels take an offer off after two cancellations in a row: after the first
// one the second costs the listing's sales as well, and the SKU is decided again with that.
TEST(Restart, OneCancellationFromRemovalTheNextOneIsDearer) {
  ActingRoom room;
  room.times.tick = 20ms;
  room.list("CUP", 9, 9);
  room.list("TEA", 9, 9);
  for (int i = 0; i < 20; ++i) room.order("CUP", 1, false, {}, model::OrderState::shipped);
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->decided() > 0 && !room.acts->sweeping(); }));
  const auto cost = [&](const std::string& listing) {
    const auto ref = room.ledger->mirror().find_listing(room.shop, listing).value();
    const auto explained =
        room.acts->explain(*room.acts->floor().desk("shop"), room.ledger->mirror().listing(ref));
    return explained.plan ? explained.plan->cancel_cost_in_margins : 0;
  };
  const auto before = cost("CUP");
  EXPECT_GT(before, 0);
  EXPECT_EQ(cost("TEA"), before);
  const auto decided = room.acts->decided();

  room.account->settings.kind = "two-in-a-row";
  auto order = room.order("CUP", 1);
  order.from.version = model::Version(1'000);
  order.from.true_at = room.clock.now();
  order.state = model::OrderState::cancelled;
  order.closed_at = room.clock.now();
  auto& cancelled = order.lines.front().cancelled.emplace();
  cancelled.units = Units(1);
  cancelled.by = model::CancelledBy::seller;
  cancelled.reason = model::CancelReason::no_stock;
  cancelled.at = room.clock.now();
  cancelled.day = std::chrono::year{2026} / 1 / 5;
  room.apply({order});
  config::CancelLimits presets;
  presets.push_back({.name = "two",
                     .kind = "two-in-a-row",
                     .share_ppm = 25'000,
                     .window_days = 7,
                     .in_a_row = 2,
                     .in_a_row_within_days = 14});
  budget::SellerBudget budgets(*room.seller, presets, room.clock, room.loop.log);
  ASSERT_TRUE(room.loop.run(budgets.refresh()));
  EXPECT_EQ(room.account->near_removal.size(), 1U);
  ASSERT_TRUE(room.account->near_removal.contains("CUP"));
  ASSERT_TRUE(room.until([&] { return room.acts->decided() > decided; }, 30min));
  EXPECT_GT(cost("CUP"), cost("TEA"));
  room.stop();
}

// With a dwell time: counted from the last write that went out, and taken up again at its end by itself.
TEST(Dwell, TheNextRaiseWaitsForItAndIsMadeThen) {
  ActingRoom room;
  room.times.dwell = 20min;
  room.list("CUP", 1, 1);
  room.start();
  room.stock("CUP", 4);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed" && room.channel.shown("CUP") == 4; }));
  const auto written = room.channel.writes.size();
  room.stock("CUP", 40);
  room.pass(10min);
  EXPECT_EQ(room.channel.writes.size(), written) << "too soon after the last one";
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 40; }, 15min));
  // What keeps units from being sold twice does not wait.
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0; }, 10min));
  room.stop();
}

// Each delivery by itself: one that is postponed or called off moves nothing but its own.
TEST(Receipts, TheNextPromiseIsTheEarliestThatStands) {
  acting::Receipts receipts;
  const Instant now{Millis(1'700'000'000'000)};
  EXPECT_EQ(receipts.next(7, now), std::nullopt);
  receipts.put(7, "1:a", now + 24h);
  receipts.put(7, "1:b", now + 72h);
  receipts.put(8, "1:a", now + 1h);
  EXPECT_EQ(receipts.next(7, now), now + 24h);
  receipts.put(7, "1:a", now + 96h);
  EXPECT_EQ(receipts.next(7, now), now + 72h) << "postponed";
  receipts.put(7, "1:b", std::nullopt);
  EXPECT_EQ(receipts.next(7, now), now + 96h) << "the other one still comes";
  EXPECT_EQ(receipts.next(7, now + 96h), std::nullopt);
  for (const auto* broken : {"", "\xff", "\x01\xa3", "\x01\xa3TEA\x04"})
    EXPECT_FALSE(acting::decode_receipt(broken));
}

TEST(Restart, WhatWasPromisedToArriveIsRemembered) {
  ActingRoom room;
  room.list("CUP", 9, 9);
  for (int i = 0; i < 30; ++i) room.order("CUP", 1, false, {}, model::OrderState::shipped);
  model::ReceiptUpsert receipt;
  receipt.from = {SourceId::literal("wms"), model::Version(5'000), room.clock.now()};
  receipt.id = ReceiptId::literal("po-1");
  receipt.sku = SkuId::literal("CUP");
  receipt.location = LocationId::literal("berlin");
  receipt.expected = Units(40);
  const auto until_receipt = [&] {
    const auto ref = room.ledger->mirror().find_listing(room.shop, "CUP").value();
    const auto explained =
        room.acts->explain(*room.acts->floor().desk("shop"), room.ledger->mirror().listing(ref));
    return explained.plan ? explained.plan->until_receipt_units : -1;
  };
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->open(); }));
  const auto without = until_receipt();
  receipt.expected_at = room.clock.now() + 24h;
  room.apply({receipt});
  const auto soon = until_receipt();
  EXPECT_LT(soon, without);
  room.crash();
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->open(); }));
  EXPECT_NEAR(until_receipt(), soon, (without - soon) / 4);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
