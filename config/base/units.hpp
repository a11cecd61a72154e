// SPDX-License-Identifier: Apache-2.0
// A number of pieces of stock. Signed: deltas and oversold positions are negative.
#pragma once

#include <compare>
#include <cstdint>

namespace forestall {

class Units {
 public:
  // Whatever comes from outside is refused beyond this, so that sums of a billion readings cannot overflow.
  static constexpr std::int64_t max_reading = 1'000'000'000;

  constexpr Units() = default;
  constexpr explicit Units(std::int64_t count) : count_(count) {}
  constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Units, Units) = default;
  friend constexpr bool operator==(Units, Units) = default;
  friend constexpr Units operator+(Units a, Units b) { return Units(a.count_ + b.count_); }
  friend constexpr Units operator-(Units a, Units b) { return Units(a.count_ - b.count_); }
  friend constexpr Units operator-(Units a) { return Units(-a.count_); }
  friend constexpr Units operator*(Units a, std::int64_t n) { return Units(a.count_ * n); }
  constexpr Units& operator+=(Units other) {
    count_ += other.count_;
    return *this;
  }
  constexpr Units& operator-=(Units other) {
    count_ -= other.count_;
    return *this;
  }

 private:
  std::int64_t count_ = 0;
};

// A reading from outside is believable as a number at all.
constexpr bool in_range(Units units) {
  return units.count() >= -Units::max_reading && units.count() <= Units::max_reading;
}

}  // namespace forestall
