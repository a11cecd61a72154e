// SPDX-License-Identifier: Apache-2.0
// A rate with a burst, as limits are written: "5/s burst 10", "1/3m", "0.0056/s burst 20".
#pragma once

#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall {

struct Rate {
  double per_second = 0;  // > 0, at most 1e6
  double burst = 1;       // >= 1, at most 1e6: the most that can be spent at once

  friend bool operator==(const Rate&, const Rate&) = default;
};

// "N/UNIT" or "N/DURATION", optionally " burst M" (default 1).
Result<Rate> parse_rate(std::string_view text);
std::string to_string(
    const Rate& rate);  // "5/s burst 10"; slow rates per minute, hour or day where that is exact

}  // namespace forestall
