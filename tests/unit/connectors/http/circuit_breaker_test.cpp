// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/circuit_breaker.hpp"

#include <gtest/gtest.h>

#include "config/base/random.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;
using enum CallResult;

struct Calls {
  CircuitBreaker breaker;
  Monotonic now{};
  void call(CallResult result) {
    const auto permit = breaker.admit(now);
    ASSERT_TRUE(permit.allowed);
    breaker.record(permit, result, now);
  }
};

TEST(CircuitBreaker, OpensAfterConsecutiveFailuresAndOneProbeDecides) {
  Calls calls;
  for (int i = 0; i < 4; ++i) calls.call(failed);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::closed);
  calls.call(failed);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::open);
  EXPECT_FALSE(calls.breaker.admit(calls.now).allowed);
  EXPECT_EQ(calls.breaker.admit(calls.now).retry_at, calls.now + 15s);

  calls.now += 15s;
  const auto probe = calls.breaker.admit(calls.now);
  EXPECT_TRUE(probe.allowed && probe.probe);
  EXPECT_FALSE(calls.breaker.admit(calls.now).allowed) << "one probe at a time";
  calls.breaker.record(probe, succeeded, calls.now);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::closed);
  calls.call(succeeded);
}

TEST(CircuitBreaker, AFailedProbeDoublesThePauseUpToTheLongest) {
  Calls calls;
  for (int i = 0; i < 5; ++i) calls.call(failed);
  for (const auto pause : {15s, 30s, 60s, 120s, 240s, 300s, 300s}) {
    EXPECT_FALSE(calls.breaker.admit(calls.now + pause - 1ns).allowed);
    calls.now += pause;
    calls.call(failed);
  }
  calls.now += 300s;
  calls.call(succeeded);
  for (int i = 0; i < 5; ++i) calls.call(failed);
  EXPECT_EQ(calls.breaker.admit(calls.now).retry_at, calls.now + 15s) << "recovery forgets";
}

TEST(CircuitBreaker, AnAbandonedProbeLeavesItsPlaceToTheNext) {
  Calls calls;
  for (int i = 0; i < 5; ++i) calls.call(failed);
  calls.now += 15s;
  calls.call(ignored);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::half_open);
  calls.call(succeeded);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::closed);
}

TEST(CircuitBreaker, OpensAtHalfFailuresWithinTheWindowOnly) {
  Calls calls;
  for (int i = 0; i < 9; ++i) {
    calls.call(i % 2 == 0 ? succeeded : failed);
    calls.now += 1s;
  }
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::closed) << "too few to say";
  calls.call(failed);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::open);

  Calls slow;
  for (int i = 0; i < 100; ++i) {
    slow.call(i % 2 == 0 ? succeeded : failed);
    slow.now += 7s;  // at most nine of them in any window
  }
  EXPECT_EQ(slow.breaker.state(slow.now), BreakerState::closed);
}

TEST(CircuitBreaker, WhatSaysNothingChangesNothing) {
  Calls calls;
  for (int i = 0; i < 100; ++i) calls.call(ignored);
  for (int i = 0; i < 4; ++i) calls.call(failed);
  calls.call(ignored);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::closed);
  calls.call(failed);
  EXPECT_EQ(calls.breaker.state(calls.now), BreakerState::open);
}

TEST(CircuitBreaker, StragglersFromBeforeItOpenedDecideNothing) {
  CircuitBreaker breaker;
  const Monotonic now{};
  const auto straggler = breaker.admit(now);
  for (int i = 0; i < 5; ++i) breaker.record(breaker.admit(now), failed, now);
  breaker.record(straggler, succeeded, now);
  EXPECT_EQ(breaker.state(now), BreakerState::open);
}

// Whatever happens, never two probes at once, and never stuck: after the longest pause a call gets through.
TEST(CircuitBreaker, IsNeverStuck) {
  SeededRandom random(3);
  CircuitBreaker breaker;
  Monotonic now{};
  std::vector<CircuitBreaker::Permit> in_flight;
  for (int i = 0; i < 20'000; ++i) {
    now += Millis(static_cast<std::int64_t>(random.below(3000)));
    if (const auto permit = breaker.admit(now); permit.allowed) in_flight.push_back(permit);
    int probes = 0;
    for (const auto& permit : in_flight) probes += permit.probe ? 1 : 0;
    ASSERT_LE(probes, 1);
    while (in_flight.size() > random.below(4)) {
      breaker.record(in_flight.front(), static_cast<CallResult>(random.below(3)), now);
      in_flight.erase(in_flight.begin());
    }
  }
  for (const auto& permit : in_flight) breaker.record(permit, failed, now);
  EXPECT_TRUE(breaker.admit(now + 300s).allowed);
}

}  // namespace
}  // namespace forestall::http
