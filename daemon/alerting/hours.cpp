// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/hours.hpp"

namespace forestall::alerting {

using namespace std::chrono_literals;
using std::chrono::days;

std::optional<Instant> quiet_until(const std::optional<config::DailySpan>& quiet, const TimeZone& zone,
                                   Instant now) {
  if (!quiet) return std::nullopt;
  const auto local = zone.to_local(now);
  const auto midnight = std::chrono::floor<days>(local);
  const auto minute = std::chrono::floor<std::chrono::minutes>(local - midnight).count();
  const int from = quiet->from_minute, to = quiet->to_minute;
  const bool over_midnight = from > to;
  const bool inside = over_midnight ? minute >= from || minute < to : minute >= from && minute < to;
  if (!inside) return std::nullopt;
  const bool tomorrow = over_midnight && minute >= from;
  const LocalTime end = midnight + days(tomorrow ? 1 : 0) + std::chrono::minutes(to);
  const auto until = zone.to_instant(end);
  // A change of clocks can put the end behind us.
  return until > now ? std::optional(until) : std::nullopt;
}

Instant digest_due(Millis span, const TimeZone& zone, Instant since) {
  const auto local = zone.to_local(since);
  auto day = std::chrono::floor<days>(local);
  // 1970-01-01 was a Thursday: days since the Monday before.
  if (span >= days(7)) day -= days((day.time_since_epoch().count() % 7 + 3 + 7) % 7);
  LocalTime begin = day + 8h;
  while (begin > local) begin -= span >= days(7) ? Millis(days(7)) : Millis(days(1));
  const auto passed = (local - begin) / span;
  auto due = zone.to_instant(begin + (passed + 1) * span);
  // A day of 23 or 25 hours: never at or before what it is to hold.
  while (due <= since) due += span;
  return due;
}

}  // namespace forestall::alerting
