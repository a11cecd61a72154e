// SPDX-License-Identifier: Apache-2.0
// A person changes something in the channel at each moment of an intent's life: the person wins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using model::ListingActivity;

TEST(Person, AQuantityRaisedBeforeTheWriteIsLeftAlone) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  room.channel.set("CUP", 9);
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_quantity"; }));
  room.pass(1h);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.channel.shown("CUP"), 9);
  EXPECT_EQ(room.state("CUP"), "abandoned");
  // It ends by itself after a day, and from then on the rule decides again.
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 3; }, 25h));
  room.stop();
}

TEST(Person, AListingTakenOffSaleStaysOff) {
  for (const bool by_quantity : {true, false}) {
    ActingRoom room;
    room.list("CUP", 5, 5);
    room.start();
    room.pass(1s);
    if (by_quantity)
      room.channel.set("CUP", 0);
    else
      room.channel.offers["CUP"].activity = ListingActivity::inactive;
    room.clock.advance(1s);
    room.pass(1s);
    room.watermark();
    room.clock.advance(1ms);
    room.account->orders_complete_before = room.clock.now() + 1h;
    room.poll_listing("CUP");
    ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_pause"; })) << by_quantity;
    room.stock("CUP", 50);
    room.pass(72h);
    EXPECT_TRUE(room.channel.writes.empty()) << "a hold without expiry";
    ASSERT_TRUE(room.loop.run(room.acts->resume(room.one("CUP"), "test")));
    if (by_quantity) {
      ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 50; }));
    }
    room.stop();
  }
}

TEST(Person, AFallThatUnseenSalesCouldExplainWaitsForTheWatermark) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  room.channel.set("CUP", 4);  // a sale, or a person? Nobody knows yet
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.acts->floor().desks[0].figures.waits > 0; }));
  room.pass(10s);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.hold("CUP"), "none");
  // The order comes in late: the fall is explained, and the write follows.
  room.order("CUP", 1, false);
  room.account->orders_complete_before = room.clock.now() + 1h;
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 1; }));
  room.stop();
}

TEST(Person, AFallThatNoOrderExplainsIsAPersons) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  room.channel.set("CUP", 4);
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.acts->floor().desks[0].figures.waits > 0; }));
  room.account->orders_complete_before = room.clock.now() + 1h;
  ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_quantity"; }));
  room.pass(10min);
  EXPECT_TRUE(room.channel.writes.empty());
  room.stop();
}

// As it is at a channel: the watermark is always some minutes behind, so no reading of now is ever older. It
// is the first reading that waits.
TEST(Person, TheReadingThatWaitsIsTheFirstOne) {
  ActingRoom room;
  room.list("CUP", 9, 9);
  room.start();
  room.pass(1s);
  room.channel.set("CUP", 8);
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.acts->floor().desks[0].figures.waits > 0; }));
  const auto follow = [&] { room.account->orders_complete_before = room.clock.now() - 5min; };
  follow();
  for (int minute = 0; minute < 20 && room.hold("CUP") == "none"; ++minute) {
    room.pass(1min);
    follow();
  }
  EXPECT_EQ(room.hold("CUP"), "outside_quantity");
  EXPECT_TRUE(room.channel.writes.empty());
  room.stop();
}

