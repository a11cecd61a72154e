// SPDX-License-Identifier: Apache-2.0
// Amazon's usage plans: a token bucket per credential and operation, in virtual time.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/rate.hpp"
#include "config/base/time.hpp"

namespace forestall::sandbox {

// The documented rate of an operation; nullptr where it has none (token endpoint, report downloads).
const Rate* documented_rate(std::string_view operation);

class Throttle {
 public:
  // Takes a token; false: 429.
  bool take(std::size_t account, std::string_view operation, Instant now);

 private:
  struct Bucket {
    double tokens;
    Instant at;
  };
  std::map<std::pair<std::size_t, std::string>, Bucket> buckets_;
};

}  // namespace forestall::sandbox
