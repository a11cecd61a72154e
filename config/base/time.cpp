// SPDX-License-Identifier: Apache-2.0
#include "config/base/time.hpp"

#include <fmt/format.h>

#include <optional>

#include "config/base/text.hpp"

namespace forestall {
namespace {

using namespace std::chrono;

// The next `digits` decimal digits of `text`, taken off its front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  const auto value = text[0] == '-' ? std::nullopt : parse_integer<int>(text.substr(0, digits));
  if (value) text.remove_prefix(digits);
  return value;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text[0]) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<CivilDate> take_date(std::string_view& text) {
  const auto y = take_number(text, 4);
  if (!y || !take_char(text, "-")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take_char(text, "-")) return std::nullopt;
  const auto d = take_number(text, 2);
  if (!d) return std::nullopt;
  const CivilDate date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *y < 1970) return std::nullopt;
  return date;
}

// "HH:MM:SS[.fff...]"
std::optional<Millis> take_time_of_day(std::string_view& text) {
  const auto h = take_number(text, 2);
  if (!h || !take_char(text, ":")) return std::nullopt;
  const auto m = take_number(text, 2);
  if (!m || !take_char(text, ":")) return std::nullopt;
  const auto s = take_number(text, 2);
  if (!s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  Millis fraction{0};
  if (take_char(text, ".,")) {
    std::size_t digits = 0;
    int scale = 100;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      if (digits < 3) fraction += Millis((text[0] - '0') * scale);
      scale /= 10;
      ++digits;
      text.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
  }
  return hours(*h) + minutes(*m) + seconds(*s) + fraction;
}

// "Z" or "+HH:MM" / "+HHMM": what to subtract to reach UTC.
std::optional<minutes> take_offset(std::string_view& text) {
  if (take_char(text, "Zz")) return minutes(0);
  const bool west = text.starts_with('-');
  if (!take_char(text, "+-")) return std::nullopt;
  const auto h = take_number(text, 2);
  take_char(text, ":");
  const auto m = take_number(text, 2);
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  const minutes offset = hours(*h) + minutes(*m);
  return west ? -offset : offset;
}

struct Unit {
  std::string_view suffix;
  Millis length;
};
// Longest first, so that formatting takes the largest unit that fits.
constexpr Unit units[] = {{"w", weeks(1)},   {"d", days(1)},    {"h", hours(1)},
                          {"m", minutes(1)}, {"s", seconds(1)}, {"ms", milliseconds(1)}};
constexpr Millis longest_duration = days(36525);

}  // namespace

Result<Instant> parse_instant(std::string_view text) {
  std::string_view rest = text;
  const auto bad = [&] {
    return fail(ErrorCode::parse,
                fmt::format("\"{}\": expected an instant like 2026-11-23T03:30:13Z", printable(text, 40)));
  };
  const auto date = take_date(rest);
  if (!date || !take_char(rest, "Tt ")) return bad();
  const auto time = take_time_of_day(rest);
  if (!time) return bad();
  const auto offset = take_offset(rest);
  if (!offset || !rest.empty()) return bad();
  return sys_days(*date) + *time - *offset;
}

std::string to_string(Instant instant) {
  const auto day_start = floor<days>(instant);
  const hh_mm_ss<Millis> clock{instant - day_start};
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", to_string(CivilDate(day_start)),
                                 clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) text += fmt::format(".{:03}", clock.subseconds().count());
  return text + "Z";
}

Result<CivilDate> parse_civil_date(std::string_view text) {
  std::string_view rest = text;
  const auto date = take_date(rest);
  if (!date || !rest.empty())
    return fail(ErrorCode::parse,
                fmt::format("\"{}\": expected a date like 2026-11-23", printable(text, 40)));
  return *date;
}

std::string to_string(CivilDate date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Result<Millis> parse_duration(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::parse, fmt::format("\"{}\": {}", printable(text, 40), why));
  };
  constexpr std::string_view expected = "expected a duration like \"15m\", \"1h30m\" or \"500ms\"";
  std::string_view rest = trim(text);
  if (rest.empty()) return bad(expected);
  Millis total{0};
  std::optional<Millis> smallest;
  while (!rest.empty()) {
    const auto digits = rest.find_first_not_of("0123456789");
    if (digits == 0) return bad(expected);
    if (digits == std::string_view::npos) return bad("the unit is missing (ms, s, m, h, d or w)");
    const auto number = parse_integer<std::int64_t>(rest.substr(0, digits));
    rest.remove_prefix(digits);
    const auto suffix = rest.substr(0, rest.find_first_of("0123456789"));
    rest.remove_prefix(suffix.size());
    const Unit* unit = nullptr;
    for (const Unit& candidate : units)
      if (candidate.suffix == suffix) unit = &candidate;
    if (unit == nullptr) return bad("unknown unit; use ms, s, m, h, d or w");
    if (smallest && unit->length >= *smallest) return bad("units must go from large to small, each once");
    smallest = unit->length;
    if (!number || *number > longest_duration / unit->length) return bad("longer than 100 years");
    total += unit->length * *number;
  }
  if (total > longest_duration) return bad("longer than 100 years");
  return total;
}

std::string duration_text(Millis duration) {
  if (duration <= Millis(0)) return "0s";
  std::string text;
  for (const Unit& unit : units) {
    if (unit.suffix == "w" && duration % unit.length != Millis(0)) continue;  // "10d", not "1w3d"
    const auto n = duration / unit.length;
    if (n == 0) continue;
    text += fmt::format("{}{}", n, unit.suffix);
    duration %= unit.length;
  }
  return text;
}

}  // namespace forestall
