// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next attempt: exponential with full jitter (AWS Architecture Blog, "Exponential
// Backoff And Jitter", 2015), so that many clients do not come back in step.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "config/base/random.hpp"

namespace forestall::redis {

struct Backoff {
  std::chrono::nanoseconds base = std::chrono::milliseconds(50);
  std::chrono::nanoseconds cap = std::chrono::seconds(5);

  // Uniform in [0, min(cap, base * 2^failures)].
  std::chrono::nanoseconds delay(unsigned failures, Random& random) const {
    const double ceiling =
        std::min(static_cast<double>(cap.count()),
                 static_cast<double>(base.count()) * static_cast<double>(1ULL << std::min(failures, 40U)));
    return std::chrono::nanoseconds(static_cast<std::int64_t>(ceiling * random.unit()));
  }
};

}  // namespace forestall::redis
