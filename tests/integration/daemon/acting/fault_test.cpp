// SPDX-License-Identifier: Apache-2.0
// Redis, the lease or the connector fails for a moment at some step: what was begun is taken up again by
// itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <stdexcept>

#include "connectors/net/sleep.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

// Were the loop to turn for ever, nothing after it would be reached.
TEST(Fault, WithoutALeaseWhatIsUndecidedWaitsAndOthersHaveTheirTurn) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.start();
  room.pass(1s);
  const auto cup = ListingId::literal("CUP");
  room.seller->open = false;
  room.acts->floor().decide_again(room.shop, cup);
  room.acts->floor().decide_later(room.shop, cup, room.clock.monotonic());
  ASSERT_TRUE(room.until([&] { return !room.acts->open(); }));
  room.pass(10s);
  room.seller->open = true;
  ASSERT_TRUE(room.until([&] { return room.acts->open(); }));
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2 && room.open_intents() == 0; }));
  room.stop();
}

// Whichever step of a pause cannot be stored, it is made once the journal takes it.
TEST(Fault, APauseThatCouldNotBeStoredAtSomeStepIsMadeAllTheSame) {
  for (const std::string step : {"intent", "sent", "accepted", "confirmed"}) {
    ActingRoom room;
    room.list("CUP", 5, 5);
    room.start();
    room.pass(1s);
    bool refused = false;
    const auto refuse = [&] {
      if (!std::exchange(refused, true)) room.server.refuse_writes(true);
    };
    if (step == "sent") room.channel.after_read = [&](const std::string&) { refuse(); };
    if (step == "accepted") room.channel.after_write = [&](const std::string&) { refuse(); };
    if (step == "confirmed")
      room.channel.after_read = [&](const std::string&) {
        if (!room.channel.writes.empty()) refuse();
      };
    room.stock("CUP", 0);
    if (step == "intent") refuse();
    ASSERT_TRUE(room.until([&] { return refused; })) << step;
    room.pass(3s);
    room.server.refuse_writes(false);
    ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0 && room.open_intents() == 0; }))
        << step << ": " << room.state("CUP");
    EXPECT_EQ(room.hold("CUP"), "none") << step;
    EXPECT_EQ(room.channel.writes.size(), 1U) << step;
    room.stop();
  }
}

TEST(Fault, AConnectorThatThrowsIsAskedAgain) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  int thrown = 0;
  room.channel.before_read = [&](const std::string&) {
    if (++thrown <= 2) throw std::runtime_error("a bug of the connector");
  };
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0 && room.open_intents() == 0; }));
  EXPECT_GE(thrown, 3);
  room.stop();
}

// So short that the decision loop never notices.
TEST(Fault, AnAccountThatIsUnfitForAMomentGoesOnWithWhatWasBegun) {
  ActingRoom room;
  room.list("CUP", 5, 5);
  room.channel.after_read = [&](const std::string&) {
    if (room.channel.reads > 1) return;
    room.account->skew_too_large = true;
    boost::asio::post(room.loop.io, [&] { room.account->skew_too_large = false; });
  };
  room.channel.before_write = [&](const std::string&) { EXPECT_FALSE(room.account->skew_too_large); };
  room.start();
  room.stock("CUP", 0);
  ASSERT_TRUE(room.until([&] { return room.channel.shown("CUP") == 0 && room.open_intents() == 0; }))
      << room.state("CUP");
  EXPECT_GT(room.channel.reads, 1U);
  room.stop();
}

// The configured mode is less than the one that was set and stored before.
TEST(Fault, AModeThatWasLoweredWhileItCouldNotBeStoredStaysLow) {
  for (const bool without_lease : {true, false}) {
    ActingRoom room(config::Mode::advise);
    room.list("CUP", 5, 5);
    room.start();
    const auto set_mode = [&](config::Mode mode) {
      return room.loop.run(room.acts->set_mode(room.acts->floor().desks[0], mode, "test"));
    };
    ASSERT_TRUE(set_mode(config::Mode::guard));
    if (without_lease) {
      room.seller->open = false;
      ASSERT_TRUE(room.until([&] { return !room.acts->open(); }));
    } else {
      room.server.refuse_writes(true);
    }
    EXPECT_FALSE(set_mode(config::Mode::observe)) << "in force, but not stored";
    EXPECT_EQ(room.acts->floor().desks[0].mode(), config::Mode::observe);
    if (without_lease)
      room.seller->open = true;
    else
      room.server.refuse_writes(false);
    ASSERT_TRUE(room.until([&] { return room.acts->open() && room.acts->floor().unsaved.empty(); }));
    EXPECT_EQ(room.acts->floor().desks[0].mode(), config::Mode::observe);
    room.stop();
    room.start();
    EXPECT_EQ(room.acts->floor().desks[0].mode(), config::Mode::observe);
    room.stop();
  }
}

// While the journal is read again nothing is judged or sent on what is not known yet.
TEST(Fault, AWriteWhoseTurnComesWhileTheJournalIsReadWaits) {
  ActingRoom room(config::Mode::guard, false, true);
  room.times.tick = 20ms;
  bool blocked = false, go = false;
  room.take_turn = [&](flow::Account&, ports::CallKind kind, scheduling::Purpose,
                       double) -> awaitable<Status> {
    if (kind == ports::CallKind::write) blocked = true;
    while (kind == ports::CallKind::write && !go) co_await net::sleep_for(room.loop.clock, 1ms);
    co_return Status{};
  };
  room.list("CUP", 5, 5);
  room.start();
  room.stock("CUP", 2);
  ASSERT_TRUE(room.until([&] { return blocked; }));
  room.channel.set("CUP", 3);  // by a person
  room.seller->open = false;
  room.loop.run_until([&] { return !room.acts->open(); });
  room.link->set({.latency = 50ms});
  room.seller->open = true;
  const auto sent = room.client->unanswered();
  room.loop.run_until([&] { return room.client->unanswered() > sent || room.acts->open(); });
  go = true;
  room.loop.run_until([&] { return room.acts->open(); });
  EXPECT_TRUE(room.channel.writes.empty());
  EXPECT_EQ(room.state("CUP"), "requested") << "neither sent nor given up on";
  room.link->set({});
  room.pass(1min);
  room.watermark();
  room.pass(1min);
  EXPECT_EQ(room.channel.shown("CUP"), 3);
  EXPECT_TRUE(room.channel.writes.empty());
  room.stop();
}

}  // namespace
}  // namespace forestall::test
