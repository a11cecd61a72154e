// SPDX-License-Identifier: Apache-2.0
// What was decided, told by the log alone, by the journal alone and by the daemon; and what a restart must
// not forget.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <set>

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

// Every intent that the journal took, whoever wished for it, stands in the log with the same words.
void expect_all_logged(ActingRoom& room, std::set<std::string> kinds) {
  std::map<std::string, logging::LogLine> lines;
  for (const auto& text : room.loop.lines.lines())
    if (auto line = logging::read_line(text);
        line && line->value("event") == "intent" && line->value("state") == "requested")
      lines.insert_or_assign(std::string(line->value("epoch")), *line);
  const auto history = room.loop.run(room.acts->floor().journal.history({}, 500));
  ASSERT_TRUE(history);
  for (const auto& entry : *history) {
    if (entry.kind != journal::Entry::Kind::intent) continue;
    SCOPED_TRACE(entry.intent->reason);
    kinds.erase(entry.intent->reason);
    const auto line = lines.find(std::to_string(entry.epoch));
    ASSERT_NE(line, lines.end()) << "not in the log";
    EXPECT_EQ(line->second.value("reason"), entry.intent->reason);
    EXPECT_EQ(line->second.value("origin"), journal::word(entry.intent->origin));
    const auto told = guard::retell(line->second.value("numbers"));
    ASSERT_TRUE(told) << line->second.value("numbers");
    EXPECT_EQ(*told, guard::retell(entry.intent->explanation).value_or(""));
  }
  EXPECT_TRUE(kinds.empty()) << "never happened: " << *kinds.begin();
}

TEST(Explain, WhatAPersonDidIsInTheLogWithItsNumbers) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.list("OFF", 0, 5);
  room.start();
  room.pass(1min);
  ASSERT_TRUE(room.loop.run(room.acts->pause(room.one("CUP"), "ann", "photo")));
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "confirmed"; }));
  room.account->orders_complete_before = room.clock.now() + 1h;
  // Raised in the channel, while we keep it at zero: theirs.
  room.channel.set("CUP", 4);
  room.pass(1s);
  room.poll_listing("CUP");
  ASSERT_TRUE(room.loop.run(room.acts->resume(room.one("OFF"), "ann")));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("OFF") == 5; }));
  expect_all_logged(room, {"paused_by_person", "claimed"});
  room.stop();
}

TEST(Explain, AWishThatTheReadingChangedIsInTheLogWithTheNewNumbers) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  // While it waits for its turn another page of stock comes in: the wish is not right any more.
  int turns = 0;
  // NOLINTNEXTLINE(cppcoreguidelines-avoid-capturing-lambda-coroutines)
  room.take_turn = [&](flow::Account&, ports::CallKind, scheduling::Purpose, double) -> awaitable<Status> {
    if (++turns == 1) {
      const std::vector<model::Observation> page = {
          model::StockLevel{{SourceId::literal("wms"), model::Version(1'000), room.clock.now()},
                            SkuId::literal("CUP"),
                            LocationId::literal("berlin"),
                            Units(2),
                            false}};
      if (auto ok = co_await room.flow.apply(*room.seller, page); !ok) co_return std::unexpected(ok.error());
    }
    co_return Status{};
  };
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2; }));
  expect_all_logged(room, {"sold_elsewhere"});
  room.stop();
}

TEST(Explain, WhyNothingIsDoneIsLoggedOnceForEachReason) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  const auto lines = [&](std::string_view reason) {
    return std::ranges::count_if(room.loop.lines.lines(), [&](const auto& text) {
      const auto line = logging::read_line(text);
      return line && line->value("event") == "not_acting" && line->value("reason") == reason;
    });
  };
  ASSERT_TRUE(room.loop.run(room.acts->hold(room.one("CUP"), {}, "ann", "")));
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return lines("held") == 1; }));
  const auto stored = room.acts->floor().listing(room.shop, ListingId::literal("CUP"));
  EXPECT_EQ(guard::retell(logged(room, "not_acting", "CUP", "numbers")).value_or(""),
            guard::to_text(room.acts->explain(room.acts->floor().desks[0], *stored)));
  for (int i = 0; i < 20; ++i) {
    room.acts->sweep();
    room.pass(10s);
  }
  EXPECT_EQ(lines("held"), 1) << "not at each look";
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
