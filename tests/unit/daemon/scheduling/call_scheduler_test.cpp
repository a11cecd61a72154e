// SPDX-License-Identifier: Apache-2.0
// Who goes first, and when, on a clock that only the test moves.
#include "daemon/scheduling/call_scheduler.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <string>
#include <vector>

#include "config/base/random.hpp"
#include "connectors/http/token_bucket.hpp"

namespace forestall::scheduling {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;
using ports::CallKind;
using ports::Feed;
using testing::ElementsAre;

// A channel that is nothing but a bucket a kind of call; accounts of one credential share it.
class Buckets final : public ports::Marketplace {
 public:
  Buckets(Clock& clock, Rate rate) : clock_(clock), bucket(rate) {}
  const model::Capabilities& capabilities() const override { return capabilities_; }
  std::span<const Feed> feeds() const override { return {}; }
  Monotonic earliest(CallKind, Feed) const override {
    return std::max(closed_until, bucket.next_free(clock_.monotonic()));
  }
  awaitable<Result<ports::Page>> poll(Feed, ports::Cursor, std::chrono::nanoseconds) override {
    co_return ports::Page{};
  }
  awaitable<Result<ports::ListingReading>> read_listing(ListingId, std::chrono::nanoseconds) override {
    co_return ports::ListingReading{};
  }
  awaitable<Result<std::vector<model::Observation>>> read_order(OrderId, std::chrono::nanoseconds) override {
    co_return std::vector<model::Observation>{};
  }
  awaitable<Result<ports::WriteReceipt>> write(model::Command, std::string,
                                               std::chrono::nanoseconds) override {
    const auto slot = bucket.reserve(clock_.monotonic());
    if (slot->when > clock_.monotonic()) ++early;
    co_return ports::WriteReceipt{};
  }
  awaitable<std::vector<ports::DoctorFinding>> examine(std::chrono::nanoseconds) override {
    co_return std::vector<ports::DoctorFinding>{};
  }

  Clock& clock_;
  model::Capabilities capabilities_{};
  http::TokenBucket bucket;
  Monotonic closed_until{};
  int early = 0;  // calls made although the bucket was empty
};

struct CallSchedulerTest : testing::Test {
  asio::io_context io;
  ManualClock clock;
  Buckets channel{clock, {.per_second = 1, .burst = 1}};
  CallScheduler scheduler{clock, {.patience = 60s, .share = 4}};
  std::deque<flow::Account> accounts;
  std::vector<std::string> order;

