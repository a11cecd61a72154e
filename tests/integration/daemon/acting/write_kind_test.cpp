// SPDX-License-Identifier: Apache-2.0
// Channels that can add or compare: the change is what was decided, a sale or a person in between is not
// written over, and nothing is sent a second time blindly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "connectors/net/sleep.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using model::WriteKind;
using namespace std::chrono_literals;

const auto cup = ListingId::literal("CUP");

struct KindRoom : ActingRoom {
  explicit KindRoom(WriteKind kind) {
    times.tick = 20ms;
    channel.declared.write = kind;
    channel.declared.decrements_atomically = model::Proof::yes;
    channel.declared.restores_on_cancel = model::Proof::no;
  }
  void open(std::int64_t shown, std::int64_t in_stock) {
    list("CUP", shown, in_stock);
    start();
    pass(10s);
    watermark();
    pass(10s);
  }
  // Time goes by as between two polls of orders.
  bool settles(const std::function<bool()>& holds, Millis at_most = 30min) {
    return until(
        [&] {
          watermark();
          return holds();
        },
        at_most);
  }
  bool shows(std::int64_t units) {
    return settles([&] { return channel.shown("CUP") == units && open_intents() == 0; });
  }
  planner::Exposure exposure() { return acts->floor().exposures.of(shop, cup).exposure; }
};

class EachKind : public ::testing::TestWithParam<WriteKind> {
 protected:
  bool relative() const { return GetParam() == WriteKind::relative; }
  KindRoom room{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(WriteKinds, EachKind,
                         ::testing::Values(WriteKind::relative, WriteKind::compare_and_set),
                         [](const auto& kind) {
                           return kind.param == WriteKind::relative ? "relative" : "compare_and_set";
                         });

TEST_P(EachKind, LowersAndRaisesInTheWayOfTheChannel) {
  room.open(5, 5);
  room.stock("CUP", 3);
  ASSERT_TRUE(room.shows(3));
  room.stock("CUP", 40);
  ASSERT_TRUE(room.shows(40));
  ASSERT_EQ(room.channel.writes.size(), 2U);
  const auto& [lower, raise] = std::tie(room.channel.writes[0], room.channel.writes[1]);
  EXPECT_EQ(lower.quantity, relative() ? Units(-2) : Units(3));
  EXPECT_EQ(raise.quantity, relative() ? Units(37) : Units(40));
  EXPECT_EQ(lower.relative, relative());
  EXPECT_EQ(lower.expected, relative() ? std::nullopt : std::optional(Units(5)));
  EXPECT_EQ(raise.expected, relative() ? std::nullopt : std::optional(Units(3)));
  const auto history = room.loop.run(room.acts->floor().journal.history({}, 100));
  ASSERT_TRUE(history);
  EXPECT_THAT(
      guard::retell(history->back().intent->explanation).value_or(""),
      ::testing::HasSubstr(relative() ? "3 to be shown (2 fewer)" : "3 to be shown if it is still 5"));
  room.stop();
}

TEST_P(EachKind, PausesAndComesBackAcrossARestart) {
  room.open(5, 5);
  room.stock("CUP", 0);
  ASSERT_TRUE(room.shows(0));
  room.stop();
  room.start();
  room.stock("CUP", 4);
  ASSERT_TRUE(room.shows(4));
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

// Sold after the reading, before the call, and seen by nobody yet. Writing the number would put it back on
// offer.
TEST_P(EachKind, ASaleBetweenReadingAndCallIsNotWrittenOver) {
  room.open(5, 5);
  bool sold = false;
  room.channel.before_write = [&](const std::string&) {
    if (!std::exchange(sold, true)) room.channel.set("CUP", 4);
  };
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return sold; }));
  const auto placed = room.clock.now();
  room.pass(30s);
  EXPECT_EQ(room.channel.shown("CUP"), relative() ? 2 : 4);
  EXPECT_EQ(room.channel.refused, relative() ? 0U : 1U);
  EXPECT_LE(room.channel.writes.size(), 1U) << "nothing more is sent before the orders are seen";
  room.order("CUP", 1, false, placed);
  ASSERT_TRUE(room.shows(2)) << "three there, one of them ordered";
  EXPECT_EQ(room.hold("CUP"), "none") << "a sale is no person";
  EXPECT_EQ(room.acts->floor().desks[0].figures.write_failures, 0U);
  EXPECT_TRUE(room.acts->floor().desks[0].tripped.empty());
  room.stop();
}

