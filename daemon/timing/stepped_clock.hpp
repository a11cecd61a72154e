// SPDX-License-Identifier: Apache-2.0
// The world's clock in lock-step: it stands still until it is set.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "config/base/clock.hpp"

namespace forestall::timing {

// Timers fire only in fire_one(), in the order of their times, then of their setting.
class SteppedClock final : public Clock {
 public:
  explicit SteppedClock(Instant start) : start_(start) {}

  Instant now() const override { return start_ + std::chrono::floor<Millis>(monotonic_.time_since_epoch()); }
  Monotonic monotonic() const override { return monotonic_; }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override;
  void cancel(TimerId id) override;

  // The whole millisecond at which the first timer is due, not before now(); nullopt without timers.
  std::optional<Instant> next_due() const;
  // Fires the first timer that is due; false where none is.
  bool fire_one();
  // Never back.
  void set(Instant now);

 private:
  using Key = std::pair<Monotonic, std::uint64_t>;
  Instant start_;
  Monotonic monotonic_{};
  std::uint64_t last_id_ = 0;
  std::map<Key, std::move_only_function<void()>> timers_;
  std::map<std::uint64_t, Monotonic> due_;
};

}  // namespace forestall::timing
