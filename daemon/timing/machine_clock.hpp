// SPDX-License-Identifier: Apache-2.0
// The machine's own pace under the world's calendar: for whatever depends on this machine or on Redis, and
// not on what happens in the channels.
#pragma once

#include <utility>

#include "config/base/clock.hpp"

namespace forestall::timing {

// A process shows one calendar, the world's; there are two ways to wait.
class MachineClock final : public Clock {
 public:
  // The machine's own calendar, until told otherwise. `machine` outlives it.
  explicit MachineClock(Clock& machine) : machine_(machine), calendar_(&machine) {}
  // `world` outlives it.
  void show(const Clock& world) { calendar_ = &world; }
  Instant now() const override { return calendar_->now(); }
  Monotonic monotonic() const override { return machine_.monotonic(); }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override {
    return machine_.wake_at(when, std::move(wake));
  }
  void cancel(TimerId id) override { machine_.cancel(id); }

 private:
  Clock& machine_;
  const Clock* calendar_;
};

}  // namespace forestall::timing