TEST_P(EachKind, ALostAnswerOfWhatWasDoneIsFoundByReading) {
  room.channel.manners = {{.answer = ErrorCode::outcome_unknown}, {}};
  room.open(5, 5);
  room.stock("CUP", 2);
  ASSERT_TRUE(room.shows(2));
  EXPECT_EQ(room.channel.writes.size(), 1U) << "never sent a second time";
  room.stop();
}

TEST_P(EachKind, ALostAnswerOfWhatWasNotDoneIsDecidedAfreshOnceRead) {
  room.channel.manners = {{.carried_out = false, .answer = ErrorCode::outcome_unknown}, {}};
  room.open(5, 5);
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "unresolved"; }));
  const auto reads = room.channel.reads;
  ASSERT_TRUE(room.shows(2));
  EXPECT_GT(room.channel.reads, reads) << "read before anything was sent again";
  ASSERT_EQ(room.channel.writes.size(), 2U);
  EXPECT_NE(room.channel.writes[0].key, room.channel.writes[1].key) << "another intent, another key";
  room.stop();
}

// Both would add up: the second waits until nothing of the first can be expected any more.
TEST_P(EachKind, ARaiseWithoutAnAnswerIsNotSentTwice) {
  for (const bool lands : {false, true}) {
    SCOPED_TRACE(lands);
    KindRoom fresh(GetParam());
    fresh.times.late_for = 12min;
    fresh.channel.manners = {{.carried_out = lands, .live_after = 8min, .answer = ErrorCode::outcome_unknown},
                             {}};
    fresh.open(2, 2);
    fresh.stock("CUP", 60);
    ASSERT_TRUE(fresh.until([&] { return fresh.state("CUP") == "unresolved"; }));
    EXPECT_EQ(fresh.exposure().units, 60);
    std::int64_t most = 0;
    for (const auto from = fresh.clock.now(), end = from + 18min; fresh.clock.now() < end;) {
      fresh.watermark();
      fresh.pass(1min);
      most = std::max(most, fresh.channel.shown("CUP"));
      if (fresh.clock.now() < from + 10min) {
        EXPECT_LE(fresh.channel.writes.size(), relative() ? 1U : 2U);
      }
      ASSERT_GE(fresh.exposure().units, fresh.channel.shown("CUP"));
    }
    EXPECT_EQ(fresh.channel.shown("CUP"), 60);
    EXPECT_LE(most, 60) << "more was on offer than there is";
    EXPECT_EQ(fresh.hold("CUP"), "none") << "a late write of ours is no person";
    fresh.stop();
  }
}

// Killed while the call is under way: the next daemon counts what it may raise, reads, and does not repeat
// it.
TEST_P(EachKind, KilledDuringTheCallTheNextDaemonReadsBeforeItActs) {
  for (const bool carried_out : {true, false}) {
    SCOPED_TRACE(carried_out);
    KindRoom fresh(GetParam());
    fresh.times.late_for = 12min;
    fresh.open(2, 2);
    bool inside = false;
    // The request is out; the answer never reaches whoever sent it. The closure outlives its calls.
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines)
    fresh.channel.during_write = [&]() -> awaitable<void> {
      inside = true;
      if (carried_out) fresh.channel.set("CUP", 9);
      co_await net::sleep_for(fresh.clock, 24h);
    };
    fresh.stock("CUP", 9);
    ASSERT_TRUE(fresh.until([&] { return inside; }));
    fresh.pass(1s);
    fresh.watermark();
    fresh.crash();
    fresh.channel.during_write = {};
    fresh.start();
    EXPECT_EQ(fresh.exposure().units, 9) << "two, and seven that may have been added";
    ASSERT_TRUE(
        fresh.settles([&] { return fresh.channel.shown("CUP") == 9 && fresh.open_intents() == 0; }, 40min));
    EXPECT_EQ(fresh.channel.writes.size(), carried_out ? 1U : 2U);
    EXPECT_EQ(fresh.hold("CUP"), "none");
    fresh.stop();
  }
}

