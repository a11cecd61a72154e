// SPDX-License-Identifier: Apache-2.0
// Where virtual time hangs on the machine's: one point in both, and a factor. Two programs on one machine
// that hold the same anchor agree about the time without asking each other again.
#pragma once

#include <chrono>
#include <cmath>

#include "config/base/clock.hpp"
#include "config/base/time.hpp"

namespace forestall::timing {

struct Anchor {
  std::chrono::nanoseconds machine{};  // CLOCK_MONOTONIC
  Instant world{};                     // the calendar at that moment
  double speed = 1;                    // virtual seconds a second; above 0

  // Virtual time since the anchor, exact to the nanosecond where a long double has 64 bits of mantissa, to
  // the microsecond for a year where it has 53. Ends after 292 virtual years.
  std::chrono::nanoseconds elapsed(std::chrono::nanoseconds machine_now) const {
    const auto real = static_cast<long double>((machine_now - machine).count());
    return std::chrono::nanoseconds(std::llround(real * static_cast<long double>(speed)));
  }
  Instant at(std::chrono::nanoseconds machine_now) const {
    return world + std::chrono::floor<Millis>(elapsed(machine_now));
  }
  // When `elapsed` virtual time will have passed: never earlier, at most two nanoseconds later. What lies
  // more than 30 years ahead is never.
  Monotonic machine_time(std::chrono::nanoseconds elapsed) const {
    const long double real =
        std::ceil(static_cast<long double>(elapsed.count()) / static_cast<long double>(speed));
    if (real > 1e18L) return Monotonic::max();
    return Monotonic(machine + std::chrono::nanoseconds(std::llround(real) + 1));
  }
  friend bool operator==(const Anchor&, const Anchor&) = default;
};

}  // namespace forestall::timing
