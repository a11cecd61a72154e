// SPDX-License-Identifier: Apache-2.0
// What the forecasting functions refuse, as a value. They depend on nothing outside this folder, so they have
// an error type of their own; the daemon translates it where it matters.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>

namespace forestall::forecasting {

enum class ForecastError : std::uint8_t {
  not_finite,      // NaN or infinity
  negative,        // a quantity that cannot be negative (exposure, mean, probability)
  too_large,       // beyond the stated limit (10^9 units, a century)
  time_backwards,  // an event older than one already applied
  out_of_range,    // an index or probability outside its range
  damaged,         // stored bytes whose checksum or values cannot be right
  unsupported,     // stored bytes of a version newer than this program
  too_few,         // not enough data to estimate anything
};

constexpr std::string_view error_name(ForecastError error) {
  switch (error) {
    case ForecastError::not_finite:
      return "not_finite";
    case ForecastError::negative:
      return "negative";
    case ForecastError::too_large:
      return "too_large";
    case ForecastError::time_backwards:
      return "time_backwards";
    case ForecastError::out_of_range:
      return "out_of_range";
    case ForecastError::damaged:
      return "damaged";
    case ForecastError::unsupported:
      return "unsupported";
    case ForecastError::too_few:
      return "too_few";
  }
  return "unknown";
}

template <class T>
using Expected = std::expected<T, ForecastError>;

}  // namespace forestall::forecasting
