// SPDX-License-Identifier: Apache-2.0
// A sale that leaves as many units as a write of ours would is not taken for the write: it may land yet, and
// raise what is shown.
#include <gtest/gtest.h>

#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

// What the channel shows is never more than what is counted on, however the time passes.
void exposed(ActingRoom& room, Millis time) {
  const auto cup = ListingId::literal("CUP");
  for (const auto end = room.clock.now() + time; room.clock.now() < end;) {
    room.pass(10s);
    ASSERT_GE(room.acts->floor().exposures.of(room.shop, cup).exposure.units, room.channel.shown("CUP"));
  }
}

// The order is seen before the reading, or only after it.
TEST(Landing, ASaleIsNotTakenForOurWriteOnItsWay) {
  for (const bool seen_late : {false, true}) {
    SCOPED_TRACE(seen_late);
    ActingRoom room;
    room.times.tick = 20ms;
    room.channel.manners = {{.live_after = 8min}, {}};
    room.list("CUP", 5, 5);
    room.start();
    room.pass(10s);
    room.watermark();
    room.stock("CUP", 4);
    ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
    if (seen_late) {
      room.channel.set("CUP", 4);
      const auto placed = room.clock.now();
      room.pass(20s);  // read back, and nobody has seen the order
      room.order("CUP", 1, false, placed);
    } else {
      room.order("CUP", 1);
    }
    room.pass(30s);
    room.watermark();
    exposed(room, 1min);
    for (int i = 0; i < 3 && room.channel.shown("CUP") > 0; ++i) room.order("CUP", 1);
    room.watermark();
    exposed(room, 8min);
    room.watermark();
    room.poll_listing("CUP");
    exposed(room, 1min);
    EXPECT_EQ(room.hold("CUP"), "none");
    room.stop();
  }
}

// Nothing was sold: as soon as that is known it is confirmed, as of the first reading and without another.
TEST(Landing, AFallWithoutOrdersIsOursOnceTheyWouldHaveBeenSeen) {
  ActingRoom room;
  room.times.tick = 20ms;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(10s);
  room.watermark();
  room.pass(10s);
  room.stock("CUP", 4);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.pass(1min);
  EXPECT_EQ(room.state("CUP"), "accepted") << "an order of five minutes ago may turn up";
  const auto reads = room.channel.reads;
  room.watermark();
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }, 1min));
  EXPECT_EQ(room.channel.reads, reads);
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

// Sold down to the same number, and nothing ever tells the two apart: not for ever.
TEST(Landing, WhatNothingTellsApartIsGivenUpOn) {
  ActingRoom room;
  room.times.tick = 20ms;
  room.channel.manners = {{.live_after = 8min}, {}};
  room.list("CUP", 5, 5);
  room.start();
  room.pass(10s);
  room.watermark();
  room.stock("CUP", 4);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.order("CUP", 1);
  room.pass(20min);
  EXPECT_EQ(room.state("CUP"), "accepted") << "neither confirmed nor stuck";
  EXPECT_TRUE(room.until(
      [&] {
        room.watermark();
        return room.open_intents() == 0;
      },
      4h));
  room.stop();
}

}  // namespace
}  // namespace forestall::test
