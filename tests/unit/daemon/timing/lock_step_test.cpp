// SPDX-License-Identifier: Apache-2.0
// Time moves only when nothing is under way, to the next timer, one thing after the other.
#include "daemon/timing/lock_step.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "connectors/net/sleep.hpp"
#include "connectors/net/system_clock.hpp"
#include "daemon/timing/counted_http.hpp"
#include "tests/support/http/fake_client.hpp"

namespace forestall::timing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using asio::awaitable;
using testing::ElementsAre;

const Instant start = std::chrono::sys_days(std::chrono::year{2026} / 2 / 2);

// A world that answers every step with the time asked for.
struct World {
  World()
      : system(io.get_executor()),
        activity(io.get_executor()),
        sandbox(system, [this](const http::Request& request) { return answer(request); }),
        source(sandbox, *ClockSource::parse_address("http://127.0.0.1:1")),
        lock_step(io, clock, activity, source, start + 1h, Logger(log)) {
    lock_step.begin({.may_move = [this] { return started; },
                     .ended = [this] { ended = clock.now(); },
                     .failed = [this](std::string_view task) { failed = task; }});
  }
  Result<http::Response> answer(const http::Request& request) {
    if (broken) return test::json_response(500, "{}");
    const auto to = request.body.substr(7, request.body.size() - 9);
    steps.push_back(to.substr(11));
    return test::json_response(
        200,
        fmt::format(R"({{"now":"{0}","end":"2026-02-02T01:00:00Z","lock_step":true,"speed":1,"seed":"1",)"
                    R"("anchor":{{"machine_ns":"0","at":"{0}"}}}})",
                    to));
  }
  void spawn(awaitable<void> task) {
    asio::co_spawn(io, std::move(task), [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }
  // Until the loop waits for something that is not coming, or `until` is past.
  void run(Instant until) {
    asio::steady_timer give_up(io, 5s);
    bool late = false;
    give_up.async_wait([&](const auto& error) { late = !error; });
    while (clock.now() < until && failed.empty() && !late) lock_step.run_one();
    EXPECT_FALSE(late);
    give_up.cancel();
    io.poll();
  }

  asio::io_context io{1};
  net::SystemClock system;
  MemoryLogSink log;
  SteppedClock clock{start};
  Activity activity;
  test::FakeClient sandbox;
  ClockSource source;
  LockStep lock_step;
  std::vector<std::string> steps;
  std::vector<std::string> seen;
  std::optional<Instant> ended;
  std::string failed;
  bool started = true;
  bool broken = false;
};

awaitable<void> every(World& world, std::string name, std::chrono::minutes period, int times) {
  for (int i = 0; i < times; ++i) {
    co_await net::sleep_for(world.clock, period);
    world.seen.push_back(fmt::format("{} {}", name, to_string(world.clock.now()).substr(14, 5)));
  }
}

TEST(LockStepTest, GoesStraightFromTimerToTimer) {
  World world;
  world.spawn(every(world, "a", 10min, 3));
  world.spawn(every(world, "b", 15min, 2));
  world.spawn(every(world, "end", 31min, 1));
  world.run(start + 31min);
  world.lock_step.run_one();
  world.lock_step.run_one();
  EXPECT_THAT(world.steps, ElementsAre("00:10:00Z", "00:15:00Z", "00:20:00Z", "00:30:00Z", "00:31:00Z"));
  EXPECT_THAT(world.seen, ElementsAre("a 10:00", "b 15:00", "a 20:00", "b 30:00", "a 30:00", "end 31:00"));
}

awaitable<void> slow_work(World& world) {
  const auto share = world.activity.begin();
  asio::steady_timer machine(world.io, 20ms);
  co_await machine.async_wait(asio::use_awaitable);
  world.seen.push_back("work done " + to_string(world.clock.now()).substr(14, 5));
}

TEST(LockStepTest, TimeStandsWhileSomethingIsUnderWay) {
  World world;
  world.spawn(slow_work(world));
  world.spawn(every(world, "a", 10min, 1));
  world.run(start + 10min);
  EXPECT_THAT(world.seen, testing::Contains("work done 00:00"));
}

TEST(LockStepTest, TimeStandsWhileTheDaemonStarts) {
  World world;
  world.started = false;
  world.spawn(every(world, "a", 10min, 1));
  for (int i = 0; i < 20 && world.io.poll_one() > 0; ++i) {
  }
  asio::steady_timer soon(world.io, 5ms);
  soon.async_wait([&](const auto&) { world.started = true; });
  EXPECT_EQ(world.lock_step.run_one(), 1U);  // the timer of the machine, not of the world
  EXPECT_THAT(world.steps, ElementsAre());
  world.run(start + 10min);
  EXPECT_THAT(world.steps, ElementsAre("00:10:00Z"));
}

// Answers after as many milliseconds as the path says.
class Sleepy final : public http::HttpClient {
 public:
  explicit Sleepy(World& world) : world_(world) {}
  awaitable<Result<http::Response>> send(http::Request request) override {
    asio::steady_timer machine(world_.io, std::chrono::milliseconds(std::stoi(request.path)));
    co_await machine.async_wait(asio::use_awaitable);
    world_.seen.push_back(request.path);
    co_return http::Response{.status = 200};
  }

 private:
  World& world_;
};

awaitable<void> call(http::HttpClient& http, std::string path) {
  http::Request request;
  request.path = std::move(path);
  co_await http.send(std::move(request));
}

TEST(LockStepTest, CallsAnswerInTheOrderOfAskingHoweverLongEachTakes) {
  World world;
  Sleepy slow(world);
  CountedHttp http(slow, world.activity);
  for (const auto* path : {"20", "1", "10"}) world.spawn(call(http, path));
  world.spawn(every(world, "a", 1min, 1));
  world.run(start + 1min);
  world.lock_step.run_one();
  world.lock_step.run_one();
  EXPECT_THAT(world.seen, ElementsAre("20", "1", "10", "a 01:00"));
  EXPECT_EQ(world.lock_step.counters().calls, 3U);
}

TEST(LockStepTest, SaysOnceThatTheHistoryIsOver) {
  World world;
  world.spawn(every(world, "a", 25min, 4));
  world.run(start + 100min);
  EXPECT_EQ(world.ended, start + 75min);
  EXPECT_EQ(world.log.count("history_ended"), 1U);
}

TEST(LockStepTest, ASandboxThatIsGoneEndsTheDaemon) {
  World world;
  world.broken = true;
  world.spawn(every(world, "a", 1min, 1));
  world.run(start + 1min);
  EXPECT_EQ(world.failed, "advance");
}

}  // namespace
}  // namespace forestall::timing
