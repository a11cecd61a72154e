// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/task_group.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <stdexcept>

#include "config/base/clock.hpp"
#include "connectors/net/sleep.hpp"

namespace forestall::runtime {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using ::testing::ElementsAre;

class TaskGroupTest : public ::testing::Test {
 protected:
  void stop(TaskGroup& which, bool& joined) {
    asio::co_spawn(
        io,
        [](TaskGroup& g, bool& done) -> awaitable<void> {
          co_await g.stop();
          done = true;
        }(which, joined),
        asio::detached);
  }
  void settle() { io.restart(), io.poll(); }

  asio::io_context io;
  ManualClock clock;
  MemoryLogSink sink;
  std::vector<std::string> fatal;
  TaskGroup group{io.get_executor(), Logger(sink, LogLevel::debug), "test",
                  [this](std::string_view task) { fatal.emplace_back(task); }};
};

awaitable<void> sleep_then_count(Clock& clock, std::chrono::nanoseconds d, int& n) {
  co_await net::sleep_for(clock, d);
  ++n;
}

awaitable<void> forever(Clock& clock) {
  for (;;) co_await net::sleep_for(clock, 1h);
}

awaitable<void> fail_after(Clock& clock, std::chrono::nanoseconds d, std::string what) {
  co_await net::sleep_for(clock, d);
  throw std::runtime_error(what);
}

// Ignores nothing but takes its time to leave.
awaitable<void> clean_up_slowly(Clock& clock, bool& cleaned) {
  try {
    co_await net::sleep_for(clock, 24h);
  } catch (const boost::system::system_error&) {
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await asio::this_coro::reset_cancellation_state();
  co_await net::sleep_for(clock, 5s);
  cleaned = true;
}

TEST_F(TaskGroupTest, RunsTasksAndForgetsThoseThatEnd) {
  int n = 0;
  EXPECT_NE(group.spawn("a", OnFailure::log, sleep_then_count(clock, 1s, n)), TaskId::none);
  EXPECT_NE(group.spawn("b", OnFailure::log, sleep_then_count(clock, 2s, n)), TaskId::none);
  settle();
  EXPECT_EQ(n, 0);
  clock.advance(1s, [&] { settle(); });
  EXPECT_EQ(n, 1);
  EXPECT_THAT(group.names(), ElementsAre("b"));
  clock.advance(1s, [&] { settle(); });
  EXPECT_EQ(group.size(), 0u);
  EXPECT_TRUE(sink.lines().empty());
}

TEST_F(TaskGroupTest, StopCancelsJoinsAndRefusesNewWork) {
  int n = 0;
  bool joined = false;
  for (int i = 0; i < 100; ++i)
    group.spawn("sleeper", OnFailure::stop_daemon, sleep_then_count(clock, 1h, n));
  settle();
  stop(group, joined);
  settle();
  EXPECT_TRUE(joined);
  EXPECT_EQ(n, 0);
  EXPECT_EQ(clock.pending(), 0u);
  EXPECT_EQ(group.spawn("late", OnFailure::log, forever(clock)), TaskId::none);
  EXPECT_EQ(group.size(), 0u);
  EXPECT_TRUE(fatal.empty()) << "being cancelled is no failure";
  EXPECT_TRUE(sink.lines().empty());
}

TEST_F(TaskGroupTest, ATaskStoppedBeforeItsFirstStepNeverRuns) {
  bool joined = false;
  int n = 0;
  group.spawn("never", OnFailure::log, sleep_then_count(clock, 0s, n));
  stop(group, joined);
  settle();
  EXPECT_TRUE(joined);
  EXPECT_EQ(n, 0);
}

TEST_F(TaskGroupTest, ATaskMayStopItsOwnGroupAndReturnAtOnce) {
  bool ran = false;
  group.spawn("last", OnFailure::stop_daemon, [](TaskGroup& g, bool& r) -> awaitable<void> {
    r = true;
    g.begin_stop();
    co_return;
  }(group, ran));
  EXPECT_FALSE(ran) << "starts from the loop, not inside spawn()";
  settle();
  EXPECT_TRUE(ran);
  EXPECT_EQ(group.size(), 0u);
  EXPECT_TRUE(fatal.empty());
}

TEST_F(TaskGroupTest, StopWaitsForCleanUp) {
  bool cleaned = false;
  bool joined = false;
  group.spawn("slow", OnFailure::log, clean_up_slowly(clock, cleaned));
  settle();
  stop(group, joined);
  settle();
  EXPECT_FALSE(joined);
  EXPECT_THAT(group.names(), ElementsAre("slow")) << "a drain that takes long can say who it waits for";
  clock.advance(5s, [&] { settle(); });
  EXPECT_TRUE(cleaned);
  EXPECT_TRUE(joined);
}

TEST_F(TaskGroupTest, AnExceptionBringsItsStatedConsequence) {
  group.spawn("one connection", OnFailure::log, fail_after(clock, 1s, "bad peer"));
  group.spawn("decisions", OnFailure::stop_daemon, fail_after(clock, 2s, "bug"));
  settle();
  clock.advance(1s, [&] { settle(); });
  EXPECT_THAT(
      sink.lines(),
      ElementsAre("level=error event=task_failed group=test task=\"one connection\" reason=\"bad peer\" "
                  "consequence=none"));
  EXPECT_TRUE(fatal.empty());
  clock.advance(1s, [&] { settle(); });
  EXPECT_THAT(fatal, ElementsAre("decisions"));
  EXPECT_EQ(sink.count("task=decisions reason=bug consequence=stop_daemon"), 1u);
  EXPECT_EQ(group.counters().failed, 2u);
  EXPECT_EQ(group.counters().started, 2u);
}

TEST_F(TaskGroupTest, OneTaskCanBeCancelled) {
  int n = 0;
  const auto id = group.spawn("cancelled", OnFailure::stop_daemon, sleep_then_count(clock, 1s, n));
  group.spawn("stays", OnFailure::log, sleep_then_count(clock, 1s, n));
  settle();
  group.cancel(id);
  group.cancel(TaskId{999});
  settle();
  EXPECT_THAT(group.names(), ElementsAre("stays"));
  clock.advance(1s, [&] { settle(); });
  group.cancel(id);
  EXPECT_EQ(n, 1);
  EXPECT_TRUE(fatal.empty());
}

// An aborted operation that nobody here asked for is a failure like any other.
TEST_F(TaskGroupTest, AStrayAbortIsAFailure) {
  group.spawn("odd", OnFailure::stop_daemon, []() -> awaitable<void> {
    throw boost::system::system_error(asio::error::operation_aborted);
    co_return;
  }());
  settle();
  EXPECT_THAT(fatal, ElementsAre("odd"));
}

TEST_F(TaskGroupTest, StopItselfCanBeGivenUp) {
  bool cleaned = false;
  std::size_t winner = 9;
  group.spawn("slow", OnFailure::log, clean_up_slowly(clock, cleaned));
  settle();
  asio::co_spawn(
      io,
      [](TaskGroup& g, Clock& c, std::size_t& w) -> awaitable<void> {
        w = (co_await (g.stop() || net::sleep_for(c, 1s))).index();
      }(group, clock, winner),
      asio::detached);
  settle();
  clock.advance(1s, [&] { settle(); });
  EXPECT_EQ(winner, 1u);
  EXPECT_EQ(group.size(), 1u);
  clock.advance(5s, [&] { settle(); });
  EXPECT_EQ(group.size(), 0u);
}

TEST(TaskGroupDeathTest, ATaskThatOutlivesItsGroupIsABugThatShows) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        asio::io_context io;
        ManualClock clock;
        MemoryLogSink sink;
        TaskGroup group(io.get_executor(), Logger(sink), "g", {});
        group.spawn("t", OnFailure::log, forever(clock));
        io.poll();
      },
      "");
}

}  // namespace
}  // namespace forestall::runtime
