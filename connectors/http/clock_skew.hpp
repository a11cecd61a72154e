// SPDX-License-Identifier: Apache-2.0
// How far our wall clock is from another machine's, from the Date headers of its answers. Acts stop where the
// clocks certainly disagree: deadlines and watermarks would be wrong. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/base/clock.hpp"

namespace forestall::http {

enum class SkewVerdict : std::uint8_t {
  unknown,    // no answer with a usable Date yet
  agreed,     // not certainly further apart than the limit
  too_large,  // certainly further apart
};
std::string_view verdict_name(SkewVerdict verdict);

class ClockSkew {
 public:
  explicit ClockSkew(Millis limit = std::chrono::seconds(60)) : limit_(limit) {}

  // One exchange: our wall clock before the request was sent and after the answer came, the wall clock's
  // distance from the monotonic one being how a step of our own clock is noticed (older samples are dropped).
  void observe(std::string_view date_header, Instant sent, Instant received, Monotonic now);

  // Their clock minus ours lies within [least, most]: a Date names a whole second, and the answer was made at
  // some moment between sending and receiving. Each bound is the median of the last five exchanges, so that
  // one page from a cache or a gateway with a wrong clock moves nothing.
  struct Bounds {
    Millis least{};
    Millis most{};
  };
  std::optional<Bounds> bounds() const;
  SkewVerdict verdict() const;

 private:
  static constexpr std::size_t kept = 5;
  Millis limit_;
  std::array<Bounds, kept> samples_{};
  std::size_t count_ = 0;  // ever taken since the last step
  Millis wall_minus_monotonic_{};
};

}  // namespace forestall::http
