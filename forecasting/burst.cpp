// SPDX-License-Identifier: Apache-2.0
#include "forecasting/burst.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {

BurstShape BurstModel::at(double length_hours) const {
  const double h = std::max(length_hours, lengths_hours.front());
  if (!(h > lengths_hours.front())) return shapes_.front();
  for (std::size_t i = 1; i < lengths_hours.size(); ++i) {
    if (h > lengths_hours[i]) continue;
    const double t = std::log(h / lengths_hours[i - 1]) / std::log(lengths_hours[i] / lengths_hours[i - 1]);
    return {shapes_[i - 1].share + t * (shapes_[i].share - shapes_[i - 1].share),
            shapes_[i - 1].pairs + t * (shapes_[i].pairs - shapes_[i - 1].pairs)};
  }
  // Beyond a day the dispersion is the whole story; fade out over another day.
  const double t = std::clamp(h / lengths_hours.back() - 1, 0.0, 1.0);
  return {shapes_.back().share + t * (1 - shapes_.back().share), shapes_.back().pairs * (1 - t)};
}

Expected<void> BurstLearner::add(std::size_t length, double mean_units, double level_variance,
                                 double dispersion, double units) {
  if (length >= sums_.size()) return std::unexpected(ForecastError::out_of_range);
  for (const double value : {mean_units, level_variance, dispersion, units}) {
    if (!std::isfinite(value)) return std::unexpected(ForecastError::not_finite);
    if (value < 0) return std::unexpected(ForecastError::negative);
    if (value > 1e9) return std::unexpected(ForecastError::too_large);
  }
  if (!(mean_units > 1e-9)) return {};
  const double x = mean_units * std::max(dispersion - 1, 0.0);
  const double z = mean_units * mean_units;
  const double away = units - mean_units;
  const double excess = away * away - mean_units - level_variance;
  // One window's squared error varies by about its own variance squared plus the fourth moment of rare
  // counts.
  const double v = mean_units + x + z + level_variance;
  const double weight = 1 / (v + 2 * v * v);
  Sums& s = sums_[length];
  s.xx += weight * x * x;
  s.xz += weight * x * z;
  s.zz += weight * z * z;
  s.xe += weight * x * excess;
  s.ze += weight * z * excess;
  return {};
}

BurstModel BurstLearner::model(double prior_windows) const {
  BurstModel model;
  for (std::size_t i = 0; i < sums_.size(); ++i) {
    Sums s = sums_[i];
    // The prior sees windows of one expected unit each.
    const double c = std::max(prior_windows, 1e-9);
    s.xx += c;
    s.xe += c;
    s.zz += c;
    const double determinant = s.xx * s.zz - s.xz * s.xz;
    double share = (s.xe * s.zz - s.ze * s.xz) / determinant;
    double pairs = (s.ze * s.xx - s.xe * s.xz) / determinant;
    if (share < 0) {
      share = 0;
      pairs = s.ze / s.zz;
    } else if (pairs < 0) {
      pairs = 0;
      share = s.xe / s.xx;
    }
    model.shapes_[i] = {std::clamp(share, 0.0, 10.0), std::clamp(pairs, 0.0, 1000.0)};
  }
  return model;
}

}  // namespace forestall::forecasting
