// SPDX-License-Identifier: Apache-2.0
// TimeZone over Howard Hinnant's library, which reads the system's tzdata.
#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>

#include "config/base/text.hpp"
#include "config/base/time.hpp"

namespace forestall {
namespace {

date::local_time<Millis> to_library(LocalTime local) {
  return date::local_time<Millis>(local.time_since_epoch());
}

std::chrono::local_days local_day(CivilDate date) { return std::chrono::local_days(date); }

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  const auto& database = date::get_tzdb();
  std::vector<std::string_view> names;
  for (const auto& zone : database.zones) {
    if (zone.name() == name) return TimeZone(&zone);
    names.emplace_back(zone.name());
  }
  try {
    return TimeZone(date::locate_zone(name));  // follows links ("Asia/Calcutta")
  } catch (const std::runtime_error&) {
    const auto near = nearest_word(name, names);
    return fail(ErrorCode::not_found, fmt::format("\"{}\" is not a time zone{}", printable(name, 64),
                                                  near ? fmt::format("; did you mean \"{}\"?", *near) : ""));
  }
}

TimeZone TimeZone::utc() {
  static const date::time_zone* const zone = date::locate_zone("UTC");
  return TimeZone(zone);
}

std::string_view TimeZone::name() const { return zone_->name(); }

LocalTime TimeZone::to_local(Instant instant) const {
  return LocalTime(zone_->to_local(instant).time_since_epoch());
}

Instant TimeZone::to_instant(LocalTime local) const {
  const auto info = zone_->get_info(to_library(local));
  if (info.result == date::local_info::nonexistent)
    return std::chrono::time_point_cast<Millis>(info.first.end);
  return Instant(local.time_since_epoch() - info.first.offset);
}

CivilDate TimeZone::civil_date(Instant instant) const {
  return CivilDate(std::chrono::floor<std::chrono::days>(to_local(instant)));
}

Instant TimeZone::start_of_day(CivilDate date) const { return to_instant(LocalTime(local_day(date))); }

Instant TimeZone::end_of_day(CivilDate date) const {
  return to_instant(LocalTime(local_day(date) + std::chrono::days(1)));
}

}  // namespace forestall