// A listing that goes on selling is never as it was at the last reading; its write must not wait for ever.
TEST(Person, AListingThatKeepsSellingIsWrittenAllTheSame) {
  ActingRoom room;
  room.list("CUP", 90, 90);
  room.start();
  room.pass(1s);
  room.stock("CUP", 30);
  // A unit a minute, each order seen six minutes after it was placed.
  std::deque<Instant> placed;
  bool written = false;
  for (int minute = 0; minute < 40 && !written; ++minute) {
    room.channel.set("CUP", room.channel.shown("CUP") - 1);
    placed.push_back(room.clock.now());
    room.pass(1min);
    while (!placed.empty() && placed.front() <= room.clock.now() - 6min) {
      room.order("CUP", 1, false, placed.front());
      placed.pop_front();
    }
    room.account->orders_complete_before = room.clock.now() - 6min;
    written = !room.channel.writes.empty();
  }
  EXPECT_TRUE(written);
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

// While our write is taken and not live yet, a person sets another value: theirs stands, and when ours lands
// over it after all, theirs is put back.
TEST(Person, OneWriteMayCrossAPersonsAndIsPutBack) {
  ActingRoom room;
  room.channel.manners = {{.live_after = 4min}, {}};
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.channel.set("CUP", 20);
  ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_quantity"; }));
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "abandoned"; }));
  room.pass(5min);
  EXPECT_EQ(room.channel.shown("CUP"), 3) << "ours landed over it";
  room.poll_listing("CUP");
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 20; }));
  EXPECT_EQ(room.acts->floor().desks[0].figures.put_back, 1U);
  room.pass(1h);
  EXPECT_EQ(room.channel.shown("CUP"), 20);
  EXPECT_EQ(room.acts->floor().desks[0].figures.put_back, 1U) << "what was put back crosses nobody";
  room.stop();
}

TEST(Person, WhatTheySetMeanwhileIsNotOverwrittenByWhatIsPutBack) {
  ActingRoom room;
  room.channel.manners = {{.live_after = 4min}, {}};
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.channel.set("CUP", 20);
  ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_quantity"; }));
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "abandoned"; }));
  room.pass(5min);
  EXPECT_EQ(room.channel.shown("CUP"), 3) << "ours landed over it";
  // Before their 20 is put back, they have set 12.
  room.channel.before_read = [&](const std::string&) {
    if (room.acts->floor().desks[0].figures.put_back == 1 && room.channel.shown("CUP") == 3)
      room.channel.set("CUP", 12);
  };
  room.poll_listing("CUP");
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 12; }));
  room.pass(1h);
  EXPECT_EQ(room.channel.shown("CUP"), 12);
  EXPECT_EQ(room.channel.writes.size(), 1U);
  EXPECT_EQ(room.hold("CUP"), "outside_quantity");
  room.stop();
}

TEST(Person, AChangeAtEachStateOfAnIntentWins) {
  for (const std::string when : {"requested", "sent", "accepted", "confirmed"}) {
    for (const std::int64_t theirs : {std::int64_t{7}, std::int64_t{12}}) {
      ActingRoom room;
      room.channel.declared.restores_on_cancel = model::Proof::no;
      room.list("CUP", 5, 5);
      if (when == "accepted") room.channel.manners = {{.live_after = 1min}};
      if (when == "requested")
        room.channel.before_read = [&](const std::string&) {
          if (room.channel.reads == 1) room.channel.set("CUP", theirs);
        };
      if (when == "sent") {
        // Our write is carried out, and the person's comes right after it.
        room.channel.after_write = [&](const std::string&) {
          if (room.channel.writes.size() == 1) room.channel.set("CUP", theirs);
        };
      }
      room.start();
      room.pass(1s);
      room.account->orders_complete_before = room.clock.now() + 24h;
      room.stock("CUP", 3);
      if (when == "accepted" || when == "confirmed") {
        ASSERT_TRUE(room.until([&] { return room.state("CUP") == when; })) << when;
        if (when == "accepted") room.pass(65s);  // it lands first
        room.channel.set("CUP", theirs);
        room.poll_listing("CUP");
      }
      ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_quantity"; }))
          << when << " " << theirs;
      room.pass(2h);
      EXPECT_EQ(room.channel.shown("CUP"), theirs) << when;
      EXPECT_LE(room.channel.writes.size(), 1U) << when;
      EXPECT_EQ(room.open_intents(), 0U) << when;
      room.stop();
    }
  }
}

TEST(Person, PauseAndResumeOnTheCommandLine) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  const auto paused = room.loop.run(room.acts->pause(room.one("CUP"), "test", "photo is wrong"));
  ASSERT_TRUE(paused);
  EXPECT_EQ(paused->front().what, "paused");
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0; }));
  room.stock("CUP", 8);
  room.pass(48h);
  EXPECT_EQ(room.channel.shown("CUP"), 0) << "no rule ends what a person paused";
  room.stop();
  room.start();
  room.pass(1min);
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  ASSERT_TRUE(room.loop.run(room.acts->release({}, "test")));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 8; }))
      << "decided afresh, not the old number";
  room.stop();
}

