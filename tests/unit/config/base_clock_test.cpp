// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <vector>

#include "config/base/clock.hpp"
#include "config/base/random.hpp"

namespace forestall {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, FiresInOrderOfTimeThenOfSetting) {
  ManualClock clock;
  std::vector<int> order;
  const auto start = clock.monotonic();
  clock.wake_at(start + 2s, [&] { order.push_back(3); });
  clock.wake_at(start + 1s, [&] { order.push_back(1); });
  clock.wake_at(start + 1s, [&] { order.push_back(2); });
  clock.advance(5s);
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
  EXPECT_EQ(clock.pending(), 0u);
}

TEST(ManualClock, ATimerSeesItsOwnTimeAndMaySetAnother) {
  ManualClock clock;
  const auto start = clock.monotonic();
  std::vector<Monotonic> seen;
  clock.wake_at(start + 1s, [&] {
    seen.push_back(clock.monotonic());
    clock.wake_at(start + 3s, [&] { seen.push_back(clock.monotonic()); });
  });
  clock.advance(10s);
  EXPECT_EQ(seen, (std::vector{start + 1s, start + 3s}));
  EXPECT_EQ(clock.monotonic(), start + 10s);
}

TEST(ManualClock, ACancelledTimerDoesNotFire) {
  ManualClock clock;
  bool fired = false;
  const auto id = clock.wake_at(clock.monotonic() + 1s, [&] { fired = true; });
  clock.cancel(id);
  clock.cancel(TimerId::none);
  clock.advance(2s);
  EXPECT_FALSE(fired);
}

TEST(ManualClock, SteppingTheWallBackLeavesMonotonicTimeAlone) {
  ManualClock clock;
  const auto wall = clock.now();
  const auto mono = clock.monotonic();
  clock.step_wall(-1h);
  EXPECT_EQ(clock.now(), wall - 1h);
  EXPECT_EQ(clock.monotonic(), mono);
  clock.advance(1h);
  EXPECT_EQ(clock.now(), wall);
}

TEST(ManualClock, ADayOfSecondTicksIsFast) {
  ManualClock clock;
  int ticks = 0;
  std::function<void()> tick = [&] {
    ++ticks;
    clock.wake_at(clock.monotonic() + 1s, [&] { tick(); });
  };
  clock.wake_at(clock.monotonic() + 1s, [&] { tick(); });
  clock.advance(24h);
  EXPECT_EQ(ticks, 86400);
}

TEST(Random, SeededNumbersRepeatAndStayInRange) {
  SeededRandom a(7);
  SeededRandom b(7);
  for (int i = 0; i < 1000; ++i) {
    const auto n = a.below(10);
    EXPECT_EQ(n, b.below(10));
    EXPECT_LT(n, 10u);
    const double u = a.unit();
    EXPECT_EQ(u, b.unit());
    EXPECT_TRUE(u >= 0 && u < 1);
  }
}

}  // namespace
}  // namespace forestall
