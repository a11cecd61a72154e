// SPDX-License-Identifier: Apache-2.0
// What was decided, told by the log alone, by the journal alone and by the daemon; and what a restart must
// not forget.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/use_awaitable.hpp>

#include "connectors/net/sleep.hpp"
#include "daemon/log/read_line.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

// The field of the first line of the log about an event of a listing that has it.
std::string logged(ActingRoom& room, std::string_view event, std::string_view listing,
                   std::string_view field) {
  for (const auto& text : room.loop.lines.lines()) {
    const auto line = logging::read_line(text);
    if (line && line->value("event") == event && line->value("listing") == listing &&
        !line->value(field).empty())
      return std::string(line->value(field));
  }
  return {};
}

std::string journaled(ActingRoom& room, journal::Entry::Kind kind) {
  const auto history = room.loop.run(room.acts->floor().journal.history({}, 50));
  if (!history) return {};
  for (const auto& entry : *history)
    if (entry.kind == kind && entry.intent) return entry.intent->explanation;
  return {};
}

TEST(Explain, LogAndJournalTellWhatWasDecidedWordForWord) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1min);
  const auto stored = room.acts->floor().listing(room.shop, ListingId::literal("CUP"));
  room.stock("CUP", 2);
  // Before anything else runs: what a person would be told at the moment of the decision.
  const auto told = guard::to_text(room.acts->explain(room.acts->floor().desks[0], *stored));
  EXPECT_THAT(told, HasSubstr("sold_elsewhere: 2 to be shown, 5 shown; CUP: 2 available"));
  EXPECT_THAT(told, HasSubstr("shows 3 at 3 units of CUP"));
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  EXPECT_EQ(guard::retell(logged(room, "intent", "CUP", "numbers")).value_or(""), told);
  EXPECT_EQ(guard::retell(journaled(room, journal::Entry::Kind::intent)).value_or(""), told);
  room.stop();
}

TEST(Explain, WhatAPersonIsAdvisedTheJournalTellsAgain) {
  ActingRoom room(config::Mode::advise);
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return !logged(room, "would_have_paused", "CUP", "why").empty(); }));
  const auto told = logged(room, "would_have_paused", "CUP", "why");
  EXPECT_THAT(told, HasSubstr("resumes at 1 units of CUP"));
  EXPECT_EQ(guard::retell(journaled(room, journal::Entry::Kind::wish)).value_or(""), told);
  room.stop();
}

// A write that may still land is counted by the next daemon as it was by this one.
TEST(Explain, ARestartForgetsNoUnresolvedWrite) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  bool inside = false;
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines)
  room.channel.during_write = [&]() -> awaitable<void> {
    inside = true;
    co_await net::sleep_for(room.clock, 24h);
  };
  room.stock("CUP", 4);
  ASSERT_TRUE(room.until([&] { return inside; }));
  const auto exposed = [&] {
    return room.acts->floor().exposures.of(room.shop, ListingId::literal("CUP")).exposure;
  };
  EXPECT_GE(exposed().pending, 1);
  const auto before = exposed().heading_units;
  EXPECT_EQ(before, 4);
  room.crash();
  room.channel.reads_fail = true;  // nothing can be found out yet
  room.channel.during_write = {};
  room.start();
  EXPECT_GE(exposed().pending, 1);
  EXPECT_EQ(exposed().heading_units, 4);
  room.account->orders_complete_before = room.clock.now() + 1h;
  room.pass(10s);
  EXPECT_GE(exposed().units, 4) << "it may still land";
  room.stop();
}

// The demand that the ledger knows is known again after a restart, and each order is counted once.
TEST(Explain, DemandIsReplayedFromTheLedger) {
  ActingRoom room;
  room.list("CUP", 90, 90);
  room.start();
  for (int i = 0; i < 20; ++i) {
    room.order("CUP", 1);
    room.clock.advance(1h);
  }
  const auto level = [&] {
    const auto sku = room.ledger->mirror().find_sku("CUP");
    return room.acts->floor()
        .beliefs.model()
        .level(static_cast<std::uint32_t>(*sku), room.clock.now())
        .mean_units_per_hour();
  };
  const double before = level();
  EXPECT_GT(before, 0.2);
  room.stop();
  room.start();
  EXPECT_EQ(room.acts->floor().beliefs.replayed(), 20U);
  EXPECT_NEAR(level(), before, 0.1 * before);
  room.order("CUP", 1);
  EXPECT_GT(level(), before * 0.9);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