// Superseded before it was live: it lands over the newer one, is known as ours, and put right.
TEST_P(EachKind, ALateWriteIsNoPersons) {
  room.channel.manners = {{.live_after = 10min}, {}};
  room.open(9, 9);
  room.stock("CUP", 6);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.stock("CUP", 2);
  ASSERT_TRUE(room.settles([&] { return room.channel.writes.size() == 2; }, 4h));
  ASSERT_TRUE(room.shows(2));
  room.pass(12min);
  room.poll_listing("CUP");
  ASSERT_TRUE(room.shows(2));
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

TEST(CompareAndSet, APersonIsNeverCrossed) {
  for (const std::int64_t theirs : {8, 1, 0}) {
    SCOPED_TRACE(theirs);
    KindRoom room(WriteKind::compare_and_set);
    room.open(5, 5);
    room.channel.before_write = [&](const std::string&) { room.channel.set("CUP", theirs); };
    room.stock("CUP", 3);
    ASSERT_TRUE(room.until([&] { return !room.channel.writes.empty(); }));
    EXPECT_EQ(room.channel.shown("CUP"), theirs);
    ASSERT_TRUE(room.settles([&] { return room.hold("CUP") != "none"; }));
    EXPECT_EQ(room.hold("CUP"), theirs == 0 ? "outside_pause" : "outside_quantity");
    room.channel.before_write = {};
    for (int i = 0; i < 5; ++i) {
      room.watermark();
      room.pass(1min);
      ASSERT_EQ(room.channel.shown("CUP"), theirs);
    }
    EXPECT_EQ(room.channel.writes.size(), 1U);
    EXPECT_EQ(room.acts->floor().desks[0].figures.put_back, 0U) << "nothing was crossed";
    room.stop();
  }
}

// It sells one between every reading and call. What sells so fast is then written without a comparison.
TEST(CompareAndSet, AListingThatNeverHoldsStillIsNoRetryStorm) {
  KindRoom room(WriteKind::compare_and_set);
  room.open(200, 200);
  std::int64_t sold = 0;
  room.channel.before_write = [&](const std::string&) {
    room.channel.set("CUP", room.channel.shown("CUP") - 1);
    ++sold;
  };
  room.stock("CUP", 20);
  for (const auto end = room.clock.now() + 4min; room.clock.now() < end;) {
    room.pass(2s);
    if (sold > 0) room.order("CUP", std::exchange(sold, 0), false);
    room.watermark();
  }
  EXPECT_GT(room.channel.refused, 1U);
  EXPECT_LT(room.channel.writes.size(), 15U) << "it rests longer each time";
  EXPECT_TRUE(room.acts->floor().desks[0].tripped.empty()) << "a sale in between is no failure";
  room.channel.before_write = {};
  ASSERT_TRUE(room.settles([&] { return room.channel.shown("CUP") <= 20 && room.open_intents() == 0; }));
  room.stop();
}

// They raised it after our reading; ours came on top. Seen in between, theirs is put back.
TEST(Relative, OneThatCrossesAPersonIsPutBack) {
  KindRoom room(WriteKind::relative);
  room.channel.manners = {{.live_after = 5min}, {}};
  room.open(5, 5);
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "accepted"; }));
  room.channel.set("CUP", 9);
  room.watermark();
  room.poll_listing("CUP");
  ASSERT_TRUE(room.settles([&] { return room.hold("CUP") == "outside_quantity"; }, 4min));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 7; }, 10min)) << "ours, on top of theirs";
  room.watermark();
  room.poll_listing("CUP");
  ASSERT_TRUE(room.settles([&] { return room.channel.shown("CUP") == 9 && room.open_intents() == 0; }));
  EXPECT_EQ(room.acts->floor().desks[0].figures.put_back, 1U);
  EXPECT_EQ(room.hold("CUP"), "outside_quantity");
  room.stop();
}

}  // namespace
}  // namespace forestall::test
