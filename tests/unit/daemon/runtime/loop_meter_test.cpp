// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/loop_meter.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <numeric>
#include <thread>

namespace forestall::runtime {
namespace {

using namespace std::chrono_literals;

TEST(LoopMeter, ATurnIsWhatLiesBetweenTwoWaits) {
  LoopMeter meter;
  meter.wait_begins(1s);  // the loop starts: no turn yet
  EXPECT_EQ(meter.turns(), 0u);
  meter.wait_ends(2s);
  meter.wait_begins(2s + 3ms);
  meter.wait_ends(9s);  // waiting is no turn
  meter.wait_begins(9s + 1ms);
  EXPECT_EQ(meter.turns(), 2u);
  EXPECT_DOUBLE_EQ(meter.longest_seconds(), 0.003);
  EXPECT_DOUBLE_EQ(meter.total_seconds(), 0.004);
  EXPECT_DOUBLE_EQ(meter.take_longest_seconds(), 0.003);
  EXPECT_DOUBLE_EQ(meter.take_longest_seconds(), 0);
  EXPECT_EQ(meter.buckets()[2], 1u) << "le 1 ms, bounds included";
  EXPECT_EQ(meter.buckets()[4], 1u) << "le 5 ms";
}

TEST(LoopMeter, ALongTurnStaysVisibleForThirtySecondsAndIsForgottenAfterwards) {
  LoopMeter meter;
  std::chrono::nanoseconds t = 0s;
  const auto turn = [&](std::chrono::nanoseconds length, std::chrono::nanoseconds wait) {
    meter.wait_ends(t);
    meter.wait_begins(t += length);
    t += wait;
  };
  meter.wait_begins(0s);
  turn(80ms, 1s);
  while (t < 30s) {
    EXPECT_DOUBLE_EQ(meter.longest_recent_seconds(), 0.08) << t;
    turn(1ms, 1s);
  }
  while (t < 61s) turn(1ms, 1s);
  EXPECT_DOUBLE_EQ(meter.longest_recent_seconds(), 0.001);
  EXPECT_DOUBLE_EQ(meter.longest_seconds(), 0.08);
  turn(70ms, 300s);  // an idle daemon
  turn(1ms, 0s);
  EXPECT_DOUBLE_EQ(meter.longest_recent_seconds(), 0.001) << "five minutes ago is not recent";
}

TEST(LoopMeter, SeesTheTurnsOfARealLoopAndNotItsWaits) {
  boost::asio::io_context io;
  LoopMeter meter;
  meter.attach();
  boost::asio::steady_timer timer(io, 300ms);
  timer.async_wait([&](auto) {
    std::this_thread::sleep_for(20ms);  // a handler that blocks without using the processor
    timer.expires_after(1ms);           // and another wait after it, which ends the turn
    timer.async_wait([](auto) {});
  });
  io.run();
  meter.detach();
  EXPECT_GE(meter.longest_seconds(), 0.020);
  EXPECT_LT(meter.total_seconds(), 0.300) << "the wait for the timer counted as a turn";
  EXPECT_EQ(std::accumulate(meter.buckets().begin(), meter.buckets().end(), std::uint64_t{0}), meter.turns());

  const auto before = meter.turns();
  io.restart();
  boost::asio::post(io, [] {});
  io.run();
  EXPECT_EQ(meter.turns(), before) << "detached";
}

}  // namespace
}  // namespace forestall::runtime
