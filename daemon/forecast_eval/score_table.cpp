// SPDX-License-Identifier: Apache-2.0
#include "daemon/forecast_eval/score_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "forecasting/scoring.hpp"

namespace forestall {
namespace {

using namespace forecasting;

constexpr double level_count = static_cast<double>(m5_levels.size());
constexpr double upper_count = static_cast<double>(m5_levels.size() - m5_first_upper_level);

}  // namespace

QuantileScores score_quantiles(const SeriesFile& file, std::span<const QuantileRow> rows) {
  QuantileScores out;
  double from_first_sale = 0;
  const auto h = static_cast<double>(file.horizon);
  for (std::size_t i = 0; i < std::min(rows.size(), file.size()); ++i) {
    const double scale = mean_absolute_difference(file.train(i));
    const double late_scale = mean_absolute_difference_from_first_sale(file.train(i));
    if (!(scale > 0)) continue;
    const auto first = static_cast<double>(file.test(i)[0]);
    double sum = 0;
    for (const float y : file.test(i)) sum += static_cast<double>(y);
    double step = 0;
    double window = 0;
    double upper = 0;
    for (std::size_t u = 0; u < m5_levels.size(); ++u) {
      step += pinball(first, rows[i][u], m5_levels[u]) / level_count;
      const double loss = pinball(sum, rows[i][m5_levels.size() + u], m5_levels[u]) / h;
      window += loss / level_count;
      if (u >= m5_first_upper_level) upper += loss / upper_count;
    }
    out.step += step / scale;
    out.window += window / scale;
    out.window_upper += upper / scale;
    ++out.series;
    if (late_scale > 0) {
      out.step_from_first_sale += step / late_scale;
      out.window_from_first_sale += window / late_scale;
      ++from_first_sale;
    }
  }
  const auto n = std::max(1.0, static_cast<double>(out.series));
  out.step /= n;
  out.window /= n;
  out.window_upper /= n;
  out.step_from_first_sale /= std::max(1.0, from_first_sale);
  out.window_from_first_sale /= std::max(1.0, from_first_sale);
  return out;
}

std::string format_score_table(std::vector<NamedScores> table) {
  std::ranges::sort(table, {}, [](const NamedScores& row) { return row.scores.window; });
  std::size_t width = 8;
  for (const NamedScores& row : table) width = std::max(width, row.name.size());
  std::string out =
      fmt::format("{:<{}}  window  upper    step    M5 window  M5 step  series\n", "forecast", width);
  for (const NamedScores& row : table) {
    const QuantileScores& s = row.scores;
    out += fmt::format("{:<{}}  {:.4f}  {:.4f}  {:.4f}  {:.4f}     {:.4f}   {}\n", row.name, width, s.window,
                       s.window_upper, s.step, s.window_from_first_sale, s.step_from_first_sale, s.series);
  }
  return out;
}

}  // namespace forestall
