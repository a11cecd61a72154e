// SPDX-License-Identifier: Apache-2.0
#include "forecasting/promotion.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr std::size_t n = promotion_features;
using Matrix = std::array<std::array<double, n>, n>;

double log_uplift(const PromotionFeatures& beta, const PromotionFeatures& z) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += beta[i] * z[i];
  return std::clamp(sum, -3.0, 3.0);
}

// Solves h x = g in place for a symmetric positive definite h.
void solve(Matrix& h, PromotionFeatures& g) {
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      const double factor = h[j][i] / h[i][i];
      for (std::size_t k = i; k < n; ++k) h[j][k] -= factor * h[i][k];
      g[j] -= factor * g[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) g[i] -= h[i][k] * g[k];
    g[i] /= h[i][i];
  }
}

}  // namespace

double PromotionModel::uplift(const PromotionFeatures& features) const {
  return std::clamp(std::exp(log_uplift(coefficients, features)), 0.05, 20.0);
}

Expected<PromotionModel> fit_promotion(std::span<const PromotionSample> samples, double dispersion,
                                       double ridge) {
  if (!(dispersion >= 1) || !(dispersion < 1e6) || !(ridge > 0) || !(ridge < 1e9)) {
    return std::unexpected(ForecastError::out_of_range);
  }
  std::size_t used = 0;
  for (const PromotionSample& sample : samples) {
    if (!std::isfinite(sample.units) || !std::isfinite(sample.expected_units)) {
      return std::unexpected(ForecastError::not_finite);
    }
    if (sample.units < 0 || sample.expected_units < 0) return std::unexpected(ForecastError::negative);
    for (const double z : sample.features) {
      if (!std::isfinite(z)) return std::unexpected(ForecastError::not_finite);
      if (std::abs(z) > 20) return std::unexpected(ForecastError::too_large);
    }
    if (sample.expected_units > 0) ++used;
  }
  if (used == 0) return std::unexpected(ForecastError::too_few);
  PromotionModel model;
  for (int round = 0; round < 25; ++round) {
    Matrix h{};
    PromotionFeatures g{};
    for (std::size_t i = 0; i < n; ++i) {
      h[i][i] = ridge;
      g[i] = -ridge * model.coefficients[i];
    }
    for (const PromotionSample& sample : samples) {
      if (!(sample.expected_units > 0)) continue;
      const double mean = sample.expected_units * std::exp(log_uplift(model.coefficients, sample.features));
      for (std::size_t i = 0; i < n; ++i) {
        g[i] += sample.features[i] * (sample.units - mean) / dispersion;
        for (std::size_t j = 0; j < n; ++j)
          h[i][j] += sample.features[i] * sample.features[j] * mean / dispersion;
      }
    }
    solve(h, g);
    double moved = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double step = std::clamp(g[i], -1.0, 1.0);
      model.coefficients[i] += step;
      moved += std::abs(step);
    }
    if (moved < 1e-10) break;
  }
  return model;
}

}  // namespace forestall::forecasting
