// SPDX-License-Identifier: Apache-2.0
#include "config/base/rate.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "config/base/text.hpp"
#include "config/base/time.hpp"

namespace forestall {
namespace {

constexpr double largest = 1e6;

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

Result<Rate> parse_rate(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::parse, fmt::format("\"{}\": {}", printable(text, 40), why));
  };
  std::string_view rest = trim(text);
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) return bad("expected a rate like \"5/s burst 10\" or \"1/3m\"");
  const auto count = parse_number(trim(rest.substr(0, slash)));
  if (!count || *count <= 0) return bad("the count before / must be a positive number");
  rest = trim(rest.substr(slash + 1));
  const auto space = rest.find(' ');
  const auto period_text = rest.substr(0, space);
  const bool bare_unit = period_text.find_first_of("0123456789") == std::string_view::npos;
  const auto period = parse_duration(bare_unit ? fmt::format("1{}", period_text) : std::string(period_text));
  if (!period || *period <= Millis(0))
    return bad("the period after / must be a unit or a duration (s, m, 3m)");
  Rate rate{*count / std::chrono::duration<double>(*period).count(), 1};
  if (space != std::string_view::npos) {
    rest = trim(rest.substr(space));
    if (!rest.starts_with("burst ")) return bad("after the period only \"burst N\" may follow");
    const auto burst = parse_number(trim(rest.substr(6)));
    if (!burst || *burst < 1 || *burst > largest) return bad("the burst must be a number from 1 to 1000000");
    rate.burst = *burst;
  }
  if (rate.per_second > largest) return bad("faster than 1000000/s");
  return rate;
}

std::string to_string(const Rate& rate) {
  struct Period {
    std::string_view unit;
    double seconds;
  };
  for (const Period period : {Period{"s", 1}, Period{"m", 60}, Period{"h", 3600}, Period{"d", 86400}}) {
    const double count = rate.per_second * period.seconds;
    const bool exact = std::abs(count - std::round(count)) < 1e-9 * count && std::round(count) >= 1;
    if (!exact) continue;
    const auto whole = fmt::format("{}/{}", std::llround(count), period.unit);
    return rate.burst == 1 ? whole : fmt::format("{} burst {}", whole, rate.burst);
  }
  const auto text = fmt::format("{:f}/s", rate.per_second);
  return rate.burst == 1 ? text : fmt::format("{} burst {}", text, rate.burst);
}

}  // namespace forestall
