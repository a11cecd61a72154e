// SPDX-License-Identifier: Apache-2.0
// The world's clock where its time is the machine's, times a factor.
#pragma once

#include <utility>

#include "config/base/clock.hpp"
#include "daemon/timing/anchor.hpp"

namespace forestall::timing {

// Monotonic time counts virtual nanoseconds since the anchor.
class ScaledClock final : public Clock {
 public:
  // `machine` counts CLOCK_MONOTONIC (net::SystemClock) and outlives it.
  ScaledClock(Clock& machine, const Anchor& anchor) : machine_(machine), anchor_(anchor) {}

  Instant now() const override { return anchor_.at(machine_.monotonic().time_since_epoch()); }
  Monotonic monotonic() const override {
    return Monotonic(anchor_.elapsed(machine_.monotonic().time_since_epoch()));
  }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override {
    return machine_.wake_at(anchor_.machine_time(when.time_since_epoch()), std::move(wake));
  }
  void cancel(TimerId id) override { machine_.cancel(id); }

 private:
  Clock& machine_;
  Anchor anchor_;
};

}  // namespace forestall::timing
