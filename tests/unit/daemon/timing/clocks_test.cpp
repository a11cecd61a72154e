// SPDX-License-Identifier: Apache-2.0
// Virtual clocks: what they say and whom they wake, and when.
#include <gmock/gmock.h>

#include "daemon/timing/machine_clock.hpp"
#include "daemon/timing/scaled_clock.hpp"
#include "daemon/timing/stepped_clock.hpp"

namespace forestall::timing {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const Instant start = std::chrono::sys_days(std::chrono::year{2026} / 2 / 2);

TEST(AnchorTest, TwoWhoHoldItAgreeToTheNanosecondAfterWeeks) {
  const Anchor anchor{.machine = 123'456'789ns, .world = start, .speed = 3600};
  const auto later = anchor.machine + std::chrono::hours(24 * 20) + 7ns;
  EXPECT_EQ(anchor.elapsed(later), std::chrono::hours(24 * 20) * 3600 + 7ns * 3600);
  EXPECT_EQ(anchor.at(later), start + std::chrono::days(20 * 3600));
  EXPECT_EQ(anchor.at(anchor.machine), start);
}

TEST(AnchorTest, APointBeforeItIsEarlier) {
  const Anchor anchor{.machine = 10s, .world = start, .speed = 60};
  EXPECT_EQ(anchor.at(9s), start - 1min);
}

TEST(ScaledClockTest, RunsSoManyTimesAsFastAndWakesNobodyEarly) {
  ManualClock machine;
  machine.advance(5s);
  ScaledClock world(machine, {.machine = 5s, .world = start, .speed = 60});
  std::vector<Instant> woken;
  for (const auto after : {90s, 30s, 1s})
    world.wake_at(world.monotonic() + after, [&] { woken.push_back(world.now()); });
  machine.advance(500ms);
  EXPECT_EQ(world.now(), start + 30s);
  machine.advance(1s + 1ms);
  ASSERT_EQ(woken.size(), 3U);
  EXPECT_GE(woken[0], start + 1s);
  EXPECT_GE(woken[1], start + 30s);
  EXPECT_GE(woken[2], start + 90s);
  EXPECT_LE(woken[2], start + 91s);
}

TEST(ScaledClockTest, AWaitWithoutEndStaysOneAtEverySpeed) {
  ManualClock machine;
  ScaledClock world(machine, {.world = start, .speed = 0.001});
  const auto id = world.wake_at(Monotonic::max(), [] { FAIL(); });
  machine.advance(std::chrono::hours(24));
  world.cancel(id);
  EXPECT_EQ(machine.pending(), 0U);
}

TEST(SteppedClockTest, StandsUntilItIsSetAndFiresOneAtATimeInOrder) {
  SteppedClock clock(start);
  std::vector<int> fired;
  clock.wake_at(Monotonic(2s), [&] { fired.push_back(2); });
  clock.wake_at(Monotonic(1s), [&] { fired.push_back(1); });
  const auto gone = clock.wake_at(Monotonic(1s), [&] { fired.push_back(9); });
  clock.wake_at(Monotonic(2s), [&] { fired.push_back(3); });
  clock.cancel(gone);
  EXPECT_FALSE(clock.fire_one());
  EXPECT_EQ(clock.next_due(), start + 1s);
  clock.set(start + 2s);
  EXPECT_EQ(clock.now(), start + 2s);
  EXPECT_TRUE(clock.fire_one());
  EXPECT_THAT(fired, ElementsAre(1));
  EXPECT_TRUE(clock.fire_one());
  EXPECT_TRUE(clock.fire_one());
  EXPECT_FALSE(clock.fire_one());
  EXPECT_THAT(fired, ElementsAre(1, 2, 3));
  EXPECT_EQ(clock.next_due(), std::nullopt);
}

TEST(SteppedClockTest, IsDueAtTheNextWholeMillisecondAndNeverGoesBack) {
  SteppedClock clock(start);
  clock.wake_at(Monotonic(1500us), [] {});
  EXPECT_EQ(clock.next_due(), start + 2ms);
  clock.set(start + 5ms);
  EXPECT_EQ(clock.next_due(), start + 5ms);
  clock.set(start);
  EXPECT_EQ(clock.now(), start + 5ms);
}

TEST(SteppedClockTest, AWaitWithoutEndIsNoReasonToMove) {
  SteppedClock clock(start);
  clock.wake_at(Monotonic::max(), [] {});
  EXPECT_EQ(clock.next_due(), std::nullopt);
}

TEST(MachineClockTest, ShowsTheWorldsCalendarAtTheMachinesPace) {
  ManualClock machine;
  SteppedClock world(start);
  MachineClock clock(machine);
  EXPECT_EQ(clock.now(), machine.now());
  clock.show(world);
  machine.advance(3s);
  EXPECT_EQ(clock.now(), start);
  EXPECT_EQ(clock.monotonic(), machine.monotonic());
}

}  // namespace
}  // namespace forestall::timing
