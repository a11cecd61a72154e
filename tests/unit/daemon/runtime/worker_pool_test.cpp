// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "daemon/runtime/task_group.hpp"

namespace forestall::runtime {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

class WorkerPoolTest : public ::testing::Test {
 protected:
  asio::io_context io;
  MemoryLogSink sink;
  TaskGroup group{io.get_executor(), Logger(sink), "test", {}};
  WorkerPool pool{2};
};

awaitable<void> sum(WorkerPool& pool, std::shared_ptr<const std::vector<int>> snapshot, long& total,
                    bool& on_loop) {
  const auto loop = std::this_thread::get_id();
  std::thread::id worker;
  total += co_await pool.run([snapshot, &worker](std::stop_token) {
    worker = std::this_thread::get_id();
    return std::accumulate(snapshot->begin(), snapshot->end(), 0L);
  });
  on_loop = std::this_thread::get_id() == loop && worker != loop;
}

TEST_F(WorkerPoolTest, WorksOffTheLoopAndDeliversOnIt) {
  const auto snapshot = std::make_shared<const std::vector<int>>(1000, 3);
  long total = 0;
  std::array<bool, 50> on_loop{};
  for (auto& flag : on_loop) group.spawn("sum", OnFailure::log, sum(pool, snapshot, total, flag));
  io.run();
  EXPECT_EQ(total, 50 * 3000);
  for (const bool flag : on_loop) EXPECT_TRUE(flag);
  EXPECT_EQ(pool.counters().finished, 50u);
  EXPECT_EQ(pool.counters().waiting_or_running, 0u);
}

awaitable<void> throwing(WorkerPool& pool) {
  co_await pool.run([](std::stop_token) { throw std::runtime_error("off the loop"); });
}

TEST_F(WorkerPoolTest, AnExceptionArrivesAtTheCaller) {
  group.spawn("thrower", OnFailure::log, throwing(pool));
  io.run();
  EXPECT_EQ(sink.count("reason=\"off the loop\""), 1u);
  EXPECT_EQ(pool.counters().waiting_or_running, 0u);
}

awaitable<void> endless(WorkerPool& pool, std::atomic<bool>& running, bool& left) {
  co_await pool.run([&running](std::stop_token stop) {
    running = true;
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  left = true;
}

TEST_F(WorkerPoolTest, ACancelledCallerStopsItsWorkAndWaitsForIt) {
  std::atomic<bool> running = false;
  bool left = false;
  group.spawn("endless", OnFailure::log, endless(pool, running, left));
  while (!running) io.poll();
  bool joined = false;
  TaskGroup outer(io.get_executor(), Logger(sink), "outer", {});
  outer.spawn("stop", OnFailure::log, [](TaskGroup& g, bool& j) -> awaitable<void> {
    co_await g.stop();
    j = true;
  }(group, joined));
  io.restart();
  io.run();
  EXPECT_TRUE(joined);
  EXPECT_TRUE(left);
  EXPECT_EQ(pool.counters().finished, 1u);
}

TEST_F(WorkerPoolTest, StoppingThePoolEndsItsWorkAndRefusesMore) {
  std::atomic<bool> running = false;
  bool left = false;
  group.spawn("endless", OnFailure::log, endless(pool, running, left));
  while (!running) io.poll();
  pool.stop();
  io.restart();
  io.run();
  EXPECT_TRUE(left);
  group.spawn("late", OnFailure::log, throwing(pool));
  io.restart();
  io.run();
  EXPECT_EQ(sink.count("work for a pool that was stopped"), 1u);
}

}  // namespace
}  // namespace forestall::runtime
