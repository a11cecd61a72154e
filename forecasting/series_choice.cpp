// SPDX-License-Identifier: Apache-2.0
// Which variant of the batch model suits a set of series, by how it would have done on their last horizons.
#include <algorithm>
#include <array>

#include "forecasting/scoring.hpp"
#include "forecasting/series_model.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::size_t most_backtest_series = 1'000;
constexpr std::size_t backtest_fit_series = 400;  // enough to rank variants, a third of the work

// Mean scaled pinball of step and window over `origins` consecutive horizons at the end of the series. The
// model knows nothing of any of them; its forecasts at later origins know the earlier ones.
double backtest(const SeriesModel& model, std::span<const std::span<const float>> series, std::size_t horizon,
                std::size_t origins) {
  SeriesModel::Forecaster forecaster(model);
  std::array<int, m5_levels.size()> quantiles{};
  std::vector<double> scratch(4096);
  const std::size_t stride = std::max<std::size_t>(1, series.size() / most_backtest_series);
  double loss = 0;
  double count = 0;
  for (std::size_t i = 0; i < series.size(); i += stride) {
    if (series[i].size() < (origins + 1) * horizon + 2) continue;
    const double scale = mean_absolute_difference(series[i].first(series[i].size() - origins * horizon));
    if (!(scale > 0)) continue;
    for (std::size_t back = origins; back > 0; --back) {
      const auto history = series[i].first(series[i].size() - back * horizon);
      const auto later = series[i].subspan(history.size(), horizon);
      const auto forecast = forecaster.forecast(history);
      if (!forecast) continue;
      double sum = 0;
      for (const float y : later) sum += static_cast<double>(y);
      mixture_quantiles(forecast->step, m5_levels, scratch, quantiles);
      for (std::size_t u = 0; u < m5_levels.size(); ++u) {
        loss += pinball(static_cast<double>(later[0]), quantiles[u], m5_levels[u]) / scale;
      }
      mixture_quantiles(forecast->window, m5_levels, scratch, quantiles);
      for (std::size_t u = 0; u < m5_levels.size(); ++u) {
        loss += pinball(sum, quantiles[u], m5_levels[u]) / scale / static_cast<double>(horizon);
      }
      count += 1;
    }
  }
  return count > 0 ? loss / count : 0;
}

}  // namespace

Expected<SeriesModel> SeriesModel::fit_best(std::span<const std::span<const float>> series,
                                            const SeriesModelOptions& options) {
  std::size_t longest = 0;
  for (const auto& one : series) longest = std::max(longest, one.size());
  const auto horizon = static_cast<std::size_t>(std::clamp(options.horizon_steps, 1, 10'000));
  const std::size_t origins = longest >= 8 * horizon ? 3 : 1;
  std::vector<std::span<const float>> earlier;
  for (const auto& one : series) {
    if (one.size() >= (origins + 1) * horizon + 2)
      earlier.push_back(one.first(one.size() - origins * horizon));
  }
  SeriesModelOptions best = options;
  if (earlier.size() >= 20) {
    double least = 0;
    bool first = true;
    for (const bool from_first_sale : {options.from_first_sale, !options.from_first_sale}) {
      for (const bool reverting : {options.reverting, !options.reverting}) {
        SeriesModelOptions variant = options;
        variant.from_first_sale = from_first_sale;
        variant.reverting = reverting;
        variant.fit_series = std::min(options.fit_series, backtest_fit_series);
        const auto model = fit(earlier, variant);
        if (!model) return std::unexpected(model.error());
        const double loss = backtest(*model, series, horizon, origins);
        if (first || loss < least) {
          least = loss;
          best = variant;
          best.fit_series = options.fit_series;
        }
        first = false;
      }
    }
  }
  return fit(series, best);
}

}  // namespace forestall::forecasting
