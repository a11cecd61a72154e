// SPDX-License-Identifier: Apache-2.0
// Whose is a zero? Ours are resumed, whatever fails or dies meanwhile; a person's never.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/net/sleep.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using config::Mode;
using namespace std::chrono_literals;

void set_mode(ActingRoom& room, Mode mode) {
  ASSERT_TRUE(room.loop.run(room.acts->set_mode(room.acts->floor().desks[0], mode, "test")));
}

// Somebody changes it, every order has been seen, and the feed reads it.
void changed(ActingRoom& room, const std::string& listing, std::int64_t units) {
  room.pass(1s);
  room.channel.set(listing, units);
  room.account->orders_complete_before = room.clock.now() + 24h;
  room.poll_listing(listing);
  const auto field = journal::field_of(room.shop, ListingId::literal(listing));
  ASSERT_TRUE(room.until([&] {
    const auto last = room.acts->floor().custody.last(field);
    return last && last->quantity == Units(units);
  })) << units;
}

bool written(ActingRoom& room, std::int64_t units) {
  return room.until([&] { return room.channel.shown("CUP") == units && room.open_intents() == 0; });
}

// A write of ours does not make every later zero ours.
TEST(Owner, AZeroSetByAPersonWhileWeOnlyWatchedStays) {
  ActingRoom room;
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 5);
  ASSERT_TRUE(written(room, 5));
  set_mode(room, Mode::observe);
  changed(room, "CUP", 0);
  set_mode(room, Mode::guard);
  room.stock("CUP", 50);
  room.pass(10min);
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  EXPECT_EQ(room.channel.writes.size(), 1U);
  const auto released = room.loop.run(room.acts->release({}, "test"));
  ASSERT_TRUE(released);
  EXPECT_EQ(released->front().what, "stays: at zero, and not by us");
  const auto resumed = room.loop.run(room.acts->resume(room.one("CUP"), "test"));
  ASSERT_TRUE(resumed);
  EXPECT_EQ(resumed->front().what, "claimed");
  EXPECT_TRUE(written(room, 50));
  room.stop();
}

TEST(Owner, APauseOfOursThatAPersonEndedDoesNotMakeTheirsOurs) {
  ActingRoom room;
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(written(room, 0));
  set_mode(room, Mode::observe);
  changed(room, "CUP", 7);
  changed(room, "CUP", 0);
  set_mode(room, Mode::guard);
  room.stop();
  room.start();
  room.stock("CUP", 50);
  room.pass(10min);
  EXPECT_EQ(room.channel.shown("CUP"), 0);
  EXPECT_EQ(room.channel.writes.size(), 1U);
  room.stop();
}

TEST(Owner, WhatSoldOutByItselfAfterAWriteOfOursComesBackAfterARestart) {
  ActingRoom room;
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 3);
  ASSERT_TRUE(written(room, 3));
  room.order("CUP", 3);
  room.poll_listing("CUP");
  const auto cup = ListingId::literal("CUP");
  ASSERT_TRUE(room.until([&] {
    const auto* record = room.acts->floor().journal.find(room.shop, cup);
    return record->reason == "sold_out_by_itself" && record->state == journal::State::confirmed;
  }));
  room.stop();
  room.start();
  room.stock("CUP", 7);
  EXPECT_TRUE(written(room, 4)) << "seven there, three of them ordered";
  room.stop();
}

// It should show seven, must not be raised, and sells out: what is written down is the zero.
TEST(Owner, WhatSoldOutWhileItMayNotBeRaisedComesBackAfterARestart) {
  ActingRoom room;
  room.account->settings.writes = config::Writes::lower_only;
  room.list("CUP", 3, 10);
  room.start();
  room.order("CUP", 3);
  room.poll_listing("CUP");
  const auto cup = ListingId::literal("CUP");
  ASSERT_TRUE(room.until([&] {
    const auto* record = room.acts->floor().journal.find(room.shop, cup);
    return record != nullptr && record->state == journal::State::confirmed;
  }));
  const auto* record = room.acts->floor().journal.find(room.shop, cup);
  EXPECT_EQ(record->reason, "sold_out_by_itself");
  EXPECT_EQ(record->target, Units(0));
  const auto epoch = record->epoch;
  room.stock("CUP", 11);
  room.pass(1min);
  EXPECT_EQ(room.acts->floor().journal.find(room.shop, cup)->epoch, epoch) << "written down once";
  room.stop();
  room.account->settings.writes = config::Writes::all;
  room.start();
  EXPECT_TRUE(written(room, 8)) << "eleven there, three of them ordered";
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

// The orders and the zero were applied, and whoever should have judged them died.
TEST(Owner, WhatSoldOutWhileNobodyLookedIsJudgedByTheNextDaemon) {
  for (const bool sold : {true, false}) {
    ActingRoom room;
    room.list("CUP", 9, 9);
    room.start();
    room.stock("CUP", 3);
    ASSERT_TRUE(written(room, 3));
    room.crash();
    room.pass(1s);
    if (sold)
      room.order("CUP", 3);
    else
      room.channel.set("CUP", 0);
    room.poll_listing("CUP");
    room.account->orders_complete_before = room.clock.now() + 24h;
    room.start();
    room.stock("CUP", 7);
    if (sold) {
      EXPECT_TRUE(written(room, 4));
    } else {
      ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_pause"; }));
      room.pass(10min);
      EXPECT_EQ(room.channel.shown("CUP"), 0);
    }
    room.stop();
  }
}

TEST(Owner, AResumptionThatWasRefusedIsTriedAgain) {
  ActingRoom room;
  room.channel.manners = {{}, {.carried_out = false, .answer = ErrorCode::invalid_argument}, {}};
  room.list("CUP", 9, 9);
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(written(room, 0));
  room.stock("CUP", 4);
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "rejected"; }));
  room.stop();
  room.start();
  EXPECT_TRUE(written(room, 4)) << room.state("CUP");
  room.stop();
}

