// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/hand_over.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "daemon/parcels/models.hpp"
#include "daemon/parcels/priors.hpp"

namespace forestall::parcels {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;

constexpr double half_life_days = 45;
constexpr double pace_half_life_hours = 16;
constexpr double pace_prior = 5;  // hand-overs
constexpr double least_pace = 0.02;
constexpr double usual_share =
    0.01;  // of a week's hand-overs, for an hour to count as one in which things leave
constexpr double least_hand_overs = 20;  // before the hours of the week say anything

std::uint64_t mix_in(std::uint64_t h, std::string_view text) {
  for (const char c : text) h = (h ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
  return (h ^ 0x1fU) * 0x100000001b3ULL;
}

std::size_t hour_of_week(const TimeZone& zone, Instant at) {
  const LocalTime local = zone.to_local(at);
  const auto day = floor<days>(local);
  const auto hour = std::chrono::duration_cast<hours>(local - day).count();
  return std::chrono::weekday(day).c_encoding() * 24 +
         static_cast<std::size_t>(std::clamp<std::int64_t>(hour, 0, 23));
}

std::vector<std::uint64_t> path(const AccountId& account, const TimeZone& zone, Instant placed_at) {
  const std::size_t hour = hour_of_week(zone, placed_at);
  const std::uint64_t seller = mix_in(0xcbf29ce484222325ULL, account.str());
  const std::uint64_t weekday = mix_in(seller + 1, std::to_string(hour / 24));
  return {seller, weekday, mix_in(weekday + 2, std::to_string(hour % 24 / 6))};
}

double bins(Instant from, Instant to) {
  const double h = std::chrono::duration<double, std::ratio<3600>>(to - from).count();
  return std::max(0.0, h) / hand_over_bin_hours;
}

std::size_t bin(double at) {
  return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(forecasting::curve_bins)));
}

}  // namespace

HandOverModel::HandOverModel() : waits_(hand_over_settings()) {}

void HandOverModel::top_up(std::int32_t day) {
  if (waits_.evidence({}, day) < 20) seed_hand_overs(waits_, day);
}

void HandOverModel::waiting(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant from,
                            Instant to) {
  const auto first = bin(bins(placed_at, from)), last = bin(bins(placed_at, to));
  if (last > first) (void)waits_.waited(path(account, zone, placed_at), first, last, day_of(to));
}

void HandOverModel::handed_over(const AccountId& account, const TimeZone& zone, Instant placed_at,
                                Instant at) {
  const auto ended = std::min(bin(bins(placed_at, at)), forecasting::curve_bins - 1);
  const std::int32_t day = day_of(at);
  (void)waits_.ended(path(account, zone, placed_at), ended, day);
  if (day > hours_day_) {
    const double keep =
        hours_day_ == 0 ? 1 : std::exp2(-static_cast<double>(day - hours_day_) / half_life_days);
    for (double& h : hours_) h *= keep;
    hours_day_ = day;
  }
  hours_[hour_of_week(zone, at)] += 1;
}

const forecasting::Survival& HandOverModel::curve(const AccountId& account, const TimeZone& zone,
                                                  Instant placed_at, std::int32_t day) const {
  const auto groups = path(account, zone, placed_at);
  const auto [at, fresh] = curves_.try_emplace({groups.back(), day});
  if (fresh) at->second = waits_.survival(groups, day);
  return at->second;
}

double HandOverModel::late(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant ship_by,
                           Instant now) const {
  if (now >= ship_by) return 1;
  const auto& usual_wait = curve(account, zone, placed_at, day_of(now));
  const double usual =
      forecasting::still_waiting_given(usual_wait, bins(placed_at, now), bins(placed_at, ship_by));
  return std::pow(usual, std::min(1.0, pace()));
}

double HandOverModel::hazard(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant from,
                             Instant to) const {
  const auto& usual_wait = curve(account, zone, placed_at, day_of(to));
  const double stays =
      forecasting::still_waiting_given(usual_wait, bins(placed_at, from), bins(placed_at, to));
  return -std::log(std::max(stays, 1e-6));
}

double HandOverModel::pace() const {
  return std::max(least_pace, (left_ + pace_prior) / (expected_ + pace_prior));
}

void HandOverModel::moved(double expected, double left, Millis since) {
  const double h = std::chrono::duration<double, std::ratio<3600>>(since).count();
  const double keep = std::exp2(-std::max(0.0, h) / pace_half_life_hours);
  expected_ = expected_ * keep + std::max(0.0, expected);
  left_ = left_ * keep + std::max(0.0, left);
}

std::optional<Instant> HandOverModel::last_collection(const TimeZone& zone, Instant ship_by,
                                                      Instant now) const {
  const auto whole = [](Instant at) { return floor<hours>(at).time_since_epoch().count(); };
  const auto [known, fresh] =
      collections_.try_emplace({std::string(zone.name()), whole(ship_by), whole(now)}, std::nullopt);
  if (!fresh) return known->second;
  double week = 0;
  for (const double h : hours_) week += h;
  if (week < least_hand_overs) return std::nullopt;
  // The end of each whole hour of the clock, back from ship-by; further than a week there is nothing new.
  const Instant least = std::max(now, ship_by - days(7));
  for (Instant at = floor<hours>(ship_by); at > least; at -= hours(1))
    if (hours_[hour_of_week(zone, at - hours(1))] >= usual_share * week) {
      known->second = at;
      break;
    }
  return known->second;
}

}  // namespace forestall::parcels
