// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/http_date.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/base/text.hpp"

namespace forestall::http {
namespace {
using namespace std::chrono;

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::optional<int> digits(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return parse_integer<int>(text);
}

std::optional<unsigned> month_of(std::string_view word) {
  const auto found = std::ranges::find(months, word);
  if (found == months.end()) return std::nullopt;
  return static_cast<unsigned>(found - months.begin()) + 1;
}

std::optional<Instant> combine(std::optional<int> y, std::optional<unsigned> m, std::optional<int> d,
                               std::string_view clock) {
  if (!y || !m || !d || *d < 0 || *y < 1970 || *y > 9999 || clock.size() != 8 || clock[2] != ':' ||
      clock[5] != ':')
    return std::nullopt;
  const auto hour = digits(clock.substr(0, 2));
  const auto minute = digits(clock.substr(3, 2));
  const auto second = digits(clock.substr(6, 2));
  const year_month_day date{year(*y), month(*m), day(static_cast<unsigned>(*d))};
  if (!date.ok() || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return Instant(sys_days(date)) + hours(*hour) + minutes(*minute) + seconds(*second);
}

}  // namespace

std::optional<Instant> parse_http_date(std::string_view text, Instant now) {
  text = trim(text);
  if (text.size() == 29 && text.substr(3, 2) == ", " && text[7] == ' ' && text[11] == ' ' &&
      text[16] == ' ' && text.ends_with(" GMT"))
    return combine(digits(text.substr(12, 4)), month_of(text.substr(8, 3)), digits(text.substr(5, 2)),
                   text.substr(17, 8));
  if (text.size() == 24 && text[3] == ' ' && text[7] == ' ' && text[10] == ' ' && text[19] == ' ')
    return combine(digits(text.substr(20, 4)), month_of(text.substr(4, 3)), digits(trim(text.substr(8, 2))),
                   text.substr(11, 8));
  const auto comma = text.find(", ");
  if (comma == std::string_view::npos || !text.ends_with(" GMT")) return std::nullopt;
  text = text.substr(comma + 2);
  if (text.size() != 22 || text[2] != '-' || text[6] != '-' || text[9] != ' ') return std::nullopt;
  auto year_number = digits(text.substr(7, 2));
  if (!year_number) return std::nullopt;
  const int this_year = static_cast<int>(year_month_day(floor<std::chrono::days>(now)).year());
  *year_number += this_year / 100 * 100;
  if (*year_number > this_year + 50) *year_number -= 100;
  return combine(year_number, month_of(text.substr(3, 3)), digits(text.substr(0, 2)), text.substr(10, 8));
}

std::string http_date(Instant instant) {
  const auto day_start = floor<std::chrono::days>(instant);
  const year_month_day date(day_start);
  const hh_mm_ss clock(floor<seconds>(instant) - day_start);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[weekday(day_start).c_encoding()],
                     static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::optional<Millis> parse_retry_after(std::string_view text, Instant now, Millis cap) {
  text = trim(text);
  if (text.empty()) return std::nullopt;
  if (text.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto count = text.size() <= 9 ? parse_integer<std::int64_t>(text) : std::int64_t{999'999'999};
    return std::min<Millis>(seconds(*count), cap);
  }
  const auto date = parse_http_date(text, now);
  if (!date) return std::nullopt;
  return std::clamp<Millis>(*date - now, Millis(0), cap);
}

}  // namespace forestall::http
