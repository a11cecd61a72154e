// SPDX-License-Identifier: Apache-2.0
#include "forecasting/series_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace forestall::forecasting {
namespace {

constexpr std::array half_lives_steps = {
    1.5, 3.0, 6.0, 12.0, 24.0, 48.0, std::numeric_limits<double>::infinity()};
constexpr std::array prior_strengths_steps = {0.3, 1.0, 3.0};
constexpr std::array dampings = {0.0, 0.4};
constexpr std::array relative_variances = {0.0, 0.5};
constexpr int dispersions = 9;
constexpr double negligible_prior = 2e-4;      // grid points the set has no use for are dropped
constexpr double negligible_posterior = 2e-3;  // as are those a single series has no use for
constexpr double least_level = 1e-6;           // units per step: nothing is ever impossible
constexpr double most_value = 1e9;

// The part in which the item counts as on sale: from one step before the first sale, or all of it.
std::span<const float> on_sale(std::span<const float> history, bool from_first_sale) {
  if (!from_first_sale) return history;
  std::size_t first = 0;
  while (first < history.size() && !(history[first] > 0)) ++first;
  if (first == history.size()) return history;
  return history.subspan(first > 0 ? first - 1 : 0);
}

Expected<void> check(std::span<const float> history) {
  for (const float y : history) {
    if (!std::isfinite(y)) return std::unexpected(ForecastError::not_finite);
    if (y < 0) return std::unexpected(ForecastError::negative);
    if (static_cast<double>(y) > most_value) return std::unexpected(ForecastError::too_large);
  }
  return {};
}

struct Moments {
  double mean = 0;
  double dispersion = 1;
};

Moments moments(std::span<const float> values) {
  Moments out;
  if (values.empty()) return out;
  for (const float y : values) out.mean += static_cast<double>(y) / static_cast<double>(values.size());
  double squares = 0;
  for (const float y : values)
    squares += (static_cast<double>(y) - out.mean) * (static_cast<double>(y) - out.mean);
  if (out.mean > 0 && values.size() > 1) {
    out.dispersion = std::max(1.0, squares / static_cast<double>(values.size() - 1) / out.mean);
  }
  return out;
}

double rank(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

// log f(y) of the negative binomial up to log y!, which is the same for every smoother.
double log_mass(double y, double mean, double variance) {
  const double spread = variance - mean;
  if (spread <= 1e-9 * mean) return y * std::log(mean) - mean;
  const double r = mean * mean / spread;
  const double p = mean / variance;
  double out = r * std::log(p);
  if (y == 0) return out;
  out += y * std::log1p(-p);
  if (y <= 16 && y == std::floor(y) && r < 1e12) {
    double product = r;
    for (int i = 1; i < static_cast<int>(y); ++i) product *= r + i;
    return out + std::log(product);
  }
  return out + std::lgamma(r + y) - std::lgamma(r);
}

// The smoothers that differ only in their dispersion share one path of levels: it is walked once.
bool same_path(const Smoother& a, const Smoother& b) {
  return a.keep == b.keep && a.prior_steps == b.prior_steps && a.damping == b.damping;
}

using Level = SmoothedLevel;

// One walk through a history. Exposure-weighted sums: level = units / exposure, both forgotten at the same
// pace.
template <class Observe>
Level walk(const Smoother& path, double typical, bool reverting, std::span<const float> history,
           std::span<const double> exposure, Observe&& observe) {
  double fast_units = typical * path.prior_steps;
  double fast_steps = path.prior_steps;
  double all_units = fast_units;
  double all_steps = fast_steps;
  const auto now = [&] {
    const double mean = (1 - path.damping) * fast_units / fast_steps + path.damping * all_units / all_steps;
    return Level{std::max(mean, least_level), (1 - path.damping) / fast_steps + path.damping / all_steps};
  };
  const double back_steps = reverting ? (1 - path.keep) * path.prior_steps : 0;
  const double back_units = back_steps * typical;
  for (std::size_t t = 0; t < history.size(); ++t) {
    const auto y = static_cast<double>(history[t]);
    observe(y, exposure[t], now());
    fast_units = fast_units * path.keep + y + back_units;
    fast_steps = fast_steps * path.keep + exposure[t] + back_steps;
    all_units += y;
    all_steps += exposure[t];
  }
  return now();
}

void score(std::span<const Smoother> grid, double typical, bool reverting, std::span<const float> history,
           std::span<const double> exposure, std::span<double> log_score, std::span<Level> level) {
  for (std::size_t first = 0; first < grid.size();) {
    std::size_t last = first + 1;
    while (last < grid.size() && same_path(grid[first], grid[last])) ++last;
    std::fill(log_score.begin() + static_cast<std::ptrdiff_t>(first),
              log_score.begin() + static_cast<std::ptrdiff_t>(last), 0.0);
    const Level end =
        walk(grid[first], typical, reverting, history, exposure, [&](double y, double s, const Level& now) {
          const double mean = now.mean * s;
          for (std::size_t g = first; g < last; ++g) {
            const double variance = (grid[g].dispersion + grid[g].relative_variance * mean) * mean;
            log_score[g] += log_mass(y, mean, variance * (1 + now.uncertainty));
          }
        });
    for (std::size_t g = first; g < last; ++g) level[g] = end;
    first = last;
  }
}

// Turns log scores into weights in place; returns the log of their weighted sum.
double to_posterior(std::span<const Smoother> grid, std::span<double> log_score) {
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t g = 0; g < grid.size(); ++g) {
    log_score[g] += std::log(grid[g].weight);
    best = std::max(best, log_score[g]);
  }
  double sum = 0;
  for (double& value : log_score) sum += value = std::exp(value - best);
  for (double& value : log_score) value /= sum;
  return best + std::log(sum);
}

// The variance of a window of H steps of a smoother (Snyder, Koehler, Ord 1999): the level's uncertainty is
// shared by all steps, and the level moves on by (1 - keep) of each step's surprise.
WindowDemand window_of(const Smoother& smoother, const Level& level, std::span<const double> factors) {
  double exposure = 0;
  double variance = 0;
  for (const double s : factors) {
    const double mean = level.mean * s;
    exposure += s;
    variance += (smoother.dispersion + smoother.relative_variance * mean) * mean;
  }
  const double h = static_cast<double>(factors.size()) - 1;
  const double pace = (1 - smoother.keep) * (1 - smoother.damping);
  const double growth = 1 + level.uncertainty * h + pace * pace * h * (2 * h + 1) / 6;
  return {level.mean * exposure, variance * (1 + level.uncertainty) * growth};
}

std::vector<Smoother> full_grid(double widest_dispersion) {
  std::vector<Smoother> grid;
  for (const double half_life : half_lives_steps) {
    for (const double prior : prior_strengths_steps) {
      for (const double damping : dampings) {
        if (std::isinf(half_life) && damping > 0) continue;  // the same smoother twice
        for (int k = 0; k < dispersions; ++k) {
          const double dispersion = std::pow(widest_dispersion, static_cast<double>(k) / (dispersions - 1));
          for (const double relative : relative_variances) {
            grid.push_back({std::exp2(-1 / half_life), prior, damping, dispersion, relative, 0});
          }
        }
      }
    }
  }
  for (Smoother& point : grid) point.weight = 1 / static_cast<double>(grid.size());
  return grid;
}

}  // namespace

