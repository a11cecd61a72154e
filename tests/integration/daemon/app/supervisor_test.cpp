// SPDX-License-Identifier: Apache-2.0
// The supervisor over parts that are slow, fail, or never end, on a manual clock and with real signals.
#include "daemon/app/supervisor.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "connectors/net/sleep.hpp"
#include "connectors/net/system_clock.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;
using runtime::ExitCode;
using ::testing::ElementsAre;

struct Behaviour {
  std::chrono::nanoseconds start_takes{};
  Status start_gives{};
  bool stop_never_ends = false;
};

class SupervisorTest : public ::testing::Test {
 protected:
  static awaitable<Status> start(SupervisorTest& self, std::string name, Behaviour how) {
    self.steps.push_back("start " + name);
    if (how.start_takes > 0ns) {
      boost::asio::post(self.io, [] { std::raise(SIGTERM); });
      co_await net::sleep_for(self.clock, how.start_takes);
    }
    self.steps.push_back("up " + name);
    co_return how.start_gives;
  }
  static awaitable<void> stop(SupervisorTest& self, std::string name, Behaviour how) {
    self.steps.push_back("stop " + name);
    if (how.stop_never_ends) co_await net::sleep_for(self.clock, 1h);
  }
  Part part(const std::string& name, Behaviour how = {}) {
    return {.name = name,
            .start = [this, name, how] { return start(*this, name, how); },
            .stop = [this, name, how] { return stop(*this, name, how); }};
  }
  // Leaves with SIGTERM as soon as everything is up.
  Part asks_to_leave() {
    auto last = part("last");
    last.start = [this] {
      std::raise(SIGTERM);
      return start(*this, "last", {});
    };
    return last;
  }
  ExitCode run(Parts parts, Millis drain_deadline = 10s) {
    Supervisor supervisor(io, clock, Logger(sink), notify, signals, life,
                          {.drain_deadline = [drain_deadline] { return drain_deadline; },
                           .reload = [this] { steps.emplace_back("reload"); },
                           .abandon =
                               [this](ExitCode code) {
                                 for (const auto& line : sink.lines())
                                   std::fprintf(stderr, "%s\n", line.c_str());
                                 _exit(runtime::to_int(code));
                               }});
    running = &supervisor;
    return supervisor.run(parts, conditions.declare("started", "starting"));
  }

  boost::asio::io_context io;
  net::SystemClock clock{io.get_executor()};
  MemoryLogSink sink;
  runtime::MemoryNotify notify;
  runtime::Signals signals{io.get_executor()};
  runtime::Lifecycle life;
  Conditions conditions;
  Supervisor* running = nullptr;
  std::vector<std::string> steps;
};

TEST_F(SupervisorTest, StartsInOrderAndStopsInReverse) {
  EXPECT_EQ(run({part("a"), part("b"), asks_to_leave()}), ExitCode::ok);
  EXPECT_THAT(steps, ElementsAre("start a", "up a", "start b", "up b", "start last", "up last", "stop last",
                                 "stop b", "stop a"));
  EXPECT_FALSE(conditions.all_met()) << "a daemon that stops is not fit to act";
}

TEST_F(SupervisorTest, SigtermDuringASlowStartStopsWhatHadStarted) {
  EXPECT_EQ(run({part("a"), part("slow", {.start_takes = 1h}), part("never")}), ExitCode::ok);
  EXPECT_THAT(steps, ElementsAre("start a", "up a", "start slow", "stop slow", "stop a"));
  EXPECT_THAT(notify.messages, ::testing::Not(::testing::Contains(::testing::StartsWith("READY=1"))));
}

TEST_F(SupervisorTest, APartThatCannotStartEndsTheDaemonWithItsReason) {
  EXPECT_EQ(run({part("a"), part("b", {.start_gives = fail(ErrorCode::io, "port taken")}), part("c")}),
            ExitCode::refused);
  EXPECT_THAT(steps, ElementsAre("start a", "up a", "start b", "up b", "stop b", "stop a"));
  EXPECT_EQ(sink.count("event=start_failed part=b reason=\"io: port taken\""), 1u);
}

TEST_F(SupervisorTest, APartThatThrowsWhileStartingEndsItToo) {
  auto throwing = part("b");
  throwing.start = []() -> awaitable<Status> {
    throw std::runtime_error("bug");
    co_return Status{};
  };
  EXPECT_EQ(run({part("a"), throwing}), ExitCode::refused);
  EXPECT_THAT(steps, ElementsAre("start a", "up a", "stop b", "stop a"));
}

TEST_F(SupervisorTest, APartThatFailsLaterDrainsTheRest) {
  auto failing = part("last");
  failing.start = [this] {
    boost::asio::post(io, [this] { running->part_failed(); });
    return start(*this, "last", {});
  };
  EXPECT_EQ(run({part("a"), failing}), ExitCode::failed);
  EXPECT_EQ(steps.back(), "stop a");
}

TEST_F(SupervisorTest, ADrainThatNeverEndsIsAbandonedAndSaysWhoItWaitedFor) {
  EXPECT_EXIT(run({part("stubborn", {.stop_never_ends = true}), asks_to_leave()}, 50ms),
              ::testing::ExitedWithCode(4), "event=drain_expired part=stubborn exit_code=4");
}

TEST_F(SupervisorTest, SighupReloadsAndTellsBothSides) {
  auto last = part("last");
  last.start = [this] {
    boost::asio::post(io, [] { std::raise(SIGHUP), std::raise(SIGTERM); });
    return start(*this, "last", {});
  };
  EXPECT_EQ(run({last}), ExitCode::ok);
  EXPECT_EQ(std::ranges::count(steps, "reload"), 1);
}

}  // namespace
}  // namespace forestall::app
