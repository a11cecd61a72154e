// SPDX-License-Identifier: Apache-2.0
// Answers lost and late, and a daemon that dies, at every state of an intent: nothing is sent twice blindly,
// nothing stays paused without an owner.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

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

std::int32_t exposed(ActingRoom& room) {
  return room.acts->floor().exposures.of(room.shop, ListingId::literal("CUP")).exposure.units;
}

// Filled to 10 and confirmed, and no feed has told: what the next daemon counts on begins there.
TEST(Crash, ExposureBeginsWithWhatWasReadBeforeTheWrite) {
  ActingRoom room;
  room.times.tick = 20ms;
  room.list("CUP", 0, 0);
  room.start();
  ASSERT_TRUE(room.loop.run(room.acts->resume(room.one("CUP"), "test")));
  room.stock("CUP", 10);
  ASSERT_TRUE(
      room.until([&] { return room.state("CUP") == "confirmed" && room.channel.shown("CUP") == 10; }));
  room.pass(1min);
  room.channel.manners = {{.carried_out = false, .answer = ErrorCode::outcome_unknown}};
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "unresolved"; }));
  const auto target = room.channel.writes.back().quantity.count();
  room.crash();
  room.channel.reads_fail = true;
  room.start();
  room.watermark();
  room.pass(10s);
  EXPECT_GE(exposed(room), 10 + target);
  room.stop();
}

// An order that was seen before the restart is told again: nothing is sold twice.
TEST(Crash, AnOrderThatIsToldAgainLowersTheExposureOnce) {
  ActingRoom room;
  room.times.tick = 20ms;
  room.list("CUP", 10, 10);
  room.start();
  room.pass(1min);
  room.channel.manners = {{.carried_out = false, .answer = ErrorCode::outcome_unknown}};
  room.stock("CUP", 7);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "unresolved"; }));
  auto order = room.order("CUP", 2);
  room.channel.reads_fail = true;
  room.crash();
  room.start();
  room.watermark();
  room.pass(10s);
  const auto before = exposed(room);
  order.from.version = model::Version(3'000'000);
  room.apply({order});
  EXPECT_EQ(exposed(room), before);
  EXPECT_GE(before, room.channel.shown("CUP"));
  room.stop();
}

// One order before the restart that is open, one after it that was shipped at once: together they explain it.
TEST(Crash, OrdersOfBothSidesOfARestartExplainAFall) {
  ActingRoom room;
  room.times.tick = 20ms;
  room.list("CUP", 10, 10);
  room.start();
  room.pass(1min);
  room.order("CUP", 2);
  room.crash();
  room.start();
  auto order = room.order("CUP", 2, true, {}, model::OrderState::shipped);
  room.pass(1min);
  room.watermark();
  room.poll_listing("CUP");
  room.watermark();
  room.pass(1min);
  EXPECT_EQ(room.hold("CUP"), "none");
  EXPECT_EQ(
      room.acts->floor().custody.last(journal::field_of(room.shop, ListingId::literal("CUP")))->quantity,
      Units(6));
  room.stop();
}

// Such an order is in Redis before anybody thinks of beliefs: it must neither end the daemon nor keep the
// next one from starting.
TEST(Crash, AnOrderOfAnAbsurdDateAndNumberIsBelievedAsFarAsItGoes) {
  ActingRoom room;
  room.list("CUP", 10, 10);
  room.start();
  room.order("CUP", 1);
  const Instant far(std::chrono::sys_days(std::chrono::year{9999} / 1 / 1));
  room.order("CUP", 1, false, far);
  model::OrderUpsert order = room.order("CUP", 1, false);
  order.id = OrderId::literal("huge");
  order.lines.front().ordered = Units(Units::max_reading);
  order.lines.push_back(order.lines.front());
  order.lines.back().id = OrderLineId::literal("2");
  room.apply({order});
  room.pass(1min);
  room.crash();
  room.start();
  const auto& beliefs = room.acts->floor().beliefs;
  const auto sku = room.ledger->mirror().find_sku("CUP");
  ASSERT_TRUE(sku);
  const auto mean =
      beliefs.model().level(static_cast<std::uint32_t>(*sku), room.clock.now()).mean_units_per_hour();
  EXPECT_TRUE(std::isfinite(mean)) << mean;
  EXPECT_EQ(beliefs.model().refused(), 0U);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
