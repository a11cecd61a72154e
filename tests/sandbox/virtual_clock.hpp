// SPDX-License-Identifier: Apache-2.0
// The sandbox's time: real time times a factor, or standing still until told to move (lock-step).
#pragma once

#include <chrono>
#include <cmath>

#include "config/base/time.hpp"

namespace forestall::sandbox {

class VirtualClock {
 public:
  VirtualClock(Instant start, double speed, bool lock_step)
      : start_(start),
        now_(start),
        speed_(speed),
        lock_step_(lock_step),
        began_(std::chrono::steady_clock::now()) {}

  Instant now() const {
    if (lock_step_) return now_;
    const std::chrono::duration<double, std::milli> real = std::chrono::steady_clock::now() - began_;
    return start_ + Millis{std::llround(real.count() * speed_)};
  }
  bool lock_step() const { return lock_step_; }
  double speed() const { return speed_; }
  void set(Instant now) {  // lock-step only; never back
    if (now > now_) now_ = now;
  }
  // How long it really takes.
  std::chrono::nanoseconds real(Millis virtual_length) const {
    return std::chrono::nanoseconds{std::llround(static_cast<double>(virtual_length.count()) * 1e6 / speed_)};
  }

 private:
  Instant start_, now_;
  double speed_;
  bool lock_step_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace forestall::sandbox
