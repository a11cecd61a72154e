// SPDX-License-Identifier: Apache-2.0
// Answers lost and late, and a daemon that dies, at every state of an intent: nothing is sent twice blindly,
// nothing stays paused without an owner.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/net/sleep.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

TEST(Crash, ALostAnswerOfAWriteThatWasCarriedOutIsFoundByReading) {
  ActingRoom room;
  room.channel.manners = {{.answer = ErrorCode::outcome_unknown}, {}};
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(room.channel.writes.size(), 1U) << "never sent a second time";
  EXPECT_EQ(room.channel.shown("CUP"), 2);
  room.stop();
}

TEST(Crash, ALostAnswerOfAWriteThatWasNotIsDecidedAfreshOnceRead) {
  ActingRoom room;
  room.channel.manners = {{.carried_out = false, .answer = ErrorCode::outcome_unknown}, {}};
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "unresolved"; }));
  const auto reads = room.channel.reads;
  ASSERT_TRUE(room.until([&] { return room.channel.writes.size() == 2; }));
  EXPECT_GT(room.channel.reads, reads) << "read before anything was sent again";
  EXPECT_NE(room.channel.writes[0].key, room.channel.writes[1].key) << "another intent, another key";
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(room.channel.shown("CUP"), 2);
  room.stop();
}

TEST(Crash, ALateWriteThatLandsOverANewerOneIsSeenAndCorrected) {
  ActingRoom room;
  // The first is taken and lands 10 minutes later, after the second.
  room.channel.manners = {{.live_after = 10min}, {}};
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 6);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(room.channel.shown("CUP"), 2);
  room.pass(12min);
  EXPECT_EQ(room.channel.shown("CUP"), 6) << "the late one landed";
  room.poll_listing("CUP");
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2; }));
  EXPECT_EQ(room.hold("CUP"), "none") << "our own late write is no person";
  room.stop();
}

// Killed while the call is under way, at each fate of the call; then a new daemon comes.
TEST(Crash, KilledDuringTheCallTheNextDaemonReadsBeforeItActs) {
  for (const bool carried_out : {true, false}) {
    for (const auto live_after : {Millis(0), Millis(30s)}) {
      ActingRoom room;
      room.list("CUP", 5, 5);
      bool inside = false;
      room.channel.during_write = [&]() -> awaitable<void> {
        inside = true;
        // The request is out; the answer never reaches whoever sent it.
        if (carried_out) {
          if (live_after == 0ms) room.channel.set("CUP", 2);
        }
        co_await net::sleep_for(room.clock, 24h);
      };
      room.start();
      room.stock("CUP", 2);
      ASSERT_TRUE(room.until([&] { return inside; }));
      EXPECT_EQ(room.state("CUP"), "sent");
      room.crash();
      room.channel.during_write = {};
      const auto before = room.channel.writes.size();
      room.start();
      if (carried_out && live_after > 0ms) {
        room.pass(live_after);
        room.channel.set("CUP", 2);
      }
      ASSERT_TRUE(room.until([&] { return room.open_intents() == 0 && room.channel.shown("CUP") == 2; }));
      EXPECT_EQ(room.hold("CUP"), "none");
      EXPECT_EQ(room.channel.writes.size() - before, carried_out ? 0U : 1U);
      room.stop();
    }
  }
}

TEST(Crash, WhatWasOnlyWrittenDownIsCarriedOutByTheNextDaemon) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  bool blocked = false;
  room.take_turn = [&](flow::Account&, ports::CallKind, scheduling::Purpose, double) -> awaitable<Status> {
    blocked = true;
    co_await net::sleep_for(room.clock, 24h);
    co_return Status{};
  };
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return blocked; }));
  EXPECT_EQ(room.state("CUP"), "requested");
  room.crash();
  room.take_turn = [](flow::Account&, ports::CallKind, scheduling::Purpose, double) -> awaitable<Status> {
    co_return Status{};
  };
  room.start();
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0 && room.open_intents() == 0; }));
  EXPECT_EQ(room.channel.writes.size(), 1U);
  room.stop();
}

TEST(Crash, WhatWasTakenIsReadBackByTheNextDaemon) {
  ActingRoom room;
  room.channel.manners = {{.live_after = 5min}};
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.crash();
  room.start();
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(room.channel.writes.size(), 1U);
  room.stop();
}

TEST(Crash, APauseOfOursIsResumedByTheNextDaemon) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  room.crash();
  room.stock("CUP", 7);  // while nobody acts
  room.start();
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 7; }));
  room.stop();
}

TEST(Crash, IfRedisLostItsTailAZeroWithoutAnEntryIsAPersons) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  room.poll_listing("CUP");
  room.crash();
  for (const char* key : {"intent", "intent_epoch", "journal"})
    ASSERT_TRUE(
        room.loop.run(room.client->call(redis::Request("DEL", "forestall:{acme}:" + std::string(key)))));
  room.stock("CUP", 7);
  room.start();
  room.pass(5min);
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  const auto rest = room.loop.run(room.acts->release({}, "test"));
  ASSERT_TRUE(rest);
  EXPECT_THAT(rest->front().what, ::testing::HasSubstr("not by us"));
  room.stop();
}

TEST(Crash, RedisGoesAndComesBackWhileThereIsWork) {
  ActingRoom room(config::Mode::guard, true);
  for (int i = 0; i < 20; ++i) room.list(fmt::format("L{}", i), 5, 5);
  room.start();
  room.pass(1s);
  std::vector<model::Observation> page;
  for (int i = 0; i < 20; ++i)
    page.push_back(model::StockLevel{{SourceId::literal("wms"), model::Version(1000), room.clock.now()},
                                     SkuId::literal(fmt::format("L{}", i)),
                                     LocationId::literal("berlin"),
                                     Units(i % 3),
                                     false});
  room.apply(page);
  room.server.kill();
  room.pass(2s);
  room.server.start();
  ASSERT_TRUE(room.until([&] {
    for (int i = 0; i < 20; ++i)
      if (room.channel.shown(fmt::format("L{}", i)) != i % 3) return false;
    return room.open_intents() == 0;
  }));
  room.stop();
}

}  // namespace
}  // namespace forestall::test
