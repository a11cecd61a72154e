// SPDX-License-Identifier: Apache-2.0
// What people and spreadsheets write into a cell: numbers with either decimal mark, times with or without an
// offset. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "config/settings/stock.hpp"

namespace forestall::tables {

using config::DecimalMark;

// "1.234,50", "1,234.50", "1 234,5", "-3", "3-" as plain text with a point: "1234.50". Groups have three
// digits. Where the mark is automatic, a single mark before exactly three digits ("1,234") could be either
// and is an error that says so.
Result<std::string> plain_decimal(std::string_view text, DecimalMark mark);

// The same as a whole number: "12", "12,00", "1.234" where the mark says that this is a thousand. A fraction
// other than zero is an error.
Result<std::int64_t> whole_number(std::string_view text, DecimalMark mark);

// "2026-11-23T03:30:13Z", with an offset, or without one and then in `zone`; a blank for the T; seconds may
// be missing; "23.11.2026 03:30". A day alone is its first instant, or its last millisecond.
enum class DayMeans : std::uint8_t { start, end };
Result<Instant> time_of(std::string_view text, const TimeZone& zone, DayMeans day = DayMeans::start);

// "yes", "true", "1", "no", "false", "0".
Result<bool> yes_or_no(std::string_view text);

}  // namespace forestall::tables
