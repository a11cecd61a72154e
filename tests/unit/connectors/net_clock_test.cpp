// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "connectors/net/sleep.hpp"
#include "connectors/net/system_clock.hpp"

namespace forestall::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

TEST(Sleep, ResumesWhenTheManualClockReachesTheTime) {
  asio::io_context io;
  ManualClock clock;
  bool woke = false;
  auto sleeper = [](ManualClock& c, bool& w) -> asio::awaitable<void> {
    co_await sleep_for(c, 1h);
    w = true;
  };
  asio::co_spawn(io, sleeper(clock, woke), asio::detached);
  io.poll();
  clock.advance(59min, [&] { io.poll(); });
  EXPECT_FALSE(woke);
  clock.advance(1min, [&] { io.poll(); });
  EXPECT_TRUE(woke);
}

TEST(Sleep, TheLoserOfARaceIsCancelledAndLeavesNoTimer) {
  asio::io_context io;
  ManualClock clock;
  std::size_t winner = 9;
  auto race = [](ManualClock& c, std::size_t& w) -> asio::awaitable<void> {
    const auto result = co_await (sleep_for(c, 1s) || sleep_for(c, 1h));
    w = result.index();
  };
  asio::co_spawn(io, race(clock, winner), asio::detached);
  io.poll();
  clock.advance(1s, [&] { io.poll(); });
  EXPECT_EQ(winner, 0u);
  EXPECT_EQ(clock.pending(), 0u);
}

TEST(SystemClock, FiresInOrderAndForgetsTheCancelled) {
  asio::io_context io;
  SystemClock clock(io.get_executor());
  std::vector<int> order;
  const auto start = clock.monotonic();
  clock.wake_at(start + 3ms, [&] { order.push_back(2); });
  const auto cancelled = clock.wake_at(start + 2ms, [&] { order.push_back(9); });
  clock.wake_at(start + 1ms, [&] { order.push_back(1); });
  clock.cancel(cancelled);
  io.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_GE(clock.monotonic(), start + 3ms);
}

TEST(SystemClock, ATimerSetIntoThePastAgainAndAgainDoesNotKeepTheLoop) {
  asio::io_context io;
  SystemClock clock(io.get_executor());
  int fired = 0;
  std::function<void()> again = [&] {
    if (++fired < 100) clock.wake_at(clock.monotonic() - 1s, [&] { again(); });
  };
  clock.wake_at(clock.monotonic() - 1s, [&] { again(); });
  EXPECT_EQ(io.run_one(), 1u);
  EXPECT_EQ(fired, 1);
  io.run();
  EXPECT_EQ(fired, 100);
}

}  // namespace
}  // namespace forestall::net
