// SPDX-License-Identifier: Apache-2.0
// Randomness that does not depend on the order of asking: a draw is a function of the seed, its purpose and
// an index, so two policies that meet the same shopper meet the same luck (common random numbers).
#pragma once

#include <cmath>
#include <cstdint>

#include "config/base/random.hpp"

namespace forestall::world {

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014; Stafford's variant 13): a bijection of 64 bits.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

// What a draw is for: one number each, so that no two uses share bits.
enum class Purpose : std::uint64_t {
  phase = 1,   // where in its order cycle the stock of a SKU begins
  count_day,   // on which day of the cycle a SKU is counted
  loss,        // units that vanish
  pending,     // whether an order waits for its payment, and what becomes of it
  withdrawal,  // whether a buyer changes their mind
  channel,     // which channel a shopper of a file without channels uses
  clock_time,  // the hour of an order whose file knows only the day
  rate,        // how fast a generated SKU sells
  burst,       // how clustered its sales are
  arrivals,    // its shoppers
};

constexpr std::uint64_t draw(std::uint64_t seed, Purpose purpose, std::uint64_t index) {
  return mix(mix(seed ^ (static_cast<std::uint64_t>(purpose) << 56)) ^ mix(index));
}
// The same in [0, 1).
constexpr double draw_unit(std::uint64_t seed, Purpose purpose, std::uint64_t index) {
  return static_cast<double>(draw(seed, purpose, index) >> 11) * 0x1.0p-53;
}

// A sequence of draws. 8 bytes of state; the same on every machine.
class Stream final : public Random {
 public:
  Stream(std::uint64_t seed, Purpose purpose, std::uint64_t index = 0) : state_(draw(seed, purpose, index)) {}
  std::uint64_t bits() override {
    state_ += 0x9e3779b97f4a7c15U;
    return mix(state_);
  }
  // Exponential with mean 1, by inversion.
  double exponential() { return -std::log1p(-unit()); }
  // The number of independent trials up to and with the first success, p in (0, 1].
  std::int64_t trials_to_success(double p) {
    if (p >= 1) return 1;
    const double trials = std::floor(std::log1p(-unit()) / std::log1p(-p)) + 1;
    return trials < 1e15 ? static_cast<std::int64_t>(trials) : std::int64_t{1} << 50;
  }
  // Standard normal (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(2 * exponential());
    return radius * std::cos(6.283185307179586 * unit());
  }

 private:
  std::uint64_t state_;
};

}  // namespace forestall::world
