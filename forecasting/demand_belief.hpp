// SPDX-License-Identifier: Apache-2.0
// What is believed about the demand of one SKU: one cache line, so that a million of them are 64 MB and an
// update touches memory once.
#pragma once

#include <array>
#include <cstdint>

#include "forecasting/lanes.hpp"

namespace forestall::forecasting {

// Level belief per half-life k: Gamma with mean units[k] / exposure_hours[k] (units per profile-weighted
// hour) and variance dispersion * units / exposure_hours^2. Both sums forget at the lane's pace towards the
// stratum's prior.
struct alignas(64) DemandBelief {
  std::array<float, lane_count> units{};
  std::array<float, lane_count> exposure_hours{};
  // How much worse than the best lane each one has predicted, in 1/1024 nat; 0 is the best.
  std::array<std::uint16_t, lane_count> lane_deficit{};
  float squared_error = 0;  // sum behind the dispersion: squared errors of closed days, per unit expected
  float open_expected = 0;  // units expected since the last closed day
  std::uint32_t last_seconds = 0;    // seconds since 1970 of the last event
  std::uint16_t squared_weight = 0;  // units expected behind squared_error, in 1/128
  std::uint16_t open_units = 0;      // units sold since the last closed day
  std::uint16_t stratum_and_flags = 0;
  std::uint16_t profile = 0;          // which WeekProfile
  std::uint16_t promotion_units = 0;  // sold during promotions, and what the base level expected for them, in
  std::uint16_t promotion_expected = 0;  // 1/16 unit; both are halved before one overflows

  static constexpr std::uint16_t selling_flag = 0x8000;
  static constexpr std::uint16_t promotion_flag = 0x4000;
  static constexpr std::uint16_t stratum_mask = 0x3fff;
  static constexpr std::uint16_t max_stratum = stratum_mask;

  // In stock and listed: time counts as exposure.
  constexpr bool selling() const { return (stratum_and_flags & selling_flag) != 0; }
  constexpr bool promotion() const { return (stratum_and_flags & promotion_flag) != 0; }
  constexpr std::uint16_t stratum() const { return stratum_and_flags & stratum_mask; }
  constexpr void set_flag(std::uint16_t flag, bool on) {
    stratum_and_flags = static_cast<std::uint16_t>(on ? stratum_and_flags | flag : stratum_and_flags & ~flag);
  }

  friend bool operator==(const DemandBelief&, const DemandBelief&) = default;
};
static_assert(sizeof(DemandBelief) == 64 && alignof(DemandBelief) == 64);

}  // namespace forestall::forecasting
