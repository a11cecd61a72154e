// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/business_calendar.hpp"

#include <algorithm>
#include <cstdlib>

namespace forestall::orders {

using std::chrono::days;
using std::chrono::sys_days;

namespace {
constexpr int most_days = 10'000;
CivilDate next(CivilDate date, int by) { return CivilDate(sys_days(date) + days(by)); }
}  // namespace

BusinessCalendar::BusinessCalendar(std::optional<Country> country, std::vector<CivilDate> closed,
                                   std::vector<CivilDate> open)
    : country_(country), closed_(std::move(closed)), open_(std::move(open)) {
  std::ranges::sort(closed_);
  std::ranges::sort(open_);
  if (!country_) return;
  for (std::chrono::year y{2000}; y <= std::chrono::year(2099); ++y)
    for (const CivilDate date : holidays(*country_, y)) holidays_.push_back(date);
}

bool BusinessCalendar::is_business_day(CivilDate date) const {
  if (std::ranges::binary_search(open_, date)) return true;
  const std::chrono::weekday w{sys_days(date)};
  if (w == std::chrono::Saturday || w == std::chrono::Sunday) return false;
  return !std::ranges::binary_search(holidays_, date) && !std::ranges::binary_search(closed_, date);
}

CivilDate BusinessCalendar::add(CivilDate date, int n) const {
  if (n == 0) {
    for (int i = 0; i < most_days && !is_business_day(date); ++i) date = next(date, 1);
    return date;
  }
  const int step = n > 0 ? 1 : -1;
  int left = std::abs(n);
  for (int i = 0; i < most_days && left > 0; ++i) {
    date = next(date, step);
    if (is_business_day(date)) --left;
  }
  return date;
}

int BusinessCalendar::between(CivilDate from, CivilDate to) const {
  if (sys_days(to) < sys_days(from)) return -between(to, from);
  int count = 0;
  for (int i = 0; i < most_days && sys_days(from) < sys_days(to); ++i) {
    from = next(from, 1);
    if (is_business_day(from)) ++count;
  }
  return count;
}

Instant end_of_business_day(const BusinessCalendar& calendar, const TimeZone& zone, Instant placed_at,
                            int n) {
  return zone.end_of_day(calendar.add(zone.civil_date(placed_at), n));
}

}  // namespace forestall::orders