  flow::Account& account(std::string_view id, std::optional<std::string> credential = {}) {
    config::AccountSettings settings;
    settings.id = AccountId::literal(id);
    settings.seller = SellerId::literal("shop");
    settings.kind = "test";
    settings.credential = std::move(credential);
    auto& made = accounts.emplace_back(flow::Account{.settings = std::move(settings)});
    made.marketplace = &channel;
    return made;
  }
  static awaitable<void> call(CallSchedulerTest& t, flow::Account& a, Purpose purpose, double value,
                              std::chrono::nanoseconds patience, std::string name) {
    const auto turn = co_await t.scheduler.turn(a, CallKind::write, Feed::orders, purpose, value,
                                                t.clock.monotonic() + patience);
    if (!turn) {
      t.order.push_back(name + " " + std::string(code_name(turn.error().code)));
      co_return;
    }
    co_await a.marketplace->write({}, {}, 1s);
    t.order.push_back(name);
  }
  void start(flow::Account& a, Purpose purpose, double value, std::string name,
             std::chrono::nanoseconds patience = 1h) {
    asio::co_spawn(io, call(*this, a, purpose, value, patience, std::move(name)),
                   [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
  }
  void settle() { io.restart(), io.poll(); }
  void advance(std::chrono::nanoseconds by) {
    clock.advance(by, [this] { settle(); });
  }
};

TEST_F(CallSchedulerTest, GoesAtOnceWhereThereIsRoom) {
  start(account("us"), Purpose::sweep, 0, "sweep");
  settle();
  EXPECT_THAT(order, ElementsAre("sweep"));
  const auto figures = scheduler.figures();
  EXPECT_EQ(figures.at({"us", Purpose::sweep}).granted, 1U);
  EXPECT_EQ(figures.at({"us", Purpose::pause}).granted, 0U);
}

TEST_F(CallSchedulerTest, TheUrgentOvertakeThoseWhoWait) {
  auto& us = account("us");
  start(us, Purpose::raise, 0, "first");  // takes the only slot
  settle();
  start(us, Purpose::sweep, 0, "sweep");
  start(us, Purpose::pause, 1, "cheap");
  settle();
  start(us, Purpose::pause, 9, "dear");
  settle();
  EXPECT_THAT(order, ElementsAre("first"));
  EXPECT_EQ(scheduler.waiting(us, CallKind::write, Feed::orders), 3U);
  EXPECT_EQ(scheduler.waiting(us, CallKind::poll, Feed::orders), 0U);
  advance(1s);
  EXPECT_THAT(order, ElementsAre("first", "dear"));
  advance(2s);
  EXPECT_THAT(order, ElementsAre("first", "dear", "cheap", "sweep"));
  EXPECT_EQ(channel.early, 0);
  EXPECT_EQ(scheduler.figures().at({"us", Purpose::sweep}).waited_seconds, 3);
}

TEST_F(CallSchedulerTest, ABurstIsSpentAtOnceAndNoMore) {
  channel.bucket = http::TokenBucket({.per_second = 1, .burst = 3});
  auto& us = account("us");
  for (int i = 0; i < 5; ++i) start(us, Purpose::pause, 0, std::to_string(i));
  settle();
  EXPECT_THAT(order, ElementsAre("0", "1", "2"));
  advance(2s);
  EXPECT_THAT(order, ElementsAre("0", "1", "2", "3", "4"));
  EXPECT_EQ(channel.early, 0);
}

TEST_F(CallSchedulerTest, AccountsOfOneCredentialShareOneQueue) {
  auto& us = account("us", "main");
  auto& ca = account("ca", "main");
  start(us, Purpose::pause, 0, "taken");
  settle();
  start(us, Purpose::raise, 0, "raise us");
  start(ca, Purpose::pause, 0, "pause ca");
  settle();
  advance(2s);
  EXPECT_THAT(order, ElementsAre("taken", "pause ca", "raise us"));
  EXPECT_EQ(channel.early, 0);
}

TEST_F(CallSchedulerTest, GivesUpInTime) {
  auto& us = account("us");
  start(us, Purpose::pause, 0, "taken");
  settle();
  channel.closed_until = clock.monotonic() + 1h;
  start(us, Purpose::pause, 0, "hasty", 5s);
  start(us, Purpose::raise, 0, "calm", 2h);
  settle();
  advance(5s);
  EXPECT_THAT(order, ElementsAre("taken", "hasty timeout"));
  EXPECT_EQ(scheduler.figures().at({"us", Purpose::pause}).given_up, 1U);
  EXPECT_EQ(scheduler.figures().at({"us", Purpose::raise}).longest_wait, 5s);
  advance(1h);
  EXPECT_THAT(order, ElementsAre("taken", "hasty timeout", "calm"));
}

TEST_F(CallSchedulerTest, LimitsThatLoosenAreNoticed) {
  auto& us = account("us");
  channel.closed_until = clock.monotonic() + 10h;
  start(us, Purpose::pause, 0, "pause", 20h);
  settle();
  channel.closed_until = clock.monotonic() + 1min;
  advance(2min);
  EXPECT_THAT(order, ElementsAre("pause"));
}

TEST_F(CallSchedulerTest, WhoIsCancelledLeavesTheQueueToTheNext) {
  auto& us = account("us");
  start(us, Purpose::pause, 0, "taken");
  settle();
  asio::cancellation_signal cancel;
  bool threw = false;
  asio::co_spawn(io, call(*this, us, Purpose::pause, 9, 1h, "cancelled"),
                 asio::bind_cancellation_slot(
                     cancel.slot(), [&](const std::exception_ptr& failure) { threw = failure != nullptr; }));
  start(us, Purpose::raise, 0, "next");
  settle();
  cancel.emit(asio::cancellation_type::terminal);
  settle();
  EXPECT_TRUE(threw);
  EXPECT_EQ(scheduler.figures().at({"us", Purpose::pause}).abandoned, 1U);
  advance(1s);
  EXPECT_THAT(order, ElementsAre("taken", "next"));
}

TEST_F(CallSchedulerTest, WithoutAConnectorThereIsNoTurn) {
  auto& us = account("us");
  us.marketplace = nullptr;
  us.why_not = "the marketplace is unknown";
  start(us, Purpose::pause, 0, "x");
  settle();
  EXPECT_THAT(order, ElementsAre("x unavailable"));
}

// Time that passes while it is being asked for, as it does on every real clock.
class MovingClock final : public Clock {
 public:
  explicit MovingClock(ManualClock& inner) : inner_(inner) {}
  Instant now() const override { return inner_.now(); }
  Monotonic monotonic() const override { return inner_.monotonic() + std::chrono::nanoseconds(++asked_); }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override {
    return inner_.wake_at(when, std::move(wake));
  }
  void cancel(TimerId id) override { inner_.cancel(id); }

 private:
  ManualClock& inner_;
  mutable std::int64_t asked_ = 0;
};

TEST_F(CallSchedulerTest, AtOnceIsAtOnceOnAClockThatMoves) {
  MovingClock moving(clock);
  Buckets real(moving, {.per_second = 1, .burst = 3});
  CallScheduler on_moving_time(moving);
  auto& us = account("us");
  us.marketplace = &real;
  int granted = 0;
  const auto once = [](CallScheduler& calls, flow::Account& a, Monotonic until,
                       int& count) -> awaitable<void> {
    if (co_await calls.turn(a, CallKind::write, Feed::orders, Purpose::pause, 0, until)) ++count;
    co_await a.marketplace->write({}, {}, 1s);
  };
  for (int i = 0; i < 3; ++i)
    asio::co_spawn(io, once(on_moving_time, us, moving.monotonic() + 1h, granted),
                   [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
  settle();
  EXPECT_EQ(granted, 3);
  EXPECT_EQ(clock.pending(), 0U);
}

// A thousand pauses and raises on a bucket of five a second, callers that come, give up and are cancelled at
// random: never above the rate, all served or told, and the same seed gives the same order.
TEST_F(CallSchedulerTest, UnderLoadItKeepsTheRateAndIsDeterministic) {
  std::vector<std::string> first_order;
  for (int round = 0; round < 2; ++round) {
    order.clear();
    SeededRandom random(7);
    channel.bucket = http::TokenBucket({.per_second = 5, .burst = 5});
    auto& us = account("us" + std::to_string(round));
    const auto began = clock.monotonic();
    for (int i = 0; i < 1000; ++i) {
      const auto purpose = static_cast<Purpose>(random.below(purpose_count));
      start(us, purpose, random.unit(), std::to_string(i), std::chrono::seconds(1 + random.below(400)));
      if (i % 10 == 0) advance(std::chrono::milliseconds(random.below(500)));
    }
    while (order.size() < 1000) advance(100ms);
    EXPECT_LE(clock.monotonic() - began, 401s + 50s);
    EXPECT_EQ(channel.early, 0);
    if (round == 0) first_order = order;
  }
  EXPECT_EQ(order, first_order);
}

}  // namespace
}  // namespace forestall::scheduling
