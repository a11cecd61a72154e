// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/asking.hpp"

#include <gtest/gtest.h>

#include "tests/unit/daemon/parcels/parcel_fixture.hpp"

namespace forestall::parcels {
namespace {

const Instant now = at("2026-03-10T12:00:00Z");
constexpr Millis poll = hours(4);

Parcel moving(std::optional<Instant> deliver_by) {
  Parcel p;
  p.first_scan_at = now - days(2);
  p.deliver_by = deliver_by;
  return p;
}

TEST(Asking, OftenerNearThePromiseAndWhileNobodyHasScanned) {
  EXPECT_EQ(ask_every(moving(now + days(4)), poll, now), poll);
  EXPECT_EQ(ask_every(moving(now + hours(20)), poll, now), hours(1));
  EXPECT_EQ(ask_every(moving(now - hours(40)), poll, now), hours(1));
  EXPECT_EQ(ask_every(moving(now - days(20)), poll, now), hours(24));
  EXPECT_EQ(ask_every(Parcel{}, poll, now), hours(2));
  EXPECT_EQ(ask_every(moving(now), std::chrono::minutes(5), now), std::chrono::minutes(5))
      << "never rarer than set";
}

TEST(Asking, APromiseThatComesNearBringsItForward) {
  const Parcel p = moving(now + hours(26));
  EXPECT_EQ(due_at(p, now, poll, now), now + hours(2)) << "a day before the promise";
  EXPECT_EQ(due_at(moving(now + days(4)), now, poll, now), now + poll);
}

// Under any overload the parcel near its promise gets ahead, and the one in mid-transit gets its turn.
TEST(Asking, NobodyStarves) {
  const Parcel near = moving(now + hours(12)), far = moving(now + days(6));
  Instant near_asked = now, far_asked = now;
  int near_turns = 0, far_turns = 0;
  for (int i = 1; i <= 50; ++i) {  // every call that there is
    const Instant t = now + minutes(6 * i);
    if (pressure(near, near_asked, now, poll, t) >= pressure(far, far_asked, now, poll, t)) {
      near_asked = t;
      ++near_turns;
    } else {
      far_asked = t;
      ++far_turns;
    }
  }
  EXPECT_GT(near_turns, 3 * far_turns);
  EXPECT_GE(far_turns, 8);
}

}  // namespace
}  // namespace forestall::parcels