// Killed during the call of a pause; it lands after the next daemon has given up on it.
TEST(Owner, APauseThatLandsLongAfterADeathIsNoPersons) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  bool inside = false;
  room.channel.during_write = [&]() -> awaitable<void> {
    inside = true;
    co_await net::sleep_for(room.clock, 24h);
  };
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return inside; }));
  room.crash();
  room.channel.during_write = {};
  room.stock("CUP", 5);
  room.account->backfilled = false;  // nothing is decided that would follow it
  room.start();
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "abandoned"; }));
  room.account->backfilled = true;
  changed(room, "CUP", 0);
  EXPECT_TRUE(written(room, 5));
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

TEST(Owner, APersonIsNotOverruledWhereTheirHoldCannotBeStored) {
  ActingRoom room;
  room.channel.declared.restores_on_cancel = model::Proof::no;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  bool refused = false;
  room.channel.set("CUP", 9);
  room.channel.after_read = [&](const std::string&) {
    if (!std::exchange(refused, true)) room.server.refuse_writes(true);
  };
  room.stock("CUP", 3);
  ASSERT_TRUE(room.until([&] { return refused; }));
  room.pass(3s);
  room.server.refuse_writes(false);
  ASSERT_TRUE(room.until([&] { return room.hold("CUP") == "outside_quantity"; }));
  room.pass(10min);
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.channel.shown("CUP"), 9);
  EXPECT_EQ(room.open_intents(), 0U);
  room.stop();
}

TEST(Owner, APauseByAPersonIsMadeEvenIfItsFirstAttemptFails) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  room.channel.reads_fail = true;
  ASSERT_TRUE(room.loop.run(room.acts->pause(room.one("CUP"), "test", "photo is wrong")));
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "abandoned"; }));
  room.channel.reads_fail = false;
  ASSERT_TRUE(written(room, 0));
  // From then on what the channel shows is a person's.
  changed(room, "CUP", 9);
  room.pass(10min);
  EXPECT_EQ(room.channel.shown("CUP"), 9);
  EXPECT_EQ(room.hold("CUP"), "paused");
  room.stop();
}

TEST(Owner, APauseByAPersonWhoseIntentWasNeverWrittenDownIsMade) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  const guard::Hold hold{.kind = guard::HoldKind::paused, .since = room.clock.now(), .by = "test"};
  ASSERT_TRUE(room.loop.run(room.ledger->set_hold(room.shop, ListingId::literal("CUP"), to_text(hold))));
  room.start();
  EXPECT_TRUE(written(room, 0));
  EXPECT_EQ(room.hold("CUP"), "paused");
  room.stop();
}

// A page that waited, or a report of rows that were old already: it does not speak of now.
TEST(Owner, WhatTheFeedSaysOfBeforeOurWriteIsNoPersons) {
  for (const bool report : {true, false}) {
    ActingRoom room;
    room.channel.declared.restores_on_cancel = model::Proof::no;
    if (report) room.channel.declared.listings_lag = 2h;
    room.list("CUP", 9, 9);
    room.start();
    room.pass(1s);
    const auto read_at = room.clock.now();
    room.pass(1min);
    room.stock("CUP", 3);
    ASSERT_TRUE(written(room, 3));
    room.pass(1min);
    room.account->orders_complete_before = room.clock.now() + 24h;
    model::ListingState state;
    state.from = {SourceId::literal(room.shop.str()), model::Version(9'000'000),
                  report ? room.clock.now() : read_at};
    state.account = room.shop;
    state.listing = ListingId::literal("CUP");
    state.quantity = Units(8);
    state.activity = model::ListingActivity::active;
    room.apply({state});
    room.pass(1min);
    EXPECT_EQ(room.hold("CUP"), "none") << report;
    EXPECT_EQ(room.channel.writes.size(), 1U);
    room.stop();
  }
}

// What we wished for it is lost with its record, and so is what may still land.
TEST(Owner, AListingWhoseRecordCannotBeReadIsLeftAloneUntilItIsResumed) {
  ActingRoom room;
  for (const char* name : {"CUP", "MUG"}) room.list(name, 5, 5);
  room.start();
  for (const char* name : {"CUP", "MUG"}) room.stock(name, 4);
  ASSERT_TRUE(
      room.until([&] { return room.state("CUP") == "confirmed" && room.state("MUG") == "confirmed"; }));
  for (const char* name : {"CUP", "MUG"}) room.poll_listing(name);  // as the listings feed does
  room.pass(1s);
  room.crash();
  ASSERT_TRUE(room.loop.run(room.client->call(
      redis::Request("HSET", "forestall:{acme}:intent", "shop CUP", std::string("\x93\xc1\x00", 3)))));
  const auto before = room.channel.writes.size();
  room.start();
  EXPECT_EQ(room.acts->floor().journal.unreadable(), 1U);
  EXPECT_EQ(room.hold("CUP"), "held");
  for (const char* name : {"CUP", "MUG"}) room.stock(name, 2);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("MUG") == 2; }));
  room.pass(1h);
  EXPECT_EQ(room.channel.shown("CUP"), 4) << "written, and nobody knows what we wished for it";
  // It stays so over a restart, though the record is out of the way by now.
  room.crash();
  room.start();
  EXPECT_EQ(room.hold("CUP"), "held");
  EXPECT_EQ(room.acts->floor().journal.unreadable(), 0U);
  ASSERT_TRUE(room.loop.run(room.acts->resume(room.one("CUP"), "ann")));
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2; }));
  EXPECT_EQ(room.channel.writes.size(), before + 2);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
