// SPDX-License-Identifier: Apache-2.0
// What is said about an account as a whole, and what is read again.
#include "daemon/polling/account_observer.hpp"

#include <gmock/gmock.h>

#include "connectors/http/http_date.hpp"
#include "tests/support/polling/polling_fixture.hpp"

namespace forestall::polling {
namespace {

using namespace std::chrono_literals;
using ports::Feed;
using test::a_listing;
using test::an_order;
using testing::ElementsAre;
using testing::HasSubstr;

struct AccountObserverTest : test::PollingFixture {
  test::FakeMarketplace& channel =
      open_channel({Feed::orders, Feed::order_history, Feed::listings, Feed::health});
};

TEST_F(AccountObserverTest, WithoutAConnectorItSaysWhy) {
  scheduler = std::make_unique<scheduling::CallScheduler>(clock);
  const AccountObserver without(tools(), seller, account, nullptr, "account: this build has no connector");
  EXPECT_EQ(account.marketplace, nullptr);
  EXPECT_EQ(without.backfill_missing(), "account: this build has no connector");
  EXPECT_EQ(without.orders_missing(), "account: this build has no connector");
}

TEST_F(AccountObserverTest, IsFitOnceEverythingWasReadOnce) {
  channel.says[Feed::listings].emplace_back(a_listing(id, 1, 5, clock.now() - 1h));
  channel.faults = {Error{ErrorCode::unauthenticated, false, "the refresh token was refused"}};
  start(channel);
  EXPECT_EQ(observer->orders_missing(), "the orders have not been read yet (the refresh token was refused)");
  advance(2s);
  EXPECT_EQ(observer->orders_missing(), "");
  EXPECT_EQ(observer->backfill_missing(), "");
  EXPECT_TRUE(account.backfilled);
  EXPECT_NE(account.marketplace, nullptr);
  EXPECT_EQ(sink.count("backfilled"), 1U);
  // The channel goes away.
  channel.refuse = [](Feed, const ports::Cursor&) { return Error{ErrorCode::timeout, true, "no answer"}; };
  advance(10min);
  EXPECT_EQ(observer->orders_missing(), "");
  advance(10min);
  EXPECT_THAT(observer->orders_missing(), HasSubstr("no orders read since 2026-01-05T00:"));
  channel.refuse = {};
  advance(5min);
  EXPECT_EQ(observer->orders_missing(), "");
}

TEST_F(AccountObserverTest, ClocksThatDisagreeAreNoticedAndForgotten) {
  start(channel);
  observer->check_clock(60s);
  EXPECT_FALSE(account.skew_too_large);
  const auto answer = [&](Millis ahead) {
    for (int i = 0; i < 5; ++i)
      channel.clock_skew.observe(http::http_date(clock.now() + ahead), clock.now(), clock.now(),
                                 clock.monotonic());
  };
  answer(5min);
  observer->check_clock(60s);
  EXPECT_TRUE(account.skew_too_large);
  EXPECT_THAT(observer->clock_missing(), HasSubstr("300 s from ours"));
  observer->check_clock(10min);
  EXPECT_FALSE(account.skew_too_large);
  observer->check_clock(60s);
  answer(-10s);
  observer->check_clock(60s);
  EXPECT_FALSE(account.skew_too_large);
  EXPECT_EQ(sink.count("event=clock_skew ") + sink.count("clock_skew_over"), 4U);
}

TEST_F(AccountObserverTest, WhatContradictsItselfIsReadAgain) {
  start(channel);
  channel.readable.emplace("100-1", an_order(id, 1, clock.now() - 1h, 7));
  channel.readable.emplace("L3", a_listing(id, 3, 2, clock.now(), 9));
  door.doubtful = {{id, OrderId::literal("100-1")},
                   {id, ListingId::literal("L3")},
                   {AccountId::literal("other"), OrderId::literal("100-2")}};
  door.contradicts = true;
  channel.says[Feed::orders].emplace_back(an_order(id, 1, clock.now() - 1h, 6));
  advance(3min);
  door.contradicts = false;
  EXPECT_THAT(channel.reads, testing::Contains("o 100-1"));
  EXPECT_THAT(channel.reads, testing::Contains("l L3"));
  EXPECT_THAT(channel.reads, testing::Not(testing::Contains("o 100-2")));
  EXPECT_EQ(door.versions["o 100-1"], 7U);
  EXPECT_EQ(door.versions["l L3"], 9U);
  EXPECT_EQ(observer->rereader().waiting(), 2U);
  door.doubtful.clear();
  advance(1min);
  EXPECT_EQ(observer->rereader().waiting(), 0U);
}

TEST_F(AccountObserverTest, AChannelThatStaysContradictoryIsAskedEverMoreRarely) {
  start(channel);
  channel.readable.emplace("100-1", an_order(id, 1, clock.now() - 1h, 7));
  door.doubtful = {{id, OrderId::literal("100-1")}};
  advance(24h);
  EXPECT_GE(channel.reads.size(), 8U);
  EXPECT_LE(channel.reads.size(), 16U);
}

TEST(ParseDoubtful, ReadsWhatTheLedgerNames) {
  ledger::Names names;
  names.add("account:amazon-us", 1);
  const auto us = AccountId::literal("amazon-us");
  EXPECT_EQ(parse_doubtful("o:1:100-7", names), (Doubtful{us, OrderId::literal("100-7")}));
  EXPECT_EQ(parse_doubtful("l:1:A:B", names), (Doubtful{us, ListingId::literal("A:B")}));
  for (const auto* other :
       {"", "o", "o:", "o:1", "o:1:", "o:2:100-7", "o:x:100-7", "s:1:SKU", "r:1:R", "e:1", "o::1", "x:1:1"})
    EXPECT_EQ(parse_doubtful(other, names), std::nullopt) << other;
}

}  // namespace
}  // namespace forestall::polling
