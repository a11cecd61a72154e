// SPDX-License-Identifier: Apache-2.0
#include "forecasting/week_profile.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace forestall::forecasting {
namespace {

constexpr std::int64_t second_of_week(std::int64_t seconds) {
  const std::int64_t rest = seconds % seconds_per_week;
  return rest < 0 ? rest + seconds_per_week : rest;
}

constexpr std::int64_t week_of(std::int64_t seconds) {
  return (seconds - second_of_week(seconds)) / seconds_per_week;
}

// exp(-z) and (1 - exp(-z)) / z for 0 <= z <= 0.06 (an hour of a 12-hour half-life); errors below 1e-8 and
// z^4 / 120.
constexpr double exp_small(double z) { return 1 - z * (1 - z * (0.5 - z * (1.0 / 6 - z / 24))); }
constexpr double mean_exp_small(double z) { return 1 - z * (0.5 - z * (1.0 / 6 - z / 24)); }
constexpr double small = 0.06;

}  // namespace

Expected<void> ProfileLearner::add(int hour_of_week, double units, double expected_units) {
  if (hour_of_week < 0 || hour_of_week >= hours_per_week) return std::unexpected(ForecastError::out_of_range);
  if (!std::isfinite(units) || !std::isfinite(expected_units))
    return std::unexpected(ForecastError::not_finite);
  if (units < 0 || expected_units < 0) return std::unexpected(ForecastError::negative);
  if (units > 1e9 || expected_units > 1e9) return std::unexpected(ForecastError::too_large);
  units_[static_cast<std::size_t>(hour_of_week)] += units;
  expected_[static_cast<std::size_t>(hour_of_week)] += expected_units;
  return {};
}

void ProfileLearner::forget(double keep) {
  keep = std::clamp(keep, 0.0, 1.0);
  for (double& value : units_) value *= keep;
  for (double& value : expected_) value *= keep;
}

HourFactors ProfileLearner::factors(double prior_orders) const {
  std::array<double, 24> hour_units{};
  std::array<double, 24> hour_expected{};
  std::array<double, 7> day_units{};
  std::array<double, 7> day_expected{};
  double units = 0;
  double expected = 0;
  for (std::size_t h = 0; h < hours_per_week; ++h) {
    hour_units[h % 24] += units_[h];
    hour_expected[h % 24] += expected_[h];
    day_units[h / 24] += units_[h];
    day_expected[h / 24] += expected_[h];
    units += units_[h];
    expected += expected_[h];
  }
  const double c = std::max(prior_orders, 1e-6);
  const double level = (c + units) / (c + expected);  // removes a common bias of `expected`
  HourFactors out{};
  double total = 0;
  for (std::size_t h = 0; h < hours_per_week; ++h) {
    const double by_hour = (c + hour_units[h % 24]) / (c + hour_expected[h % 24] * level);
    const double by_day = (c + day_units[h / 24]) / (c + day_expected[h / 24] * level);
    const double coarse = by_hour * by_day;
    out[h] = (c * coarse + units_[h]) / (c + expected_[h] * level);
    total += out[h];
  }
  for (double& f : out) f *= hours_per_week / total;
  return out;
}

Expected<WeekProfile> WeekProfile::make(const HourFactors& factors,
                                        std::array<float, lane_count> half_lives_days) {
  double total = 0;
  for (const double f : factors) {
    if (!std::isfinite(f)) return std::unexpected(ForecastError::not_finite);
    if (f < 0) return std::unexpected(ForecastError::negative);
    if (f > 1e6) return std::unexpected(ForecastError::too_large);
    total += f;
  }
  if (!(total > 0)) return std::unexpected(ForecastError::out_of_range);
  WeekProfile profile;
  profile.half_lives_days_ = half_lives_days;
  for (std::size_t k = 0; k < lane_count; ++k) {
    const double days = static_cast<double>(half_lives_days[k]);
    if (!(days >= 0.5 && days <= 36'500)) return std::unexpected(ForecastError::out_of_range);
    const double rate = std::numbers::ln2 / (24 * days);
    profile.rate_[k] = static_cast<float>(rate);
    profile.rate_wide_[k] = rate;
    profile.half_life_hours_[k] = static_cast<float>(1 / rate);
    const double keep_hour = std::exp(-rate);
    const double gained = -std::expm1(-rate) / rate;
    // The steady value at the week's beginning repeats itself a week later.
    double one_week = 0;
    for (const double f : factors) one_week = one_week * keep_hour + f * hours_per_week / total * gained;
    double steady = one_week / -std::expm1(-rate * hours_per_week);
    for (std::size_t h = 0; h < hours_per_week; ++h) {
      profile.hours_[h].steady[k] = steady;
      steady = steady * keep_hour + factors[h] * hours_per_week / total * gained;
    }
  }
  double before = 0;
  for (std::size_t h = 0; h < hours_per_week; ++h) {
    profile.hours_[h].before = before;
    profile.hours_[h].factor = factors[h] * hours_per_week / total;
    before += factors[h] * hours_per_week / total;
  }
  profile.flat_ = std::ranges::all_of(factors, [&](double f) { return f == factors[0]; });
  return profile;
}

WeekProfile WeekProfile::flat(std::array<float, lane_count> half_lives_days) {
  HourFactors ones{};
  ones.fill(1);
  return make(ones, half_lives_days).value();
}

double WeekProfile::exposure_by_table(std::int64_t from_seconds, std::int64_t to_seconds) const {
  const auto until = [this](std::int64_t seconds) {
    const std::int64_t second = second_of_week(seconds);
    const Hour& hour = hours_[static_cast<std::size_t>(second / 3600)];
    return hour.before + hour.factor * static_cast<double>(second % 3600) / 3600.0;
  };
  const auto weeks = static_cast<double>(week_of(to_seconds) - week_of(from_seconds));
  return std::max(0.0, weeks * hours_per_week + until(to_seconds) - until(from_seconds));
}

LanesWide WeekProfile::steady_at(std::int64_t seconds) const {
  const std::int64_t second = second_of_week(seconds);
  const Hour& hour = hours_[static_cast<std::size_t>(second / 3600)];
  const double hours = static_cast<double>(second % 3600) / 3600.0;
  LanesWide out;
  for (std::size_t k = 0; k < lane_count; ++k) {
    const double z = rate_wide_[k] * hours;
    out[k] = hour.steady[k] * exp_small(z) + hour.factor * hours * mean_exp_small(z);
  }
  return out;
}

Lanes WeekProfile::exposure_by_table(std::int64_t from_seconds, std::int64_t to_seconds,
                                     const Lanes& keep) const {
  const double hours = static_cast<double>(to_seconds - from_seconds) * (1.0 / 3600);
  if (from_seconds / 3600 == to_seconds / 3600) {
    const double factor = hours_[static_cast<std::size_t>(second_of_week(from_seconds) / 3600)].factor;
    return flat_exposure(static_cast<float>(hours), static_cast<float>(factor), keep);
  }
  Lanes out;
  const LanesWide now = steady_at(to_seconds);
  const LanesWide then = steady_at(from_seconds);
  for (std::size_t k = 0; k < lane_count; ++k) {
    const double z = rate_wide_[k] * hours;
    const double kept = z < small ? exp_small(z) : static_cast<double>(keep[k]);
    out[k] = static_cast<float>(std::max(now[k] - kept * then[k], 0.0));
  }
  return out;
}

double WeekProfile::factor(std::int64_t seconds) const {
  return hours_[static_cast<std::size_t>(second_of_week(seconds) / 3600)].factor;
}

}  // namespace forestall::forecasting
