// SPDX-License-Identifier: Apache-2.0
// Check digits of tracking numbers. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace forestall::carriers {

enum class CheckRule : std::uint8_t {
  none,
  mod10_times3,      // weights 3 1 3 1 ... from the left, sum to ten (GS1)
  mod10_odd_times3,  // weights 1 3 1 3 ...
  mod10_odd_times2,  // weights 1 2 1 2 ..., letters count (code - 3) mod 10, products are not folded
  weighted_1_7_3,    // weights 1 7 3 repeating from the left, mod 11, mod 10
  weighted_3_1_7,    // weights 3 1 7 repeating from the left, mod 11, mod 10
  s10,               // weights 8 6 4 2 3 5 9 7, mod 11 (UPU S10)
  mod7,              // the whole number mod 7
  luhn,              // ISO/IEC 7812-1 annex B
  mod37_36,          // ISO/IEC 7064
};

// Whether `check` is the check character of `serial` (digits and capital letters). False where a character
// has no value under the rule; true for CheckRule::none.
bool check_holds(CheckRule rule, std::string_view serial, char check);

}  // namespace forestall::carriers
