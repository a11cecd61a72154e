// SPDX-License-Identifier: Apache-2.0
#include "forecasting/stock_belief/loss_law.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {

WindowDemand LossLaw::losses(double units_sold) const {
  const double mean = losses_per_unit_sold * std::max(0.0, units_sold);
  return {mean, dispersion * mean + rate_variation * mean * mean};
}

Expected<void> LossLearner::observe(const RecordInterval& interval) {
  const double n = interval.units_sold;
  if (!std::isfinite(n) || !std::isfinite(interval.lost_units))
    return std::unexpected(ForecastError::not_finite);
  if (n < 0) return std::unexpected(ForecastError::negative);
  if (n > max_window_units || std::abs(interval.lost_units) > max_window_units)
    return std::unexpected(ForecastError::too_large);
  const double l = std::max(0.0, interval.lost_units);
  gained_ += std::max(0.0, -interval.lost_units);
  sold_ += n;
  lost_ += l;
  sold2_ += n * n;
  sold3_ += n * n * n;
  lost2_ += l * l;
  lost_sold_ += l * n;
  lost2_sold_ += l * l * n;
  lost_sold2_ += l * n * n;
  return {};
}

void LossLearner::fade(double factor) {
  const double f = std::isfinite(factor) ? std::clamp(factor, 0.0, 1.0) : 1.0;
  for (double* sum :
       {&sold_, &lost_, &gained_, &sold2_, &sold3_, &lost2_, &lost_sold_, &lost2_sold_, &lost_sold2_})
    *sum *= f;
}

LossLearner::Sums LossLearner::sums() const {
  return {sold_, lost_, gained_, sold2_, sold3_, lost2_, lost_sold_, lost2_sold_, lost_sold2_};
}

bool LossLearner::restore(const Sums& sums) {
  for (const double sum : sums)
    if (!std::isfinite(sum) || sum < 0) return false;
  sold_ = sums[0], lost_ = sums[1], gained_ = sums[2], sold2_ = sums[3], sold3_ = sums[4];
  lost2_ = sums[5], lost_sold_ = sums[6], lost2_sold_ = sums[7], lost_sold2_ = sums[8];
  return true;
}

LossLaw LossLearner::law() const {
  LossLaw law = prior_;
  const double units = weight_ + sold_;
  if (!(units > 0)) return law;
  law.losses_per_unit_sold = (weight_ * prior_.losses_per_unit_sold + lost_) / units;
  law.gains_per_unit_sold = (weight_ * prior_.gains_per_unit_sold + gained_) / units;
  const double rate = law.losses_per_unit_sold;
  if (!(rate > 0) || !(sold2_ > 0)) return law;
  // Moments of e = l - rate n: sum e^2 = d rate S1 + v rate^2 S2 and sum n e^2 = d rate S2 + v rate^2 S3.
  const double e2 = std::max(0.0, lost2_ - 2 * rate * lost_sold_ + rate * rate * sold2_);
  const double e2n = std::max(0.0, lost2_sold_ - 2 * rate * lost_sold2_ + rate * rate * sold3_);
  const double a = rate * sold_;
  const double b = rate * rate * sold2_;
  const double c = rate * sold2_;
  const double d = rate * rate * sold3_;
  const double determinant = a * d - b * c;
  double dispersion = a > 0 ? e2 / a : prior_.dispersion;
  double variation = 0;
  if (determinant > 1e-9 * a * d) {
    variation = std::clamp((a * e2n - c * e2) / determinant, 0.0, 4.0);
    dispersion = (e2 - variation * b) / a;
  }
  // About as many losses as the prior stands for before the data speak for themselves.
  const double known = lost_ / (lost_ + 20);
  law.dispersion = std::max(1.0, (1 - known) * prior_.dispersion + known * dispersion);
  law.rate_variation = std::max(0.0, (1 - known) * prior_.rate_variation + known * variation);
  return law;
}

}  // namespace forestall::forecasting
