// SPDX-License-Identifier: Apache-2.0
// Time, typed: an instant is a point on the UTC line, a civil date is a square on a calendar, and only a time
// zone turns one into the other. Zones come from the system's tzdata.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace date {
class time_zone;  // of the library that reads the system's tzdata; libstdc++ 12 has none of its own
}

namespace forestall {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;  // wall clock, UTC
using CivilDate =
    std::chrono::year_month_day;  // a date as written on a label or promise; has no instant of its own
using LocalTime = std::chrono::local_time<Millis>;

// RFC 3339 with 'Z' or an offset: "2026-11-23T03:30:13.123Z", "2026-11-23T04:30:13+01:00". Years 1970 to
// 9999. Digits past the millisecond are cut; a leap second (":60") is read as the next second.
Result<Instant> parse_instant(std::string_view text);
std::string to_string(Instant instant);  // "2026-11-23T03:30:13.123Z", whole seconds without ".000"

Result<CivilDate> parse_civil_date(std::string_view text);  // "2026-11-23"
std::string to_string(CivilDate date);

// A length of time with units: "15m", "1h30m", "500ms", "7d". Units ms, s, m, h, d, w (of exactly 24 h and 7
// d). Zero is "0s". Negative, unit-less, repeated or ascending units are errors. At most 100 years.
Result<Millis> parse_duration(std::string_view text);
std::string duration_text(Millis duration);  // the shortest text that parse_duration reads back: "1h30m"

class TimeZone {
 public:
  static Result<TimeZone> find(std::string_view name);  // "Europe/Berlin"; not_found with the nearest name
  static TimeZone utc();

  std::string_view name() const;
  LocalTime to_local(Instant instant) const;
  // A local time that a change of clocks repeats is its first occurrence; one that it skips is the moment of
  // the change. So a deadline is never later than the person who wrote it meant.
  Instant to_instant(LocalTime local) const;
  CivilDate civil_date(Instant instant) const;
  // The first instant of the day: 00:00, or later where the clocks skip midnight.
  Instant start_of_day(CivilDate date) const;
  // The first instant of the next day, so that [start, end) is the day of 23, 24 or 25 hours.
  Instant end_of_day(CivilDate date) const;

  friend bool operator==(const TimeZone& a, const TimeZone& b) { return a.zone_ == b.zone_; }

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;
};

}  // namespace forestall
