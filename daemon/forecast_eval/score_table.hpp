// SPDX-License-Identifier: Apache-2.0
// One table in which forecasts of several origins stand side by side, all scored by the same code.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/forecast_eval/series_file.hpp"

namespace forestall {

struct QuantileScores {
  double step =
      0;  // mean over series of the mean pinball at nine levels / mean |difference| of the train part
  double window = 0;                // the same of the window's sum, per step
  double window_upper = 0;          // its three upper levels only (.835 .975 .995)
  double step_from_first_sale = 0;  // scaled by differences since the first sale, as in the M5 competition
  double window_from_first_sale = 0;
  std::size_t series = 0;  // those whose train part is not constant
};

QuantileScores score_quantiles(const SeriesFile& file, std::span<const QuantileRow> rows);

struct NamedScores {
  std::string name;
  QuantileScores scores;
};
// Sorted by the window's score.
std::string format_score_table(std::vector<NamedScores> table);

}  // namespace forestall
