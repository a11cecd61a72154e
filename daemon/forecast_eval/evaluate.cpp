// SPDX-License-Identifier: Apache-2.0
#include "daemon/forecast_eval/evaluate.hpp"

#include <fmt/format.h>

#include "forecasting/scoring.hpp"
#include "forecasting/series_model.hpp"

namespace forestall {
namespace {

using namespace forecasting;

std::unexpected<Error> refused(std::string_view what, ForecastError error) {
  return fail(ErrorCode::invalid_argument, fmt::format("{}: {}", what, error_name(error)));
}

}  // namespace

Result<std::vector<QuantileRow>> forecast_quantiles(const SeriesFile& file, int period) {
  std::vector<std::span<const float>> train;
  train.reserve(file.size());
  for (std::size_t i = 0; i < file.size(); ++i) train.push_back(file.train(i));
  SeriesModelOptions options;
  options.horizon_steps = file.horizon;
  options.season_period = period;
  const auto model = SeriesModel::fit_best(train, options);
  if (!model) return refused("the set of series", model.error());
  SeriesModel::Forecaster forecaster(*model);
  std::vector<double> scratch(4096);
  std::array<int, m5_levels.size()> quantiles{};
  std::vector<QuantileRow> rows(file.size());
  for (std::size_t i = 0; i < file.size(); ++i) {
    const auto forecast = forecaster.forecast(train[i]);
    if (!forecast) return refused(fmt::format("series {}", i + 1), forecast.error());
    mixture_quantiles(forecast->step, m5_levels, scratch, quantiles);
    std::ranges::copy(quantiles, rows[i].begin());
    mixture_quantiles(forecast->window, m5_levels, scratch, quantiles);
    std::ranges::copy(quantiles, rows[i].begin() + m5_levels.size());
  }
  return rows;
}

}  // namespace forestall
