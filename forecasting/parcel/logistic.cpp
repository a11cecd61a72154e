// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/logistic.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

using Row = std::array<double, most_features + 1>;
using Matrix = std::array<Row, most_features + 1>;

// Solves a x = b in place for symmetric positive definite a (Cholesky); false where it is not.
bool solve(Matrix& a, Row& b, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      if (i == j) {
        if (!(sum > 1e-12)) return false;
        a[j][j] = std::sqrt(sum);
      } else {
        a[i][j] = sum / a[j][j];
      }
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return true;
}

constexpr double reach = 4;  // standard deviations a feature may count for

double standard(double x, double centre, double scale) {
  return scale > 0 ? std::clamp((x - centre) / scale, -reach, reach) : 0;
}

void find_scales(const Cases& cases, double total, Logistic& out) {
  for (std::size_t j = 0; j < cases.width; ++j) {
    double sum = 0;
    for (std::size_t i = 0; i < cases.size(); ++i)
      sum += static_cast<double>(cases.weight[i]) * static_cast<double>(cases.features[i * cases.width + j]);
    const double mean = sum / total;
    double squares = 0;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const double d = static_cast<double>(cases.features[i * cases.width + j]) - mean;
      squares += static_cast<double>(cases.weight[i]) * d * d;
    }
    const double deviation = std::sqrt(squares / total);
    out.centre[j] = mean;
    out.scale[j] = deviation > 1e-9 * (1 + std::abs(mean)) ? deviation : 0;
  }
}

}  // namespace

double log_odds(double probability) {
  const double p = std::clamp(probability, 1e-6, 1 - 1e-6);
  return std::log(p / (1 - p));
}

double from_log_odds(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

void Cases::add(std::span<const double> x, bool did, double w) {
  width = x.size();
  for (const double v : x) features.push_back(std::isfinite(v) ? static_cast<float>(v) : 0.0F);
  weight.push_back(static_cast<float>(w));
  offset.push_back(0);
  happened.push_back(did ? 1 : 0);
}

void Cases::clear() {
  features.clear();
  weight.clear();
  offset.clear();
  happened.clear();
}

double Logistic::log_odds_of(std::span<const double> x) const {
  double sum = intercept;
  for (std::size_t j = 0; j < std::min(width, x.size()); ++j)
    sum += slope[j] * standard(std::isfinite(x[j]) ? x[j] : 0, centre[j], scale[j]);
  return sum;
}

Expected<Logistic> fit_logistic(const Cases& cases, double ridge) {
  const std::size_t k = cases.width;
  if (k == 0 || k > most_features) return std::unexpected(ForecastError::out_of_range);
  double total = 0;
  double yes = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    total += static_cast<double>(cases.weight[i]);
    if (cases.happened[i] != 0) yes += static_cast<double>(cases.weight[i]);
  }
  if (cases.size() < 20 || !(yes > 0) || !(yes < total)) return std::unexpected(ForecastError::too_few);

  Logistic out;
  out.width = k;
  find_scales(cases, total, out);
  out.intercept = std::log(yes / (total - yes));
  Row z{};
  z[k] = 1;
  for (int round = 0; round < 25; ++round) {
    Matrix hessian{};
    Row step{};
    for (std::size_t i = 0; i < cases.size(); ++i) {
      double score = out.intercept + static_cast<double>(cases.offset[i]);
      for (std::size_t j = 0; j < k; ++j) {
        z[j] = standard(static_cast<double>(cases.features[i * k + j]), out.centre[j], out.scale[j]);
        score += out.slope[j] * z[j];
      }
      const double p = from_log_odds(score);
      const auto w = static_cast<double>(cases.weight[i]);
      const double error = w * ((cases.happened[i] != 0 ? 1.0 : 0.0) - p);
      const double bend = w * std::max(p * (1 - p), 1e-9);
      for (std::size_t j = 0; j <= k; ++j) {
        step[j] += error * z[j];
        for (std::size_t l = 0; l <= j; ++l) hessian[j][l] += bend * z[j] * z[l];
      }
    }
    for (std::size_t j = 0; j < k; ++j) {
      step[j] -= ridge * out.slope[j];
      hessian[j][j] += ridge + 1e-9;
    }
    hessian[k][k] += 1e-9;
    if (!solve(hessian, step, k + 1)) return std::unexpected(ForecastError::not_finite);
    double longest = 0;
    for (std::size_t j = 0; j <= k; ++j) longest = std::max(longest, std::abs(step[j]));
    const double damp = longest > 2 ? 2 / longest : 1;
    for (std::size_t j = 0; j < k; ++j) out.slope[j] += damp * step[j];
    out.intercept += damp * step[k];
    if (longest < 1e-5) break;
  }
  return out;
}

double Recalibration::apply(double probability) const {
  return from_log_odds(shift + slope * log_odds(probability));
}

Recalibration fit_recalibration(std::span<const Judged> cases, double prior_shift, double prior_slope) {
  Recalibration out;
  double centre = 0;
  double total = 0;
  for (const Judged& c : cases) {
    centre += c.weight * log_odds(c.probability);
    total += c.weight;
  }
  centre = total > 0 ? centre / total : 0;
  const double hold_shift = 1 / (prior_shift * prior_shift);
  const double hold_slope = 1 / (prior_slope * prior_slope);
  for (int round = 0; round < 25; ++round) {
    double g0 = -hold_shift * out.shift;
    double g1 = -hold_slope * (out.slope - 1);
    double h00 = hold_shift;
    double h01 = 0;
    double h11 = hold_slope;
    for (const Judged& c : cases) {
      const double x = log_odds(c.probability) - centre;
      const double p = from_log_odds(centre + out.shift + out.slope * x);
      const double error = c.weight * ((c.happened ? 1.0 : 0.0) - p);
      const double bend = c.weight * p * (1 - p);
      g0 += error;
      g1 += error * x;
      h00 += bend;
      h01 += bend * x;
      h11 += bend * x * x;
    }
    const double det = h00 * h11 - h01 * h01;
    if (!(det > 0)) break;
    double d0 = (g0 * h11 - g1 * h01) / det;
    double d1 = (g1 * h00 - g0 * h01) / det;
    const double longest = std::max(std::abs(d0), std::abs(d1));
    if (longest > 1) {
      d0 /= longest;
      d1 /= longest;
    }
    out.shift += d0;
    out.slope = std::clamp(out.slope + d1, 0.25, 2.0);
    if (longest < 1e-7) break;
  }
  out.shift += centre * (1 - out.slope);
  return out;
}

}  // namespace forestall::forecasting
