// SPDX-License-Identifier: Apache-2.0
// What a new process knows of what its listings may still sell: no less than the one before.
#include <gtest/gtest.h>

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
  room.list("CUP", 5, 5);
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->decided() > 0 && !room.acts->sweeping(); }));
  const auto decided = room.acts->decided();
  room.account->cancel_cost_factor = 1.1;
  room.pass(1min);
  EXPECT_EQ(room.acts->decided(), decided) << "not for so little";
  room.account->cancel_cost_factor = 2;
  EXPECT_TRUE(room.until([&] { return room.acts->decided() > decided; }, 1min));
  room.stop();
}

}  // namespace
}  // namespace forestall::test
