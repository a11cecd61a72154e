// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/arrival.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {

double late_chance(const Survival& curve, const OpenParcel& parcel, double due_days) {
  const double slow = still_waiting_given(curve, parcel.age_days, due_days + 1);
  return parcel.lost + (1 - parcel.lost) * slow;
}

Expected<void> ArrivalCoverage::learn(const Survival& curve, double age_days, double came_days) {
  if (!std::isfinite(age_days) || !std::isfinite(came_days))
    return std::unexpected(ForecastError::not_finite);
  if (came_days < age_days) return std::unexpected(ForecastError::time_backwards);
  const double day = std::floor(came_days);
  const double from = 1 - still_waiting_given(curve, age_days, std::max(age_days, day));
  const double to = 1 - still_waiting_given(curve, age_days, day + 1);
  return histograms_[kind(age_days)].add(std::min(from, to), to);
}

void ArrivalCoverage::forget(double keep) {
  for (PitHistogram& h : histograms_) h.forget(keep);
}

ArrivalCoverage::Range ArrivalCoverage::range(const Survival& curve, double age_days, double level) const {
  const PitHistogram& h = histograms_[kind(age_days)];
  const double tail = (1 - std::clamp(level, 0.01, 0.99)) / 2;
  const auto at = [&](double p) { return std::floor(quantile_given(curve, age_days, h.raw_level(p))); };
  return {at(tail), at(0.5), at(1 - tail)};
}

}  // namespace forestall::forecasting
