// SPDX-License-Identifier: Apache-2.0
// The truth for people: a running line, and at the end a table beside the same shoppers without a guard.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/base/time.hpp"
#include "daemon/backtest/world/truth.hpp"

namespace forestall::sandbox {

struct ReportRow {
  std::string name{};
  world::Truth truth{};
};

// "2026-02-03 14:05  orders 1,234  cancelled for want of stock: 3, by the plain tool 41  writes 12"
std::string live_line(Instant now, const ReportRow& here, const ReportRow& beside);

// A row each: orders taken, oversold, their share; units sent, refused while there was a shopper, still open.
// The last line says in words what the first row prevented, and what it cost, against the second.
std::string result_table(Instant from, Instant until, const std::vector<ReportRow>& rows);

}  // namespace forestall::sandbox
