// SPDX-License-Identifier: Apache-2.0
// Days since 1970, Monday to Friday, and keys of groups: what both sides of the replay count with.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "forecasting/parcel/curve_tree.hpp"

namespace forestall::bench {

// 0 = Monday.
constexpr int weekday(std::int32_t day) { return (day + 3) % 7; }

// Working days of 1970 up to the start of `day`.
constexpr int work_days_before(std::int32_t day) {
  const std::int32_t since_monday = day + 3;
  return since_monday / 7 * 5 + std::min(since_monday % 7, 5);
}
// Working days after `from`, up to and with `to`.
constexpr int work_days(std::int32_t from, std::int32_t to) {
  return work_days_before(to + 1) - work_days_before(from + 1);
}
// Working days of 24 hours between two instants: weekends do not count.
constexpr double work_time(std::int64_t from, std::int64_t to) {
  const auto at = [](std::int64_t s) {
    const auto day = static_cast<std::int32_t>(s / 86'400);
    const double part = weekday(day) < 5 ? static_cast<double>(s % 86'400) / 86'400 : 0;
    return static_cast<double>(work_days_before(day)) + part;
  };
  return at(to) - at(from);
}

constexpr std::size_t bin_of(double n) {
  return static_cast<std::size_t>(std::clamp(n, 0.0, static_cast<double>(forecasting::curve_bins) - 1));
}

// FNV-1a over both texts.
constexpr std::uint64_t group(std::string_view a, std::string_view b = {}) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const std::string_view part : {a, b}) {
    for (const char c : part) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    h = (h ^ 0x1fU) * 0x100000001b3ULL;
  }
  return h;
}

}  // namespace forestall::bench
