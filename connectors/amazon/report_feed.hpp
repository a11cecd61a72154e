// SPDX-License-Identifier: Apache-2.0
// Where reading a report was left: asked for, or read up to a row. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/amazon/cursor.hpp"

namespace forestall::amazon {

struct ReportCursor {
  std::string name{};      // of the feed's cursor: "listings-report"
  std::string id{};        // Amazon's
  Instant asked{};         // when we asked for it
  std::string document{};  // once it is done; a report can be fetched again for ninety days
  std::uint64_t row = 0;   // told so far

  std::string str() const;
  // conflict for a text that is none of `name`.
  static Result<ReportCursor> parse(const CursorText& text, std::string_view name);
};

// A report that takes longer than this is given up and asked for anew.
inline constexpr std::chrono::hours report_patience{6};

}  // namespace forestall::amazon
