// SPDX-License-Identifier: Apache-2.0
// When in the week orders come: a factor per hour, learned pooled over a group of SKUs, with tables that give
// the exposure of any silence in two look-ups, however long it was.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/error.hpp"
#include "forecasting/lanes.hpp"

namespace forestall::forecasting {

inline constexpr int hours_per_week = 168;
inline constexpr std::int64_t seconds_per_week = 604'800;
inline constexpr std::array<float, lane_count> default_half_lives_days = {3, 14, 60, 730};

// The tables are double: what is wanted is the small difference of two large exposures.
using LanesWide = std::array<double, lane_count>;

using HourFactors = std::array<double, hours_per_week>;  // hour 0 begins with the caller's week; mean 1

// Learns factors by hour of week: (c + units) / (c + expected), shrunk in three steps from flat to day of
// week and hour of day to the single hour, each towards the coarser one with the weight of c orders.
class ProfileLearner {
 public:
  // `units` sold in that hour of the week by SKUs that without any profile were expected to sell
  // `expected_units`.
  Expected<void> add(int hour_of_week, double units, double expected_units);
  void forget(double keep);  // 0 .. 1, applied to everything learned
  HourFactors factors(double prior_orders = 20) const;

 private:
  HourFactors units_{};
  HourFactors expected_{};
};

// Immutable tables of one profile for the four half-lives.
class WeekProfile {
 public:
  // Factors are normalised to mean 1; each must be finite and >= 0, and not all 0. Half-lives > 0, in days.
  static Expected<WeekProfile> make(const HourFactors& factors,
                                    std::array<float, lane_count> half_lives_days = default_half_lives_days);
  static WeekProfile flat(std::array<float, lane_count> half_lives_days = default_half_lives_days);

  // Profile-weighted hours between two instants (seconds; to >= from).
  double exposure_hours(std::int64_t from_seconds, std::int64_t to_seconds) const {
    if (!flat_) return exposure_by_table(from_seconds, to_seconds);
    return to_seconds > from_seconds ? static_cast<double>(to_seconds - from_seconds) * (1.0 / 3600) : 0.0;
  }

  // For each lane: the integral of x(u) 2^(-(to - u)/half-life) over the interval, in hours. `keep` receives
  // 2^(-(to - from)/half-life).
  Lanes decayed_exposure(std::int64_t from_seconds, std::int64_t to_seconds, Lanes& keep) const {
    const float hours = static_cast<float>(to_seconds - from_seconds) * (1.0F / 3600);
    keep = keep_after(hours);
    return flat_ ? flat_exposure(hours, 1, keep) : exposure_by_table(from_seconds, to_seconds, keep);
  }
  Lanes keep_after(float hours) const { return exp2_lanes(rate_ * (hours * -1.44269504F)); }

  double factor(std::int64_t seconds) const;
  std::span<const float, lane_count> half_lives_days() const { return half_lives_days_; }

 private:
  struct Hour {
    LanesWide steady;  // exposure of the whole past, decayed, at the hour's beginning: periodic in the week
    double before;     // undecayed exposure since the week began
    double factor;
  };
  double exposure_by_table(std::int64_t from_seconds, std::int64_t to_seconds) const;
  Lanes exposure_by_table(std::int64_t from_seconds, std::int64_t to_seconds, const Lanes& keep) const;
  // factor times the integral of 2^(-u/half-life) over [0, hours]; by series where 1 - keep would lose
  // digits.
  Lanes flat_exposure(float hours, float factor, const Lanes& keep) const {
    const Lanes z = rate_ * hours;
    const Lanes series = hours * (1.0F - z * (0.5F - z * (1.0F / 6 - z * (1.0F / 24))));
    return (z < lanes(0.06F) ? series : (1.0F - keep) * half_life_hours_) * factor;
  }
  LanesWide steady_at(std::int64_t seconds) const;

  std::array<Hour, hours_per_week> hours_{};
  LanesWide rate_wide_{};    // per hour
  Lanes rate_{};             // ln 2 / half-life, per hour
  Lanes half_life_hours_{};  // 1 / rate_
  std::array<float, lane_count> half_lives_days_{};
  bool flat_ = false;
};

}  // namespace forestall::forecasting
