// SPDX-License-Identifier: Apache-2.0
// The dated presets of the channels' limits on cancellations: config/limits/cancel_limits.toml as values.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/time.hpp"
#include "config/settings/problem.hpp"

namespace forestall::config {

struct CancelLimit {
  std::string name{};                       // "amazon-7d"
  std::string kind{};                       // "amazon"
  std::vector<std::string> marketplaces{};  // empty: all of the kind
  std::int64_t share_ppm = 0;               // parts per million, above 0
  bool inclusive = false;                   // exactly the share is allowed
  std::int32_t window_days = 0;
  std::int64_t few_orders = 0;  // with fewer in the window, few_window_days are counted; 0: never
  std::int32_t few_window_days = 0;
  std::int64_t min_orders = 1;
  std::int64_t min_cancels = 1;
  std::int64_t min_cancels_below = 0;
  std::int32_t in_a_row = 0;  // 0: no such rule
  std::int32_t in_a_row_within_days = 0;
  CivilDate read_on{};
  std::string source{};
  std::string note{};
};

using CancelLimits = std::vector<CancelLimit>;

// Every problem at once, with its place. Unknown keys are refused: a misspelt limit would silently not hold.
std::expected<CancelLimits, Problems> parse_cancel_limits(std::string_view text, std::string_view file);
std::expected<CancelLimits, Problems> load_cancel_limits(const std::filesystem::path& file);
// Those that came with this version, compiled in.
CancelLimits shipped_cancel_limits();
std::string_view shipped_cancel_limits_text();

// Those that hold for an account; a marketplace that no preset names has none.
std::vector<const CancelLimit*> cancel_limits_of(std::span<const CancelLimit> all, std::string_view kind,
                                                 std::string_view marketplace);

}  // namespace forestall::config
