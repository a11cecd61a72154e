// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/emit/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace forestall::alerting {

using std::chrono::days;

std::string say_day(CivilDate date) {
  static constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                               "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::weekday weekday{std::chrono::sys_days(date)};
  return fmt::format("{} {} {}", weekdays.at(weekday.c_encoding()), static_cast<unsigned>(date.day()),
                     months.at(static_cast<unsigned>(date.month()) - 1));
}

std::string say_time(Instant at, const TimeZone& zone, Instant now) {
  const auto local = zone.to_local(at);
  const auto day = std::chrono::floor<days>(local);
  const auto today = std::chrono::floor<days>(zone.to_local(now));
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::minutes>(local - day)};
  const auto time = fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
  if (day == today) return "today " + time;
  if (day == today + days(1)) return "tomorrow " + time;
  if (day == today - days(1)) return "yesterday " + time;
  const CivilDate date{day};
  const auto year =
      date.year() == CivilDate{today}.year() ? "" : fmt::format(" {}", static_cast<int>(date.year()));
  return fmt::format("{}{} {}", say_day(date), year, time);
}

std::string say_span(Millis span) {
  span = std::max(span, Millis(0));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(span).count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  const auto minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  const auto hours = minutes / 60;
  if (hours < 10 && minutes % 60 != 0) return fmt::format("{} h {} min", hours, minutes % 60);
  if (hours < 48) return fmt::format("{} h", hours);
  return fmt::format("{} days", hours / 24);
}

std::string say_share(double share) {
  if (!(share > 0)) return "0 %";
  if (share >= 1) return "100 %";
  return fmt::format("{} %", std::clamp(static_cast<int>(std::lround(share * 100)), 1, 99));
}

}  // namespace forestall::alerting
