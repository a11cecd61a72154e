// SPDX-License-Identifier: Apache-2.0
// One account's feeds over a channel and a ledger in memory, on a clock that only the test moves.
#include "daemon/polling/feed_poller.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/support/polling/polling_fixture.hpp"

namespace forestall::polling {
namespace {

using namespace std::chrono_literals;
using ports::Feed;
using test::a_listing;
using test::an_order;
using Fault = test::MemoryDoor::Fault;

const Error down{ErrorCode::unavailable, true, "503 from searchOrders"};

struct FeedPollerTest : test::PollingFixture {
  void put_orders(Feed feed, int from, int count, Millis apart = 1s) {
    for (int i = from; i < from + count; ++i)
      channel.says[feed].emplace_back(an_order(id, i, clock.now() - 10 * 24h + i * apart));
  }
  // Orders that changed something, and how often at most one of them did.
  int arrived() const {
    return static_cast<int>(
        std::ranges::count_if(door.changes, [](const auto& c) { return c.first[0] == 'o'; }));
  }
  int most_often() const {
    int most = 0;
    for (const auto& [entity, times] : door.changes) most = std::max(most, times);
    return most;
  }
  test::FakeMarketplace& channel = open_channel({Feed::orders});
};

TEST_F(FeedPollerTest, ReadsToTheEndAndThenAtItsCadence) {
  put_orders(Feed::orders, 0, 250);
  start(channel);
  EXPECT_EQ(arrived(), 250);
  EXPECT_EQ(channel.polls.size(), 3U);
  EXPECT_EQ(door.cursors["shop orders"], "250");
  advance(3min - 1ms);
  EXPECT_EQ(channel.polls.size(), 3U);
  put_orders(Feed::orders, 250, 1);
  advance(1ms);
  EXPECT_EQ(arrived(), 251);
  advance(30min);
  EXPECT_EQ(channel.polls.size(), 14U);
  EXPECT_EQ(most_often(), 1);
  const auto& f = figures(Feed::orders);
  EXPECT_EQ(f.observations, 251U);
  EXPECT_EQ(f.applied, 251U);
  EXPECT_EQ(f.rounds, 12U);
  EXPECT_EQ(f.last_success, clock.now());
}

TEST_F(FeedPollerTest, TheWatermarkFollowsWhatWasApplied) {
  put_orders(Feed::orders, 0, 250);
  door.faults = {Fault::none, Fault::refused, Fault::refused};
  start(channel);
  EXPECT_FALSE(account.orders_complete_before);
  const auto asked = clock.now();
  advance(5s);
  EXPECT_EQ(arrived(), 250);
  EXPECT_GE(account.orders_complete_before, asked - 2min);
  EXPECT_EQ(account.orders_read_at, asked);
  advance(3min);
  EXPECT_EQ(account.orders_complete_before, asked + 3min - 2min);
}

// The order that was set aside sold something: until it can be read its fall is nobody's doing. Not for ever.
TEST_F(FeedPollerTest, TheWatermarkWaitsForWhatWasSetAside) {
  put_orders(Feed::orders, 0, 3);
  start(channel);
  const auto before = account.orders_complete_before;
  ASSERT_TRUE(before);
  advance(1min);
  auto bad = an_order(id, 9, clock.now());
  bad.lines.at(0).ordered = Units(0);
  channel.says[Feed::orders].emplace_back(bad);
  advance(10min);
  EXPECT_EQ(figures(Feed::orders).set_aside, 1U);
  EXPECT_EQ(account.orders_complete_before, bad.placed_at);
  advance(40min);
  EXPECT_EQ(account.orders_complete_before, bad.placed_at);
  advance(20min);
  EXPECT_GT(account.orders_complete_before, bad.placed_at + 1h);
  // Nobody knows when an order was placed that could not even be decoded.
  const auto stood = account.orders_complete_before;
  put_orders(Feed::orders, 20, 1);
  channel.spoil = [](Feed, ports::Page& page) {
    if (!page.observations.empty()) page.set_aside.push_back({ErrorCode::parse, false, "orders[1]: no id"});
  };
  advance(10min);
  EXPECT_EQ(account.orders_complete_before, stood);
  advance(1h);
  EXPECT_GT(account.orders_complete_before, stood);
}

// The page that says how far the orders are complete is not the one with the order that could not be read.
TEST_F(FeedPollerTest, TheWatermarkWaitsForWhatAnEarlierPageSetAside) {
  channel.page_size = 2;
  put_orders(Feed::orders, 0, 3);
  channel.spoil = [](Feed, ports::Page& page) {
    if (page.more) page.complete_before.reset();
  };
  start(channel);
  ASSERT_TRUE(account.orders_complete_before);
  advance(1min);
  auto bad = an_order(id, 9, clock.now());
  bad.lines.at(0).ordered = Units(0);
  channel.says[Feed::orders].emplace_back(bad);
  put_orders(Feed::orders, 10, 3);
  channel.faults = {std::nullopt, down};  // and the round with it ends before that
  advance(10min);
  EXPECT_EQ(figures(Feed::orders).set_aside, 1U);
  EXPECT_EQ(account.orders_complete_before, bad.placed_at);
  advance(1h);
  EXPECT_GT(account.orders_complete_before, bad.placed_at);
}

// A date that has not come yet is a mistake: it would be the newest order for years.
TEST_F(FeedPollerTest, AnOrderOfADayAheadIsSetAside) {
  put_orders(Feed::orders, 0, 3);
  channel.says[Feed::orders].emplace_back(an_order(id, 9, clock.now() + 25h));
  channel.says[Feed::orders].emplace_back(an_order(id, 10, clock.now() + 23h));
  start(channel);
  EXPECT_EQ(arrived(), 4);
  EXPECT_EQ(figures(Feed::orders).set_aside, 1U);
  const auto stood = account.orders_complete_before;
  advance(10min);
  EXPECT_EQ(account.orders_complete_before, stood) << "who knows when it was placed";
  advance(1h);
  EXPECT_GT(account.orders_complete_before, clock.now() - 10min);
}

TEST_F(FeedPollerTest, NoCallIntoTheLedgerIsTooLarge) {
  channel.page_size = 5000;
  put_orders(Feed::orders, 0, 4000);
  auto huge = an_order(id, 9999, clock.now());
  for (int i = 2; i <= 900; ++i) {
    huge.lines.push_back(huge.lines.front());
    huge.lines.back().id = OrderLineId::literal(std::to_string(i));
  }
  channel.says[Feed::orders].emplace_back(huge);
  start(channel);
  EXPECT_EQ(arrived(), 4001);
  EXPECT_LE(door.largest_call, 256U);
  // The cursor moved only with the last call.
  EXPECT_EQ(door.cursors["shop orders"], "4001");
}

TEST_F(FeedPollerTest, AfterFailuresItComesBackSoonerThanItsCadenceAndTellsOnce) {
  put_orders(Feed::orders, 0, 10);
  channel.faults.assign(6, down);
  start(channel);
  EXPECT_EQ(arrived(), 0);
  EXPECT_TRUE(figures(Feed::orders).error);
  advance(70s);  // 1 + 2 + 4 + 8 + 16 + 32 s at the most
  EXPECT_EQ(arrived(), 10);
  EXPECT_EQ(channel.polls.size(), 7U);
  EXPECT_EQ(sink.count("poll_failed"), 1U);
  EXPECT_EQ(sink.count("poll_recovered"), 1U);
  EXPECT_EQ(figures(Feed::orders).failures_by_code.at(ErrorCode::unavailable), 6U);
  EXPECT_FALSE(figures(Feed::orders).error);
  EXPECT_FALSE(figures(Feed::orders).failing_since);
}

TEST_F(FeedPollerTest, ALongOutageIsNotAStorm) {
  channel.faults.assign(100'000, down);
  start(channel);
  advance(24h);
  // Not more often than twice the cadence on average, once the pauses have grown.
  EXPECT_LE(channel.polls.size(), 2 * 24 * 20 + 20U);
  EXPECT_GE(channel.polls.size(), 24 * 20U);
  EXPECT_EQ(sink.count("poll_failed"), 1U);
}

TEST_F(FeedPollerTest, ARefusedCursorMeansFromTheBeginning) {
  put_orders(Feed::orders, 0, 50);
  door.cursors["shop orders"] = "orders of another age";
  channel.refuse = [](Feed, const ports::Cursor& from) -> std::optional<Error> {
    if (from.text.starts_with("orders of")) return Error{ErrorCode::conflict, false, "an old cursor"};
    return std::nullopt;
  };
  start(channel);
  EXPECT_EQ(arrived(), 50);
  EXPECT_EQ(figures(Feed::orders).restarts, 1U);
  EXPECT_EQ(figures(Feed::orders).failures, 0U);
}

TEST_F(FeedPollerTest, AChannelThatRefusesEvenTheEmptyCursorIsAFailure) {
  channel.refuse = [](Feed, const ports::Cursor&) { return Error{ErrorCode::conflict, false, "no"}; };
  start(channel);
  EXPECT_EQ(channel.polls.size(), 2U);
  EXPECT_EQ(figures(Feed::orders).failures, 1U);
}

TEST_F(FeedPollerTest, WhatCannotBeReadIsToldOnceAndTheRestIsApplied) {
  put_orders(Feed::orders, 0, 10);
  auto nonsense = an_order(id, 77, clock.now());
  nonsense.lines.front().ordered = Units(-3);
  channel.says[Feed::orders].insert(channel.says[Feed::orders].begin() + 5, nonsense);
  channel.spoil = [](Feed, ports::Page& page) {
    page.set_aside.push_back({ErrorCode::parse, false, "order 100-8: createdTime is missing"});
  };
  start(channel);
  EXPECT_EQ(arrived(), 10);
  EXPECT_FALSE(door.changes.contains("o 100-77"));
  advance(1h);
  EXPECT_EQ(sink.count("set_aside"), 2U);
  EXPECT_EQ(figures(Feed::orders).set_aside, channel.polls.size() + 1);
  EXPECT_EQ(figures(Feed::orders).failures, 0U);
}

TEST_F(FeedPollerTest, ALedgerThatIsAwayForAMomentCostsNoCall) {
  put_orders(Feed::orders, 0, 300);
  door.faults = {Fault::refused, Fault::lost_answer, Fault::refused, Fault::none, Fault::lost_answer};
  start(channel);
  advance(10s);
  EXPECT_EQ(arrived(), 300);
  EXPECT_EQ(most_often(), 1);
  EXPECT_EQ(channel.polls.size(), 3U);
  EXPECT_EQ(figures(Feed::orders).failures, 0U);
}

TEST_F(FeedPollerTest, ALedgerThatIsAwayForLongLosesNothing) {
  put_orders(Feed::orders, 0, 300);
  channel.latency = 10ms;
  start(channel);
  door.open = false;
  advance(1h);
  EXPECT_EQ(arrived(), 0);
  // Polls of the channel are not spent on pages that nobody can take.
  EXPECT_LE(channel.polls.size(), 2U);
  door.open = true;
  advance(5min);
  EXPECT_EQ(arrived(), 300);
  EXPECT_EQ(most_often(), 1);
}

TEST_F(FeedPollerTest, PagesInACircleEnd) {
  put_orders(Feed::orders, 0, 10);
  channel.spoil = [](Feed, ports::Page& page) {
    page.next.text = "5";
    page.more = true;
  };
  start(channel);
  EXPECT_LE(channel.polls.size(), 3U);
  EXPECT_EQ(figures(Feed::orders).error->code, ErrorCode::parse);
  EXPECT_EQ(arrived(), 10);
}

TEST_F(FeedPollerTest, AnAnswerThatIsBeingPreparedIsAskedForAtLeisure) {
  int until_ready = 10;
  put_orders(Feed::orders, 0, 10);
  channel.spoil = [&](Feed, ports::Page& page) {
    if (until_ready-- <= 0) return;
    page.observations.clear();
    page.next.text = "";
    page.more = true;
  };
  start(channel);
  EXPECT_EQ(channel.polls.size(), 1U);
  advance(2s);
  EXPECT_EQ(channel.polls.size(), 2U);
  advance(4min);
  EXPECT_EQ(arrived(), 10);
  EXPECT_EQ(figures(Feed::orders).failures, 0U);
}

TEST_F(FeedPollerTest, AConnectorThatThrowsCostsOneRound) {
  put_orders(Feed::orders, 0, 10);
  int throws = 1;
  channel.spoil = [&](Feed, ports::Page&) {
    if (throws-- > 0) throw std::logic_error("a bug");
  };
  start(channel);
  EXPECT_EQ(figures(Feed::orders).error->code, ErrorCode::internal);
  advance(2s);
  EXPECT_EQ(arrived(), 10);
}

TEST_F(FeedPollerTest, RatesAreKept) {
  auto& slow = open_channel({Feed::orders, Feed::order_history}, {.per_second = 1.0 / 180, .burst = 20});
  for (int i = 0; i < 5000; ++i)
    slow.says[Feed::order_history].emplace_back(an_order(id, i, clock.now() - 90 * 24h + i * 25min));
  start(slow);
  advance(6h);
  EXPECT_EQ(slow.early, 0);
  EXPECT_EQ(arrived(), 5000);
  // The orders of the moment are asked for in time, whatever the backfill would like.
  std::optional<Instant> last;
  for (const auto& call : slow.polls) {
    if (call.feed != Feed::orders) continue;
    if (last) EXPECT_LE(call.at - *last, 15min + 180s);
    last = call.at;
  }
}

TEST_F(FeedPollerTest, UntilThePastIsKnownMostCallsReadThePast) {
  auto& shop = open_channel({Feed::orders, Feed::order_history}, {.per_second = 1.0 / 180, .burst = 1});
  for (int i = 0; i < 4000; ++i)
    shop.says[Feed::order_history].emplace_back(an_order(id, i, clock.now() - 90 * 24h + i * 25min));
  start(shop);
  for (int minute = 0; minute < 150; ++minute) {
    advance(1min);
    EXPECT_EQ(observer->orders_missing(), "") << "rarer on purpose is not a failure";
  }
  EXPECT_TRUE(account.backfilled);
  const auto known = shop.polls.size();
  advance(30min);
  // From then on the orders of the moment are asked for at their own cadence.
  EXPECT_GE(std::ranges::count(shop.polls.begin() + static_cast<std::ptrdiff_t>(known), shop.polls.end(),
                               Feed::orders, &test::FakeMarketplace::Call::feed),
            9);
}

TEST_F(FeedPollerTest, MeasuresHowLateOrdersAreSeen) {
  start(channel);
  // Known from before: not a measurement.
  for (int i = 0; i < 500; ++i) {
    channel.says[Feed::orders].emplace_back(an_order(id, i, clock.now() + 3min - 170s));
    advance(3min);
  }
  ASSERT_NE(account.blind_window, nullptr);
  EXPECT_EQ(account.blind_window->measured(Leg::placed_to_seen), 500U);
  const auto p50 = account.blind_window->quantile(Leg::placed_to_seen, .5);
  EXPECT_NEAR(static_cast<double>(p50.count()), 170'000, 5'000);
  // A second version of an order, an old order and a closed one are none.
  channel.says[Feed::orders].emplace_back(an_order(id, 0, clock.now() - 5h, 2));
  channel.says[Feed::orders].emplace_back(an_order(id, 9000, clock.now() - 100h));
  auto closed = an_order(id, 9001, clock.now());
  closed.state = model::OrderState::cancelled;
  closed.lines.front().cancelled =
      model::LineCancel{.units = Units(1), .at = clock.now(), .day = closed.placed_day};
  closed.closed_at = clock.now();
  channel.says[Feed::orders].emplace_back(closed);
  advance(3min);
  EXPECT_EQ(arrived(), 502);
  EXPECT_EQ(account.blind_window->measured(Leg::placed_to_seen), 500U);
}

TEST_F(FeedPollerTest, ARoundOfListingsOutlivesARestart) {
  auto& listings = open_channel({Feed::listings});
  for (int i = 0; i < 250; ++i)
    listings.says[Feed::listings].emplace_back(a_listing(id, i, 5, clock.now() - 1h));
  const auto began = clock.now();
  start(listings);
  EXPECT_EQ(listings.polls.size(), 3U);
  EXPECT_TRUE(account.backfilled);
  stop();
  EXPECT_FALSE(account.backfilled);
  advance(20min);
  start(listings);
  EXPECT_TRUE(account.backfilled);
  EXPECT_EQ(account.listings_read_at, began);
  EXPECT_EQ(listings.polls.size(), 3U);
  advance(40min);
  EXPECT_EQ(listings.polls.size(), 6U);
  EXPECT_EQ(account.listings_read_at, began + 1h);
}

TEST_F(FeedPollerTest, ABackfillGoesOnWhereItWasInterrupted) {
  auto& past = open_channel({Feed::order_history, Feed::listings}, {.per_second = 1, .burst = 1});
  for (int i = 0; i < 2000; ++i)
    past.says[Feed::order_history].emplace_back(an_order(id, i, clock.now() - 90 * 24h + i * 1h));
  past.says[Feed::listings].emplace_back(a_listing(id, 1, 5, clock.now() - 1h));
  start(past);
  advance(8s);
  EXPECT_FALSE(account.backfilled);
  EXPECT_THAT(observer->backfill_missing(), testing::HasSubstr("reading past orders"));
  EXPECT_GT(observer->backfill_share(), .2);
  EXPECT_LT(observer->backfill_share(), .6);
  const auto before = arrived();
  stop();
  start(past);
  const auto first_after = past.polls.size();
  advance(30s);
  EXPECT_TRUE(account.backfilled);
  EXPECT_EQ(observer->backfill_missing(), "");
  EXPECT_EQ(arrived(), 2000);
  EXPECT_EQ(most_often(), 1);
  EXPECT_GT(before, 0);
  EXPECT_EQ(std::ranges::count(past.polls, "0", &test::FakeMarketplace::Call::cursor), 0);
  EXPECT_LE(past.polls.size(), first_after + 25);
  EXPECT_EQ(sink.count("backfilled"), 1U);
  // Reconciled daily.
  const auto calls = past.polls.size();
  advance(23h);
  EXPECT_LE(past.polls.size(), calls + 25);
}

TEST_F(FeedPollerTest, AskedItReadsAtOnceAndFromTheStartIfToldSo) {
  put_orders(Feed::orders, 0, 150);
  start(channel);
  ASSERT_EQ(channel.polls.size(), 2U);
  observer->reconcile(false);
  settle();
  ASSERT_EQ(channel.polls.size(), 3U);
  EXPECT_EQ(channel.polls.back().cursor, "150");
  observer->reconcile(true);
  settle();
  ASSERT_EQ(channel.polls.size(), 5U);
  EXPECT_EQ(channel.polls[3].cursor, "");
  EXPECT_EQ(most_often(), 1);
}

// Whatever happens to pages, to the ledger and to the process: at the end every order is there, each arrived
// once, and the last version of each.
TEST_F(FeedPollerTest, RandomTroubleLosesNothingAndCountsOnce) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom dice(seed);
    door.versions.clear(), door.changes.clear(), door.cursors.clear(), door.faults.clear();
    auto& shop = open_channel({Feed::orders, Feed::order_history}, {.per_second = .5, .burst = 3});
    shop.page_size = 1 + dice.below(60);
    shop.latency = Millis(dice.below(400));
    door.latency = Millis(dice.below(30));
    int placed = 0;
    for (; placed < 200; ++placed)
      shop.says[Feed::order_history].emplace_back(an_order(id, placed, clock.now() - 1h));
    start(shop);
    for (int step = 0; step < 60; ++step) {
      const auto what = dice.below(8);
      if (what == 0) stop(), start(shop);  // killed at some await
      if (what == 1) shop.faults.push_back(Error{ErrorCode::rate_limited, true, "429"});
      if (what == 2) shop.faults.push_back(Error{ErrorCode::parse, false, "HTML"});
      if (what == 3) door.faults.push_back(dice.below(2) == 0 ? Fault::refused : Fault::lost_answer);
      if (what == 4) door.open = !door.open;
      if (what == 5)
        for (auto n = dice.below(20); n > 0; --n)
          shop.says[Feed::orders].emplace_back(an_order(id, placed++, clock.now()));
      if (what == 6) shop.faults.push_back(Error{ErrorCode::conflict, false, "the cursor expired"});
      advance(std::chrono::milliseconds(dice.below(60'000)));
    }
    door.open = true;
    advance(30min);
    EXPECT_EQ(arrived(), placed) << seed;
    EXPECT_EQ(most_often(), 1) << seed;
    EXPECT_EQ(shop.early, 0) << seed;
    stop();
  }
}

}  // namespace
}  // namespace forestall::polling
