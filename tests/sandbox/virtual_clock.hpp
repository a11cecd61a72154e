// SPDX-License-Identifier: Apache-2.0
// The sandbox's time: real time times a factor, or standing still until told to move (lock-step).
#pragma once

#include <chrono>

#include "config/base/time.hpp"
#include "daemon/timing/anchor.hpp"

namespace forestall::sandbox {

class VirtualClock {
 public:
  VirtualClock(Instant start, double speed, bool lock_step)
      : anchor_{.machine = std::chrono::steady_clock::now().time_since_epoch(),
                .world = start,
                .speed = speed},
        now_(start),
        lock_step_(lock_step) {}

  Instant now() const {
    if (lock_step_) return now_;
    return anchor_.at(std::chrono::steady_clock::now().time_since_epoch());
  }
  bool lock_step() const { return lock_step_; }
  double speed() const { return anchor_.speed; }
  // Whoever else holds it reads the same time from the same machine's clock; meaningless in lock-step.
  const timing::Anchor& anchor() const { return anchor_; }
  void set(Instant now) {  // lock-step only; never back
    if (now > now_) now_ = now;
  }

 private:
  timing::Anchor anchor_;
  Instant now_;
  bool lock_step_;
};

}  // namespace forestall::sandbox
