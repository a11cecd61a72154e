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
  Watchdog watchdog{clock, notify, Logger(sink), 30s, 40s};
};

TEST_F(WatchdogTest, IsFedOnlyWhileNoPartStandsStillForLongerThanItsDeadline) {
  auto& decisions = watchdog.watch("decisions");
  auto& polls = watchdog.watch("polls");
  EXPECT_EQ(watchdog.period(), 15s);
  for (const bool fed_then : {true, true, true, false}) {  // at 0, 15, 30 and 45 s
    polls.made();
    EXPECT_EQ(watchdog.check(), fed_then);
    clock.advance(15s);
  }
  EXPECT_EQ(notify.messages, std::vector<std::string>(3, "WATCHDOG=1"));
  EXPECT_EQ(watchdog.withheld(), 1u);
  EXPECT_EQ(sink.lines().back(), "level=error event=no_progress part=decisions for=45s");
  decisions.made();
  EXPECT_TRUE(watchdog.check());
  watchdog.set_progress_deadline(10s);
  EXPECT_EQ(watchdog.period(), 5s);
  clock.advance(10s);
  EXPECT_FALSE(watchdog.check());
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
  clock.advance(1h, settle);
  EXPECT_EQ(fed(), 8u + 2u) << "until the deadline, and never again";
}

TEST_F(WatchdogTest, AWallClockThatStepsBackAnHourChangesNothing) {
  auto& decisions = watchdog.watch("decisions");
  boost::asio::co_spawn(io, watchdog.run(), boost::asio::detached);
  const auto settle = [&] { io.restart(), io.poll(); };
  settle();
  for (std::size_t i = 1; i <= 4; ++i) {
    clock.step_wall(i % 2 == 0 ? Millis(-1h) : Millis(2h));
    decisions.made();
    clock.advance(15s, settle);
    EXPECT_EQ(fed(), i);
  }
  clock.step_wall(-1h);
  clock.advance(10min, settle);
  EXPECT_GT(watchdog.withheld(), 0u) << "a stall is noticed whatever the wall clock says";
}

TEST_F(WatchdogTest, NotWatchedItStillReportsWhoStandsStill) {
  Watchdog alone(clock, notify, Logger(sink), std::nullopt, 40s);
  alone.watch("decisions").made();
  EXPECT_EQ(alone.period(), 20s);
  EXPECT_TRUE(alone.check());
  EXPECT_EQ(fed(), 0u);
  clock.advance(40s);
  EXPECT_FALSE(alone.check());
  EXPECT_EQ(sink.count("no_progress"), 1u);
}

}  // namespace
}  // namespace forestall::runtime
