// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/clock_skew.hpp"

#include <gtest/gtest.h>

#include "connectors/http/http_date.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;

// An exchange with a server whose clock is `skew` ahead, answered half-way through `round_trip`.
void exchange(ClockSkew& estimate, ManualClock& clock, Millis skew, Millis round_trip = 100ms) {
  const Instant sent = clock.now();
  clock.advance(round_trip / 2);
  const std::string date = http_date(clock.now() + skew);
  clock.advance(round_trip / 2);
  estimate.observe(date, sent, clock.now(), clock.monotonic());
  clock.advance(1s);
}

TEST(ClockSkew, BoundsHoldTheTruth) {
  for (const Millis skew : {Millis(0), Millis(-30'000), Millis(59'000), Millis(-61'500), Millis(3'600'000)}) {
    ManualClock clock;
    ClockSkew estimate;
    EXPECT_EQ(estimate.verdict(), SkewVerdict::unknown);
    for (int i = 0; i < 7; ++i) {
      clock.advance(137ms);
      exchange(estimate, clock, skew, Millis(50 + 30 * i));
      ASSERT_TRUE(estimate.bounds());
      EXPECT_LE(estimate.bounds()->least, skew);
      EXPECT_GE(estimate.bounds()->most, skew);
      EXPECT_LE(estimate.bounds()->most - estimate.bounds()->least, 1s + 230ms);
    }
  }
}

TEST(ClockSkew, MoreThanAMinuteIsTooLargeOnlyWhereItIsCertain) {
  ManualClock clock;
  ClockSkew behind, ahead, slow;
  exchange(ahead, clock, 62s);
  exchange(behind, clock, -62s);
  exchange(slow, clock, 70s, 30s);  // between 54 and 86 seconds: not certain
  EXPECT_EQ(ahead.verdict(), SkewVerdict::too_large);
  EXPECT_EQ(behind.verdict(), SkewVerdict::too_large);
  EXPECT_EQ(slow.verdict(), SkewVerdict::agreed);
}

TEST(ClockSkew, OneWrongDateMovesNothingOnceThereAreOthers) {
  ManualClock clock;
  ClockSkew estimate;
  for (int i = 0; i < 4; ++i) exchange(estimate, clock, 0s);
  exchange(estimate, clock, std::chrono::hours(8));
  EXPECT_EQ(estimate.verdict(), SkewVerdict::agreed);
  for (int i = 0; i < 3; ++i) exchange(estimate, clock, std::chrono::hours(8));
  EXPECT_EQ(estimate.verdict(), SkewVerdict::too_large);
}

TEST(ClockSkew, AStepOfOurOwnClockDropsWhatWasLearnedBefore) {
  ManualClock clock;
  ClockSkew estimate;
  for (int i = 0; i < 5; ++i) exchange(estimate, clock, 0s);
  clock.step_wall(-2min);  // now the server is two minutes ahead
  exchange(estimate, clock, 2min);
  EXPECT_EQ(estimate.verdict(), SkewVerdict::too_large);
}

TEST(ClockSkew, IgnoresWhatIsNoDate) {
  ManualClock clock;
  ClockSkew estimate;
  for (const char* text : {"", "yesterday", "0", "Mon, 99 Jan 2026 00:00:00 GMT"})
    estimate.observe(text, clock.now(), clock.now(), clock.monotonic());
  EXPECT_EQ(estimate.verdict(), SkewVerdict::unknown);
}

}  // namespace
}  // namespace forestall::http
