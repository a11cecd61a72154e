// SPDX-License-Identifier: Apache-2.0
#include "connectors/tables/cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/base/text.hpp"

namespace forestall::tables {
namespace {

constexpr std::size_t longest_number = 40;
constexpr std::size_t longest_time = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

std::unexpected<Error> no_number(std::string_view text, std::string_view why) {
  return fail(ErrorCode::parse, fmt::format("\"{}\" is no number{}", printable(text, longest_number), why));
}

// Blanks that stand between groups of digits, as one character.
std::string with_plain_blanks(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\xC2\xA0")) {  // no-break space
      out += ' ';
      i += 1;
    } else if (text.substr(i).starts_with("\xE2\x80\xAF")) {  // narrow no-break space
      out += ' ';
      i += 2;
    } else {
      out += text[i] == '\'' ? ' ' : text[i];
    }
  }
  return out;
}

// "1 234 567" with `group` for the blank as digits; false where the groups are not of three.
bool join_groups(std::string_view text, char group, std::string& out) {
  const auto parts = split(text, group);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!all_digits(parts[i])) return false;
    if (parts.size() > 1 && (i == 0 ? parts[i].size() > 3 : parts[i].size() != 3)) return false;
    out += parts[i];
  }
  return true;
}

// Which character is the decimal mark in `text`, '\0' for none.
Result<char> mark_in(std::string_view text, DecimalMark setting) {
  if (setting == DecimalMark::point) return '.';
  if (setting == DecimalMark::comma) return ',';
  const auto points = std::ranges::count(text, '.'), commas = std::ranges::count(text, ',');
  if (points > 0 && commas > 0) return text.rfind('.') > text.rfind(',') ? '.' : ',';
  if (points + commas != 1) return '\0';  // none, or groups
  const char mark = points == 1 ? '.' : ',';
  const auto at = text.find(mark);
  if (text.size() - at - 1 == 3 && at >= 1 && at <= 3 && text.front() != '0')
    return no_number(text, ": the mark may be of thousands or of decimals; set decimal_mark");
  return mark;
}

char group_in(std::string_view whole, char mark) {
  if (whole.find(' ') != std::string_view::npos) return ' ';
  return mark == '.' || (mark == '\0' && whole.find(',') != std::string_view::npos) ? ',' : '.';
}

}  // namespace

Result<std::string> plain_decimal(std::string_view original, DecimalMark setting) {
  original = trim(original);
  if (original.empty()) return fail(ErrorCode::parse, "a number is missing");
  if (original.size() > longest_number) return no_number(original, "");
  const auto blanks = with_plain_blanks(original);
  std::string_view text = trim(blanks);
  bool negative = false;
  if (text.starts_with('-') || text.starts_with('+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  } else if (text.ends_with('-')) {  // as SAP writes it
    negative = true;
    text.remove_suffix(1);
  }
  const auto mark = mark_in(text, setting);
  if (!mark) return std::unexpected(mark.error());
  const auto at = *mark == '\0' ? std::string_view::npos : text.find(*mark);
  const auto whole = text.substr(0, at);
  const auto fraction = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  std::string out = negative ? "-" : "";
  if (!join_groups(whole, group_in(whole, *mark), out)) return no_number(original, "");
  if (at == std::string_view::npos) return out;
  if (!all_digits(fraction)) return no_number(original, "");
  out += '.';
  out += fraction;
  return out;
}

Result<std::int64_t> whole_number(std::string_view text, DecimalMark mark) {
  text = trim(text);
  if (const auto plain = parse_integer<std::int64_t>(text)) return *plain;
  const auto decimal = plain_decimal(text, mark);
  if (!decimal) return std::unexpected(decimal.error());
  const auto point = decimal->find('.');
  const auto whole = std::string_view(*decimal).substr(0, point);
  const auto fraction =
      point == std::string::npos ? std::string_view{} : std::string_view(*decimal).substr(point + 1);
  if (!std::ranges::all_of(fraction, [](char c) { return c == '0'; }))
    return fail(ErrorCode::parse, fmt::format("\"{}\" is no whole number", printable(text, longest_number)));
  const auto number = parse_integer<std::int64_t>(whole);
  if (!number) return no_number(text, "");
  return *number;
}

Result<Instant> time_of(std::string_view text, const TimeZone& zone, DayMeans day) {
  text = trim(text);
  const auto bad = [&] {
    return fail(ErrorCode::parse,
                fmt::format("\"{}\" is no time like 2026-11-23T03:30:13Z or 2026-11-23 03:30",
                            printable(text, longest_time)));
  };
  if (text.size() < 10 || text.size() > longest_time) return bad();
  std::string date(text.substr(0, 10));
  if (date[2] == '.' && date[5] == '.')
    date = fmt::format("{}-{}-{}", date.substr(6), date.substr(3, 2), date.substr(0, 2));
  const auto parsed = parse_civil_date(date);
  if (!parsed) return bad();
  auto rest = text.substr(10);
  if (rest.empty())
    return day == DayMeans::start ? zone.start_of_day(*parsed) : zone.end_of_day(*parsed) - Millis(1);
  if (rest.front() != 'T' && rest.front() != 't' && rest.front() != ' ') return bad();
  rest.remove_prefix(1);
  const auto zone_at = rest.find_first_of("Zz+-");
  auto clock = std::string(trim(rest.substr(0, zone_at)));
  if (clock.size() == 5) clock += ":00";
  const auto offset =
      zone_at == std::string_view::npos ? std::string("Z") : std::string(rest.substr(zone_at));
  const auto instant = parse_instant(date + "T" + clock + offset);
  if (!instant) return bad();
  if (zone_at != std::string_view::npos) return *instant;
  return zone.to_instant(LocalTime(instant->time_since_epoch()));
}

Result<bool> yes_or_no(std::string_view text) {
  const auto word = to_lower(trim(text));
  if (word == "yes" || word == "true" || word == "1") return true;
  if (word == "no" || word == "false" || word == "0") return false;
  return fail(ErrorCode::parse, fmt::format("\"{}\" is neither yes nor no", printable(text, 40)));
}

}  // namespace forestall::tables
