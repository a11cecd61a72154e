// SPDX-License-Identifier: Apache-2.0
// From what was observed to a confirmed change of a listing; modes, kill switch, breaker, failing channels.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using config::Mode;
using namespace std::chrono_literals;

TEST(Acting, LowersWhatWasSoldElsewhereAndReadsItBack) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1min);
  EXPECT_TRUE(room.channel.writes.empty()) << "what is listed is right";
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  ASSERT_EQ(room.channel.writes.size(), 1U);
  EXPECT_EQ(room.channel.writes[0].quantity, Units(3));
  EXPECT_EQ(room.channel.shown("CUP"), 3);
  room.stop();
}

TEST(Acting, PausesAtZeroAndResumesWhatItPaused) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  room.stock("CUP", 4);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 4 && room.open_intents() == 0; }));
  EXPECT_EQ(room.channel.writes.size(), 2U);
  EXPECT_NE(room.channel.writes[0].key, room.channel.writes[1].key);
  room.stop();
}

TEST(Acting, ItsOwnSalesNeedNoWrite) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  for (int i = 0; i < 5; ++i) room.order("CUP", 1);
  room.pass(2min);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  room.stop();
}

TEST(Acting, WhatSoldOutByItselfComesBackEvenAfterARestart) {
  ActingRoom room;
  room.list("CUP", 1, 1);
  room.start();
  room.pass(1s);
  room.order("CUP", 1);
  room.poll_listing("CUP");
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }))
      << "its zero is written down as ours";
  EXPECT_TRUE(room.channel.writes.empty());
  room.stop();
  room.start();
  room.stock("CUP", 6);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") > 0; }));
  EXPECT_EQ(room.channel.shown("CUP"), 5) << "six there, one of them ordered";
  room.stop();
}

TEST(Acting, NeverResumesWhatItDidNotPauseUntilClaimed) {
  ActingRoom room;
  room.list("CUP", 0, 9);
  room.start();
  room.pass(5min);
  EXPECT_TRUE(room.channel.writes.empty());
  const auto released = room.loop.run(room.acts->release({}, "test"));
  ASSERT_TRUE(released);
  ASSERT_EQ(released->size(), 1U);
  EXPECT_EQ(released->front().what, "stays: at zero, and not by us");
  ASSERT_TRUE(room.loop.run(room.acts->resume(room.one("CUP"), "test")));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 9; }));
  room.stop();
}

TEST(Acting, UnknownStockChangesNothing) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.apply({model::StockLevel{{SourceId::literal("wms"), model::Version(99), room.clock.now()},
                                SkuId::literal("CUP"),
                                LocationId::literal("berlin"),
                                {},
                                false}});
  room.pass(1min);
  EXPECT_TRUE(room.channel.writes.empty());
  room.stop();
}

TEST(Acting, ObserveNeverWritesAndSaysWhatItWouldHaveDone) {
  ActingRoom room(Mode::observe);
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  room.pass(2min);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.channel.reads, 0U) << "not even a reading is spent";
  const auto history = room.loop.run(room.acts->floor().journal.history({}, 10));
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 1U);
  EXPECT_EQ(history->front().kind, journal::Entry::Kind::wish);
  EXPECT_EQ(history->front().intent->reason, "sold_out");
  EXPECT_EQ(room.loop.lines.count("would_have"), 0U);
  room.stop();
}

TEST(Acting, AdviseAlsoTellsAPerson) {
  ActingRoom room(Mode::advise);
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.loop.lines.count("would_have_paused") > 0; }));
  room.pass(1min);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.loop.lines.count("would_have_paused"), 1U) << "once, not at every look";
  room.stop();
}

TEST(Acting, ModesOutliveTheProcess) {
  ActingRoom room(Mode::guard);
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  ASSERT_TRUE(room.loop.run(room.acts->set_mode(room.acts->floor().desks[0], Mode::observe, "test")));
  room.stop();
  room.start();
  EXPECT_EQ(room.acts->floor().desks[0].mode(), Mode::observe);
  room.stock("CUP", 0);
  room.pass(1min);
  EXPECT_TRUE(room.channel.writes.empty());
  ASSERT_TRUE(room.loop.run(room.acts->set_mode(room.acts->floor().desks[0], Mode::guard, "test")));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0; }))
      << "what was left undone is done now";
  room.stop();
}

// The switch is thrown at each step before the call: nothing is sent after it.
TEST(Acting, TheKillSwitchIsInForceBeforeTheNextCall) {
  for (const std::string moment : {"turn to read", "read", "turn to write"}) {
    ActingRoom room;
    room.list("CUP", 5, 5);
    const auto thrown = [&room] {
      room.loop.spawn(room.acts->set_mode(room.acts->floor().desks[0], Mode::observe, "test"), [](Status) {});
      room.acts->floor().desks[0].override_mode = Mode::observe;
    };
    int turns = 0;
    // The closure lives in the room, longer than any of its calls.
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines)
    room.take_turn = [&](flow::Account&, ports::CallKind, scheduling::Purpose, double) -> awaitable<Status> {
      ++turns;
      if ((turns == 1 && moment == "turn to read") || (turns == 2 && moment == "turn to write")) thrown();
      co_return Status{};
    };
    room.channel.after_read = [&](const std::string&) {
      if (moment == "read") thrown();
    };
    room.start();
    room.stock("CUP", 0);
    room.until([&] { return turns > 0; });
    room.pass(2min);
    EXPECT_TRUE(room.channel.writes.empty()) << moment;
    EXPECT_EQ(room.state("CUP"), "abandoned") << moment;
    EXPECT_EQ(room.channel.shown("CUP"), 5);
    room.stop();
  }
}

