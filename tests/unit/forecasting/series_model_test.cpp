// SPDX-License-Identifier: Apache-2.0
// The pooled batch model: what it learns from a set, and that its forecasts hold their promises.
#include "forecasting/series_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include "forecasting/scoring.hpp"

namespace forestall::forecasting {
namespace {

using Set = std::vector<std::vector<float>>;

std::vector<std::span<const float>> spans(const Set& set, std::size_t drop = 0) {
  std::vector<std::span<const float>> out;
  for (const auto& one : set) out.push_back(std::span(one).first(one.size() - drop));
  return out;
}

Set simulated(int n, std::size_t steps, double dispersion, std::span<const double> pattern, std::size_t late,
              std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::gamma_distribution<double> level(1.5, 1.0);
  std::uniform_real_distribution<double> uniform(0, 1);
  Set out;
  for (int i = 0; i < n; ++i) {
    const double rate = level(random) + 0.05;
    out.emplace_back();
    for (std::size_t t = 0; t < steps; ++t) {
      const double mean = t < late ? 0 : rate * pattern[t % pattern.size()];
      out.back().push_back(static_cast<float>(quantile({mean, mean * dispersion}, uniform(random))));
    }
  }
  return out;
}

constexpr std::array<double, 1> flat = {1};

TEST(SeriesModel, ForecastsAreCalibratedAtStepAndWindow) {
  const Set set = simulated(1'500, 52, 2, flat, 0, 1);
  SeriesModelOptions options;
  options.horizon_steps = 6;
  const auto model = SeriesModel::fit(spans(set, 6), options).value();
  SeriesModel::Forecaster forecaster(model);
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<double> step;
  std::vector<double> window;
  for (const auto& series : set) {
    const auto forecast = forecaster.forecast(std::span(series).first(46)).value();
    int units = static_cast<int>(series[46]);
    step.push_back(randomised_pit(mixture_at_most(forecast.step, units - 1),
                                  mixture_at_most(forecast.step, units), uniform(random)));
    for (std::size_t t = 47; t < 52; ++t) units += static_cast<int>(series[t]);
    window.push_back(randomised_pit(mixture_at_most(forecast.window, units - 1),
                                    mixture_at_most(forecast.window, units), uniform(random)));
  }
  EXPECT_LT(distance_from_uniform(step), 0.045);
  EXPECT_LT(distance_from_uniform(window), 0.06);
}

TEST(SeriesModel, AStableSetGetsLongMemoryAndItsDispersion) {
  const Set set = simulated(400, 60, 3, flat, 0, 3);
  const auto model = SeriesModel::fit(spans(set), {}).value();
  double memory = 0;
  double variance_at_one = 0;
  double weight = 0;
  for (const Smoother& s : model.smoothers()) {
    weight += s.weight;
    if (s.keep > std::exp2(-1 / 20.0)) memory += s.weight;
    variance_at_one += s.weight * (s.dispersion + s.relative_variance);
  }
  EXPECT_NEAR(weight, 1, 1e-9);
  EXPECT_GT(memory, 0.7);
  EXPECT_NEAR(variance_at_one, 3, 0.6);
}

TEST(SeriesModel, ASeasonIsUsedOnlyWhereItPredicts) {
  const std::array<double, 7> pattern = {0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6};
  const Set weekly = simulated(200, 98, 1, pattern, 0, 4);
  const Set plain = simulated(200, 98, 1, flat, 0, 5);
  const auto season = SeasonModel::fit(spans(weekly), 7);
  ASSERT_FALSE(season.flat());
  std::array<double, 7> factors{};
  std::array<double, 105> all{};
  season.factors(weekly[0], all);
  std::copy(all.end() - 7, all.end(), factors.begin());
  for (std::size_t d = 0; d < 7; ++d) EXPECT_NEAR(factors[d], pattern[(98 + d) % 7], 0.2) << d;
  EXPECT_TRUE(SeasonModel::fit(spans(plain), 7).flat());
  EXPECT_TRUE(SeasonModel::fit(spans(weekly), 1).flat());
}

TEST(SeriesModel, LeadingZerosAreReadAsTheSetSuggests) {
  SeriesModelOptions options;
  options.horizon_steps = 4;
  // Each series begins to sell at step 30 and then sells steadily: before, it was not on sale.
  const Set launched = simulated(300, 52, 1, flat, 30, 6);
  EXPECT_TRUE(SeriesModel::fit_best(spans(launched, 4), options).value().options().from_first_sale);
  // Rare demand: half of the series have not sold yet, and zeros are what most of the future holds as well.
  std::mt19937_64 random(7);
  Set rare(600, std::vector<float>(52));
  for (auto& one : rare) {
    for (float& y : one) y = std::bernoulli_distribution(0.02)(random) ? 5.0F : 0.0F;
  }
  EXPECT_FALSE(SeriesModel::fit_best(spans(rare, 4), options).value().options().from_first_sale);
}

TEST(SeriesModel, AbsurdSeriesAreRefusedAndOddOnesForecast) {
  const std::vector<float> bad[] = {{1, NAN}, {1, -1}, {1, 2e9F}, {1, INFINITY}};
  const ForecastError errors[] = {ForecastError::not_finite, ForecastError::negative,
                                  ForecastError::too_large, ForecastError::not_finite};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::span<const float> one[] = {bad[i]};
    EXPECT_EQ(SeriesModel::fit(one, {}).error(), errors[i]);
  }
  SeriesModelOptions options;
  options.horizon_steps = 0;
  EXPECT_EQ(SeriesModel::fit({}, options).error(), ForecastError::out_of_range);
  options.horizon_steps = 3;
  options.season_period = 4;
  const Set odd = {{}, {0}, {0, 0, 0}, {7}, {1e9F, 0, 0, 1e9F}, {0.5F, 0.25F}, {0, 0, 1}};
  const auto model = SeriesModel::fit_best(spans(odd), options).value();
  SeriesModel::Forecaster forecaster(model);
  std::vector<double> scratch(256);
  std::array<int, m5_levels.size()> quantiles{};
  for (const auto& one : odd) {
    const auto forecast = forecaster.forecast(one);
    ASSERT_TRUE(forecast);
    const WindowDemand moments = mixture_moments(forecast->window);
    EXPECT_TRUE(std::isfinite(moments.mean_units) && std::isfinite(moments.variance_units2));
    mixture_quantiles(forecast->window, m5_levels, scratch, quantiles);
    EXPECT_TRUE(std::ranges::is_sorted(quantiles));
  }
  EXPECT_EQ(forecaster.forecast(bad[0]).error(), ForecastError::not_finite);
}

}  // namespace
}  // namespace forestall::forecasting
