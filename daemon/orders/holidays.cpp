// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/holidays.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::orders {
namespace {

using namespace std::chrono;

CivilDate shift(CivilDate date, int by) { return CivilDate(sys_days(date) + days(by)); }
weekday day_of_week(CivilDate date) { return weekday(sys_days(date)); }
bool is_weekend(CivilDate date) { return day_of_week(date) == Saturday || day_of_week(date) == Sunday; }
CivilDate on(year y, unsigned m, unsigned d) { return y / month(m) / day(d); }
CivilDate nth(year y, unsigned m, weekday w, unsigned n) { return CivilDate(sys_days(y / month(m) / w[n])); }
CivilDate last_of(year y, unsigned m, weekday w) { return CivilDate(sys_days(y / month(m) / w[last])); }

// Saturday's is kept on Friday, Sunday's on Monday.
CivilDate observed_us(CivilDate date) {
  if (day_of_week(date) == Saturday) return shift(date, -1);
  return day_of_week(date) == Sunday ? shift(date, 1) : date;
}

std::vector<CivilDate> us(year y) {
  std::vector<CivilDate> out = {nth(y, 1, Monday, 3), nth(y, 2, Monday, 3),  last_of(y, 5, Monday),
                                nth(y, 9, Monday, 1), nth(y, 10, Monday, 2), nth(y, 11, Thursday, 4)};
  // New Year's Day of the next year may be kept on 31 December of this one.
  for (const CivilDate fixed :
       {on(y, 1, 1), on(y, 7, 4), on(y, 11, 11), on(y, 12, 25), on(y + years(1), 1, 1)})
    out.push_back(observed_us(fixed));
  if (y >= year(2021)) out.push_back(observed_us(on(y, 6, 19)));
  return out;
}

std::vector<CivilDate> gb(year y) {
  const CivilDate easter = easter_sunday(y);
  std::vector<CivilDate> out = {shift(easter, -2), shift(easter, 1), nth(y, 5, Monday, 1),
                                last_of(y, 5, Monday), last_of(y, 8, Monday)};
  const auto add_substituted = [&](CivilDate date) {
    while (is_weekend(date) || std::ranges::find(out, date) != out.end()) date = shift(date, 1);
    out.push_back(date);
  };
  add_substituted(on(y, 1, 1));
  // A Christmas on Saturday is kept on Monday and Boxing Day on Tuesday; on Sunday, Boxing Day keeps Monday.
  const CivilDate christmas = on(y, 12, 25);
  const CivilDate boxing = on(y, 12, 26);
  if (!is_weekend(boxing)) out.push_back(boxing);
  add_substituted(christmas);
  if (is_weekend(boxing)) add_substituted(boxing);
  return out;
}

std::vector<CivilDate> de(year y) {
  const CivilDate easter = easter_sunday(y);
  return {on(y, 1, 1),       shift(easter, -2), shift(easter, 1), on(y, 5, 1),  shift(easter, 39),
          shift(easter, 50), on(y, 10, 3),      on(y, 12, 25),    on(y, 12, 26)};
}

std::vector<CivilDate> fr(year y) {
  const CivilDate easter = easter_sunday(y);
  return {on(y, 1, 1),  shift(easter, 1), on(y, 5, 1),  on(y, 5, 8),   shift(easter, 39), shift(easter, 50),
          on(y, 7, 14), on(y, 8, 15),     on(y, 11, 1), on(y, 11, 11), on(y, 12, 25)};
}

std::vector<CivilDate> jp(year y) {
  const int n = int(y) - 1980;
  const auto equinox = [&](double base) {
    return static_cast<unsigned>(std::floor(base + 0.242194 * n - std::floor(n / 4.0)));
  };
  std::vector<CivilDate> out = {on(y, 1, 1),
                                nth(y, 1, Monday, 2),
                                on(y, 2, 11),
                                on(y, 3, equinox(20.8431)),
                                on(y, 4, 29),
                                on(y, 5, 3),
                                on(y, 5, 4),
                                on(y, 5, 5),
                                nth(y, 7, Monday, 3),
                                nth(y, 9, Monday, 3),
                                on(y, 9, equinox(23.2488)),
                                nth(y, 10, Monday, 2),
                                on(y, 11, 3),
                                on(y, 11, 23)};
  if (y >= year(2020)) out.push_back(on(y, 2, 23));
  if (y >= year(2016)) out.push_back(on(y, 8, 11));
  if (y == year(2020) || y == year(2021)) {
    // Moved by law for the Olympic Games.
    const bool first = y == year(2020);
    std::erase(out, nth(y, 7, Monday, 3));
    std::erase(out, nth(y, 10, Monday, 2));
    std::erase(out, on(y, 8, 11));
    out.push_back(on(y, 7, first ? 23 : 22));
    out.push_back(on(y, 7, first ? 24 : 23));
    out.push_back(on(y, 8, first ? 10 : 8));
  }
  std::ranges::sort(out);
  const std::vector<CivilDate> named = out;
  const auto is_named = [&](CivilDate date) { return std::ranges::find(named, date) != named.end(); };
  for (const CivilDate date : named) {
    // On a Sunday: the next day that is no holiday. Between two holidays: a holiday too (article 3).
    if (day_of_week(date) == Sunday) {
      CivilDate next = shift(date, 1);
      while (is_named(next)) next = shift(next, 1);
      out.push_back(next);
    }
    const CivilDate between = shift(date, 1);
    if (is_named(shift(date, 2)) && !is_named(between) && day_of_week(between) != Sunday)
      out.push_back(between);
  }
  return out;
}

}  // namespace

std::optional<Country> parse_country(std::string_view code) {
  if (code == "US") return Country::us;
  if (code == "GB" || code == "UK") return Country::gb;
  if (code == "DE") return Country::de;
  if (code == "FR") return Country::fr;
  if (code == "IN") return Country::in;
  if (code == "JP") return Country::jp;
  return std::nullopt;
}

CivilDate easter_sunday(year y) {
  const int n = int(y);
  const int a = n % 19;
  const int b = n / 100;
  const int c = n % 100;
  const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int sum = h + l - 7 * m + 114;
  return on(y, static_cast<unsigned>(sum / 31), static_cast<unsigned>(sum % 31 + 1));
}

std::vector<CivilDate> holidays(Country country, year y) {
  std::vector<CivilDate> out;
  switch (country) {
    case Country::us:
      out = us(y);
      break;
    case Country::gb:
      out = gb(y);
      break;
    case Country::de:
      out = de(y);
      break;
    case Country::fr:
      out = fr(y);
      break;
    case Country::in:
      out = {on(y, 1, 26), on(y, 8, 15), on(y, 10, 2)};
      break;
    case Country::jp:
      out = jp(y);
      break;
  }
  std::erase_if(out, [&](CivilDate date) { return date.year() != y; });
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace forestall::orders