TEST(Acting, NothingIsSentWithTooLittleLease) {
  ActingRoom room;
  room.times.write_timeout = 2h;  // longer than the lease of the test
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  room.until([&] { return room.channel.reads > 0; });
  room.pass(2s);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.state("CUP"), "requested");
  room.crash();
}

TEST(Acting, AnAccountThatIsNotFitWaits) {
  ActingRoom room;
  room.account->backfilled = false;
  room.list("CUP", 5, 0);
  room.start();
  room.pass(1min);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.state("CUP"), "none");
  room.account->backfilled = true;
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0; }));
  room.account->skew_too_large = true;
  room.stock("CUP", 8);
  room.pass(1min);
  EXPECT_EQ(room.channel.shown("CUP"), 0) << "with clocks apart nothing is sent";
  room.stop();
}

TEST(Acting, ARefusalIsReportedAndNotRepeatedAtOnce) {
  ActingRoom room;
  room.channel.manners = {{.carried_out = false, .answer = ErrorCode::invalid_argument}};
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "rejected"; }));
  EXPECT_EQ(room.loop.lines.count("write_rejected"), 1U);
  room.pass(1s);
  EXPECT_EQ(room.channel.writes.size(), 1U);
  room.channel.manners = {{}};
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0; })) << "tried again after a rest";
  room.stop();
}

TEST(Acting, AChannelThatIsDownIsAskedLessAndLess) {
  ActingRoom room;
  room.channel.reads_fail = true;
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  room.pass(60min);
  EXPECT_LT(room.channel.reads, 40U);
  EXPECT_GT(room.channel.reads, 5U);
  room.channel.reads_fail = false;
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  room.stop();
}

TEST(Acting, TheBreakerStopsAMistakeButNotASellOut) {
  ActingRoom room;
  room.account->settings.breaker.listings = 6;
  for (int i = 0; i < 12; ++i) room.list(fmt::format("L{}", i), 5, 5);
  room.start();
  room.pass(1s);
  for (int i = 0; i < 12; ++i) room.stock(fmt::format("L{}", i), 0);
  ASSERT_TRUE(room.until([&] { return !room.acts->floor().desks[0].tripped.empty(); }));
  room.pass(1min);
  // What was admitted and not sent yet when it opened is not sent either.
  const auto sent = room.channel.writes.size();
  EXPECT_GE(sent, 1U);
  EXPECT_LE(sent, 6U);
  EXPECT_EQ(room.acts->floor().desks[0].mode(), Mode::advise);
  room.stop();
  room.start();
  EXPECT_EQ(room.acts->floor().desks[0].mode(), Mode::advise) << "a person decides, not a restart";
  ASSERT_TRUE(room.loop.run(room.acts->reset_breaker(room.acts->floor().desks[0], "test")));
  ASSERT_TRUE(room.until([&] { return room.channel.writes.size() > sent; }));
  room.stop();
}

TEST(Acting, AWriteThatTheFeedSeesFirstIsConfirmed) {
  ActingRoom room;
  room.channel.manners = {{.live_after = 1min}};
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.channel.set("CUP", 0);  // live sooner than we look
  room.poll_listing("CUP");
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }, 10min)) << room.state("CUP");
  EXPECT_EQ(room.loop.lines.count("write_stuck"), 0U);
  room.stop();
}

// Each reading is too old by the time it is its turn, several times over.
TEST(Acting, TheBreakerCountsAChangeOnceHoweverOftenItIsReadAgain) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  int turns = 0;
  // The closure lives in the room, longer than any of its calls.
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines)
  room.take_turn = [&](flow::Account&, ports::CallKind kind, scheduling::Purpose,
                       double) -> awaitable<Status> {
    if (kind == ports::CallKind::write && ++turns <= 3) room.clock.advance(30s);
    co_return Status{};
  };
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0 && room.open_intents() == 0; }));
  EXPECT_EQ(turns, 4);
  EXPECT_EQ(room.acts->floor().desks[0].breaker.moved(), Units(5));
  room.stop();
}

TEST(Acting, WhatIsTakenAndNotLiveIsReported) {
  ActingRoom room;
  room.channel.manners = {{.live_after = 40min}};
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "stuck"; }, 20min));
  EXPECT_EQ(room.loop.lines.count("write_stuck"), 1U);
  EXPECT_EQ(room.channel.writes.size(), 1U);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }, 60min));
  room.stop();
}

}  // namespace
}  // namespace forestall::test
