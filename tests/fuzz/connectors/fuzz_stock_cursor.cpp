// SPDX-License-Identifier: Apache-2.0
// Any bytes as a cursor of stock files: refused, or written again as they were.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "connectors/stock/csv/cursor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = forestall::stock_csv::parse_cursor(text);
  if (!cursor) return 0;
  const auto written = forestall::stock_csv::to_text(*cursor);
  if (forestall::stock_csv::parse_cursor(written) != *cursor) std::abort();
  return 0;
}
