// SPDX-License-Identifier: Apache-2.0
// The clock port: what time it is, and being woken later. Nothing else in the product asks the system for
// time. The real one stands in connectors/net (over Asio); the tests' one below runs a simulated day in
// milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "config/base/time.hpp"

namespace forestall {

// Monotonic time for measuring and waiting: never steps, has no meaning outside the process.
struct MonotonicClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, duration>;
  static constexpr bool is_steady = true;
};
using Monotonic = MonotonicClock::time_point;

enum class TimerId : std::uint64_t { none = 0 };

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;          // wall clock; may step in either direction
  virtual Monotonic monotonic() const = 0;  // for deadlines and durations
  // Calls `wake` once on the loop's thread, at or soon after `when`, never from inside this call.
  virtual TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) = 0;
  // After this `wake` is not called. Unknown and fired ids are ignored.
  virtual void cancel(TimerId id) = 0;
};

// Time stands still until the test moves it. Timers fire in the order of their times, then of their setting.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start = Instant(std::chrono::sys_days(std::chrono::year{2026} / 1 / 5)))
      : wall_offset_(start.time_since_epoch()) {}

  Instant now() const override {
    return Instant(wall_offset_ + std::chrono::floor<Millis>(monotonic_.time_since_epoch()));
  }
  Monotonic monotonic() const override { return monotonic_; }
  TimerId wake_at(Monotonic when, std::move_only_function<void()> wake) override;
  void cancel(TimerId id) override;

  // Moves both clocks on, stopping at each timer due on the way to fire it. `settle` runs after each firing
  // and once at the end: give it what drains the event loop.
  void advance(std::chrono::nanoseconds by, const std::function<void()>& settle = {});
  // Somebody sets the wall clock; monotonic time does not notice.
  void step_wall(Millis by) { wall_offset_ += by; }
  std::size_t pending() const { return timers_.size(); }

 private:
  using Key = std::pair<Monotonic, std::uint64_t>;
  Millis wall_offset_;
  Monotonic monotonic_{};
  std::uint64_t last_id_ = 0;
  std::map<Key, std::move_only_function<void()>> timers_;
  std::map<std::uint64_t, Monotonic> due_;
};

}  // namespace forestall
