// SPDX-License-Identifier: Apache-2.0
// The files forecast-eval reads: sets of series (binary) and quantile forecasts (CSV).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.hpp"

namespace forestall {

// Little endian: int32 n, int32 H; then per series int32 length and float32[length]. The last H values of
// each series are the test part.
struct SeriesFile {
  std::int32_t horizon = 1;
  std::vector<float> values;        // all series one after the other
  std::vector<std::size_t> starts;  // n + 1 offsets into values

  std::size_t size() const { return starts.size() - 1; }
  std::span<const float> series(std::size_t i) const {
    return std::span(values).subspan(starts[i], starts[i + 1] - starts[i]);
  }
  std::span<const float> train(std::size_t i) const {
    return series(i).first(series(i).size() - static_cast<std::size_t>(horizon));
  }
  std::span<const float> test(std::size_t i) const {
    return series(i).last(static_cast<std::size_t>(horizon));
  }
};

// Refuses truncated or overlong files, a horizon outside 1 .. 10'000, series no longer than the horizon,
// values that are not finite or beyond 10^9. Negative values (net returns) are read as 0.
Result<SeriesFile> parse_series(std::string_view bytes);

// One row a series: the nine M5 quantiles of the first test step, then of the sum of all H.
using QuantileRow = std::array<double, 18>;
Result<std::vector<QuantileRow>> parse_quantiles(std::string_view text);
std::string format_quantiles(std::span<const QuantileRow> rows);

Result<std::string> read_whole_file(const std::string& path);
Status write_whole_file(const std::string& path, std::string_view text);

}  // namespace forestall
