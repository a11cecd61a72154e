// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/watchdog.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace forestall::runtime {
namespace {

using namespace std::chrono_literals;

class WatchdogTest : public ::testing::Test {
 protected:
  std::size_t fed() const { return notify.messages.size(); }
  boost::asio::io_context io;  // outlives the clock, whose timers hold work of it
  ManualClock clock;
  MemoryNotify notify;
  MemoryLogSink sink;
  Watchdog watchdog{clock, notify, Logger(sink), 30s};
};

TEST_F(WatchdogTest, IsFedOnlyWhileEveryPartMakesProgress) {
  auto& decisions = watchdog.watch("decisions");
  auto& polls = watchdog.watch("polls");
  decisions.made();
  polls.made();
  EXPECT_TRUE(watchdog.check());
  EXPECT_EQ(notify.messages.back(), "WATCHDOG=1");
  polls.made();
  EXPECT_FALSE(watchdog.check());
  EXPECT_EQ(fed(), 1u);
  EXPECT_EQ(watchdog.withheld(), 1u);
  EXPECT_EQ(sink.lines().back(), "level=error event=no_progress part=decisions passes=1 period=15s");
  decisions.made();
  polls.made();
  EXPECT_TRUE(watchdog.check());
}

TEST_F(WatchdogTest, AStuckDecisionLoopStarvesItWhileTheEventLoopTurns) {
  auto& decisions = watchdog.watch("decisions");
  boost::asio::co_spawn(io, watchdog.run(), boost::asio::detached);
  const auto settle = [&] { io.restart(), io.poll(); };
  settle();
  for (int i = 0; i < 8; ++i) {
    decisions.made();
    clock.advance(15s, settle);
  }
  EXPECT_EQ(fed(), 8u) << "twice in each 30 s";
  clock.advance(5min, settle);
  EXPECT_EQ(fed(), 8u);
}

TEST_F(WatchdogTest, AWallClockThatStepsBackAnHourChangesNothing) {
  auto& decisions = watchdog.watch("decisions");
  boost::asio::co_spawn(io, watchdog.run(), boost::asio::detached);
  const auto settle = [&] { io.restart(), io.poll(); };
  settle();
  for (int i = 0; i < 4; ++i) {
    clock.step_wall(i % 2 == 0 ? Millis(-1h) : Millis(2h));
    decisions.made();
    clock.advance(15s, settle);
    EXPECT_EQ(fed(), static_cast<std::size_t>(i) + 1);
  }
}

TEST_F(WatchdogTest, NotWatchedItStillReportsWhoStandsStill) {
  Watchdog alone(clock, notify, Logger(sink), std::nullopt);
  auto& part = alone.watch("decisions");
  part.made();
  EXPECT_TRUE(alone.check());
  EXPECT_EQ(fed(), 0u);
  EXPECT_FALSE(alone.check());
  EXPECT_EQ(sink.count("no_progress"), 1u);
}

}  // namespace
}  // namespace forestall::runtime