TEST(Person, AHoldKeepsTheRuleAwayUntilItEnds) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  ASSERT_TRUE(room.loop.run(room.acts->hold(room.one("CUP"), 2h, "test", "")));
  room.stock("CUP", 1);
  room.pass(1h);
  EXPECT_TRUE(room.channel.writes.empty());
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 1; }, 2h));
  room.stop();
}

TEST(Person, TwoAutomaticWritersMakeItFallToAdvise) {
  ActingRoom room;
  room.channel.declared.restores_on_cancel = model::Proof::no;
  for (int i = 0; i < 4; ++i) room.list(fmt::format("L{}", i), 9, 9);
  room.start();
  room.pass(1s);
  for (int i = 0; i < 4; ++i) room.stock(fmt::format("L{}", i), 3);
  ASSERT_TRUE(room.until([&] { return room.channel.writes.size() == 4 && room.open_intents() == 0; }));
  for (int i = 0; i < 4; ++i) {
    room.channel.set(fmt::format("L{}", i), 9);
    room.poll_listing(fmt::format("L{}", i));
  }
  ASSERT_TRUE(room.until([&] { return !room.acts->floor().desks[0].tripped.empty(); }));
  EXPECT_EQ(room.acts->floor().desks[0].mode(), config::Mode::advise);
  EXPECT_EQ(room.channel.writes.size(), 4U);
  room.stop();
}

// `mode guard` is being stored, and somebody throws the switch: the answer to the first word changes nothing.
TEST(Person, AKillSwitchIsNotOverruledByAnEarlierWord) {
  ActingRoom room(config::Mode::observe, false, true);
  room.list("CUP", 5, 5);
  room.start();
  auto& desk = room.acts->floor().desks[0];
  room.link->set({.latency = 200ms});
  std::optional<Status> up, down;
  room.loop.spawn(room.acts->set_mode(desk, config::Mode::guard, "one"),
                  [&](auto done) { up = std::move(done); });
  room.loop.spawn(room.acts->set_mode(desk, config::Mode::observe, "two"),
                  [&](auto done) { down = std::move(done); });
  EXPECT_EQ(desk.mode(), config::Mode::observe);
  room.loop.run_until([&] { return up.has_value(); });
  EXPECT_EQ(desk.mode(), config::Mode::observe);
  room.loop.run_until([&] { return down.has_value(); });
  EXPECT_EQ(desk.mode(), config::Mode::observe);
  EXPECT_FALSE(*up) << "it is told that it does not stand";
  EXPECT_TRUE(*down);
  room.link->set({});
  room.stop();
}

// While it releases one listing after the other, somebody holds one that is still to come.
TEST(Person, ReleaseLeavesAHoldThatWasSetMeanwhile) {
  ActingRoom room(config::Mode::guard, false, true);
  room.list("CUP", 5, 5);
  room.list("MUG", 5, 5);
  room.list("PEN", 5, 5);
  room.start();
  ASSERT_TRUE(room.loop.run(room.acts->pause({}, "test", "")));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0 && room.channel.shown("PEN") == 0; }));
  room.link->set({.latency = 100ms});
  std::optional<Result<std::vector<acting::Done>>> released, held;
  room.loop.spawn(room.acts->release({}, "test"), [&](auto done) { released = std::move(done); });
  const auto is = [&](const char* name) { return room.hold(name); };
  room.loop.spawn(room.acts->hold(room.one("PEN"), {}, "test", "mine"),
                  [&](auto done) { held = std::move(done); });
  room.loop.run_until([&] { return released && held; });
  ASSERT_TRUE(*released && *held);
  EXPECT_EQ(is("CUP"), "none");
  EXPECT_EQ(is("MUG"), "none");
  EXPECT_EQ(is("PEN"), "held");
  room.link->set({});
  room.stop();
}

}  // namespace
}  // namespace forestall::test