Expected<SeriesModel> SeriesModel::fit(std::span<const std::span<const float>> series,
                                       const SeriesModelOptions& options) {
  if (options.horizon_steps < 1 || options.horizon_steps > 10'000 || options.season_period < 1 ||
      options.season_period > 10'000 || options.fit_series < 1 || options.em_rounds < 1) {
    return std::unexpected(ForecastError::out_of_range);
  }
  std::vector<double> means;
  std::vector<double> dispersion;
  for (const auto& history : series) {
    if (const auto ok = check(history); !ok) return std::unexpected(ok.error());
    const Moments own = moments(on_sale(history, options.from_first_sale));
    if (own.mean > 0) {
      means.push_back(own.mean);
      dispersion.push_back(own.dispersion);
    }
  }
  SeriesModel model;
  model.options_ = options;
  model.typical_level_ = std::max(rank(means, 0.5), 1e-3);
  model.season_ = SeasonModel::fit(series, options.season_period);
  model.smoothers_ = full_grid(std::max(4.0, 1.5 * rank(dispersion, 0.99)));
  if (means.empty()) return model;

  // Scores of every smoother for a sample of the series; then expectation-maximisation of the pooled weights.
  std::vector<Smoother>& grid = model.smoothers_;
  const std::size_t stride = std::max<std::size_t>(1, series.size() / options.fit_series);
  std::vector<std::vector<double>> scores;
  std::vector<Level> level(grid.size());
  std::vector<double> exposure;
  for (std::size_t i = 0; i < series.size(); i += stride) {
    auto history = on_sale(series[i], options.from_first_sale);
    if (history.size() > options.fit_steps) history = history.last(options.fit_steps);
    if (history.empty()) continue;
    exposure.resize(history.size());
    model.season_.factors(history, exposure);
    scores.emplace_back(grid.size());
    score(grid, model.typical_level_, options.reverting, history, exposure, scores.back(), level);
  }
  std::vector<double> posterior(grid.size());
  for (int round = 0; round < options.em_rounds; ++round) {
    std::vector<double> sum(grid.size(), 0.02);
    for (const auto& log_score : scores) {
      posterior = log_score;
      to_posterior(grid, posterior);
      for (std::size_t g = 0; g < grid.size(); ++g) sum[g] += posterior[g];
    }
    double total = 0;
    for (const double s : sum) total += s;
    for (std::size_t g = 0; g < grid.size(); ++g) grid[g].weight = sum[g] / total;
  }
  std::erase_if(grid, [](const Smoother& point) { return point.weight < negligible_prior; });
  double total = 0;
  for (const Smoother& point : grid) total += point.weight;
  for (Smoother& point : grid) point.weight /= total;
  return model;
}

SeriesModel::Forecaster::Forecaster(const SeriesModel& model)
    : model_(&model), log_score_(model.smoothers_.size()), level_(model.smoothers_.size()) {}

Expected<SeriesModel::Forecast> SeriesModel::Forecaster::forecast(std::span<const float> history) {
  if (const auto ok = check(history); !ok) return std::unexpected(ok.error());
  const auto& grid = model_->smoothers_;
  const auto ahead = static_cast<std::size_t>(model_->options_.horizon_steps);
  const auto sold = on_sale(history, model_->options_.from_first_sale);
  exposure_.resize(sold.size() + ahead);
  model_->season_.factors(sold, exposure_);
  score(grid, model_->typical_level_, model_->options_.reverting, sold, exposure_, log_score_, level_);
  to_posterior(grid, log_score_);
  const std::span<const double> future = std::span(exposure_).last(ahead);
  step_.clear();
  window_.clear();
  for (std::size_t g = 0; g < grid.size(); ++g) {
    if (log_score_[g] < negligible_posterior) continue;
    step_.push_back({log_score_[g], window_of(grid[g], level_[g], future.first(1))});
    window_.push_back({log_score_[g], window_of(grid[g], level_[g], future)});
  }
  return Forecast{step_, window_};
}

}  // namespace forestall::forecasting
