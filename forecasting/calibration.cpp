// SPDX-License-Identifier: Apache-2.0
#include "forecasting/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "forecasting/scoring.hpp"

namespace forestall::forecasting {
namespace {

constexpr double shrink_counts = 2;  // a bin
constexpr double tiny = 1e-12;

double logit(double p) { return std::log(p) - std::log1p(-p); }
double logistic(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
bool probability(double p) { return p >= 0 && p <= 1; }

}  // namespace

Expected<void> PitHistogram::add(double at_most_below, double at_most, double weight) {
  if (!std::isfinite(at_most_below) || !std::isfinite(at_most) || !std::isfinite(weight)) {
    return std::unexpected(ForecastError::not_finite);
  }
  if (!probability(at_most_below) || !probability(at_most) || at_most < at_most_below || weight < 0) {
    return std::unexpected(ForecastError::out_of_range);
  }
  constexpr auto n = static_cast<double>(bins);
  count_ += weight;
  const double width = at_most - at_most_below;
  if (width < tiny) {
    mass_[std::min(bins - 1, static_cast<std::size_t>(at_most * n))] += weight;
    return {};
  }
  const auto first = std::min(bins - 1, static_cast<std::size_t>(at_most_below * n));
  const auto last = std::min(bins - 1, static_cast<std::size_t>(at_most * n));
  for (std::size_t i = first; i <= last; ++i) {
    const double low = std::max(at_most_below, static_cast<double>(i) / n);
    const double high = std::min(at_most, static_cast<double>(i + 1) / n);
    mass_[i] += weight * std::max(0.0, high - low) / width;
  }
  return {};
}

void PitHistogram::forget(double keep) {
  keep = std::clamp(keep, 0.0, 1.0);
  for (double& mass : mass_) mass *= keep;
  count_ *= keep;
}

double PitHistogram::calibrated(double u) const {
  if (!(u > 0)) return 0;
  if (u >= 1) return 1;
  constexpr auto n = static_cast<double>(bins);
  const double total = count_ + shrink_counts * n;
  const auto bin = std::min(bins - 1, static_cast<std::size_t>(u * n));
  double below = 0;
  for (std::size_t i = 0; i < bin; ++i) below += mass_[i] + shrink_counts;
  const double within = (u * n - static_cast<double>(bin)) * (mass_[bin] + shrink_counts);
  return std::min(1.0, (below + within) / total);
}

double PitHistogram::raw_level(double level) const {
  if (!(level > 0)) return 0;
  if (level >= 1) return 1;
  constexpr auto n = static_cast<double>(bins);
  double left = level * (count_ + shrink_counts * n);
  for (std::size_t i = 0; i < bins; ++i) {
    const double here = mass_[i] + shrink_counts;
    if (left <= here) return std::min(1.0, (static_cast<double>(i) + left / here) / n);
    left -= here;
  }
  return 1;
}

std::size_t WindowCalibrator::bucket(double length_hours, double mean_units) {
  const std::size_t length = length_hours <= 1 ? 0 : length_hours <= 12 ? 1 : length_hours <= 72 ? 2 : 3;
  const double doublings =
      std::floor(std::log2(std::max(mean_units, 1e-6)) / 2) + 3;  // 4-fold steps from 1/64
  return length * rates +
         static_cast<std::size_t>(std::clamp(doublings, 0.0, static_cast<double>(rates - 1)));
}

Expected<void> WindowCalibrator::learn(double length_hours, const WindowDemand& forecast, int units) {
  if (const auto ok = WindowDemand::checked(forecast.mean_units, forecast.variance_units2); !ok) {
    return std::unexpected(ok.error());
  }
  if (units < 0) return std::unexpected(ForecastError::negative);
  Bucket& b = buckets_[bucket(length_hours, forecast.mean_units)];
  for (const double level : m5_levels) {
    b.raw_loss += pinball(units, forecasting::quantile(forecast, level), level);
    b.calibrated_loss += pinball(units, forecasting::quantile(forecast, b.histogram.raw_level(level)), level);
  }
  b.windows += 1;
  return b.histogram.add(probability_at_most(forecast, units - 1), probability_at_most(forecast, units));
}

bool WindowCalibrator::in_use(std::size_t bucket) const {
  const Bucket& b = buckets_[std::min(bucket, buckets_.size() - 1)];
  return b.windows >= least_windows && b.calibrated_loss < (1 - least_gain) * b.raw_loss;
}

double WindowCalibrator::probability_above(double length_hours, const WindowDemand& forecast,
                                           int units) const {
  const double raw = forecasting::probability_above(forecast, units);
  const std::size_t i = bucket(length_hours, forecast.mean_units);
  if (!in_use(i)) return raw;
  // Within the last bin the correction is a factor, so that tails keep their relative size.
  const PitHistogram& histogram = buckets_[i].histogram;
  constexpr double last = 1.0 / PitHistogram::bins;
  if (raw < last) return raw * (1 - histogram.calibrated(1 - last)) / last;
  return 1 - histogram.calibrated(1 - raw);
}

int WindowCalibrator::quantile(double length_hours, const WindowDemand& forecast, double level) const {
  const std::size_t i = bucket(length_hours, forecast.mean_units);
  return forecasting::quantile(forecast, in_use(i) ? buckets_[i].histogram.raw_level(level) : level);
}

void WindowCalibrator::forget(double keep) {
  keep = std::clamp(keep, 0.0, 1.0);
  for (Bucket& b : buckets_) {
    b.histogram.forget(keep);
    b.windows *= keep;
    b.raw_loss *= keep;
    b.calibrated_loss *= keep;
  }
}

double BetaCalibration::apply(double p) const {
  if (!(p > 0)) return 0;
  if (p >= 1) return 1;
  return logistic(c + a * std::log(p) - b * std::log1p(-p));
}

Expected<BetaCalibration> fit_beta_calibration(std::span<const ResolvedEvent> events, double prior_events) {
  if (events.size() < 20) return std::unexpected(ForecastError::too_few);
  for (const ResolvedEvent& event : events) {
    if (!std::isfinite(event.probability) || !std::isfinite(event.weight)) {
      return std::unexpected(ForecastError::not_finite);
    }
    if (!probability(event.probability) || event.weight < 0)
      return std::unexpected(ForecastError::out_of_range);
  }
  // Parameters around the identity: theta = (a - 1, b - 1, c) with a Gaussian prior of precision
  // prior_events.
  std::array<double, 3> theta{};
  for (int round = 0; round < 30; ++round) {
    std::array<double, 3> gradient{};
    std::array<std::array<double, 3>, 3> h{};
    for (std::size_t i = 0; i < 3; ++i) {
      gradient[i] = -prior_events * theta[i];
      h[i][i] = prior_events;
    }
    for (const ResolvedEvent& event : events) {
      const double p = std::clamp(event.probability, tiny, 1 - tiny);
      const std::array<double, 3> x = {std::log(p), -std::log1p(-p), 1};
      const double q = logistic(logit(p) + theta[0] * x[0] + theta[1] * x[1] + theta[2]);
      const double error = (event.happened ? 1.0 : 0.0) - q;
      for (std::size_t i = 0; i < 3; ++i) {
        gradient[i] += event.weight * error * x[i];
        for (std::size_t j = 0; j < 3; ++j) h[i][j] += event.weight * q * (1 - q) * x[i] * x[j];
      }
    }
    // h is positive definite: Cholesky-free elimination of a 3 x 3.
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = i + 1; j < 3; ++j) {
        const double factor = h[j][i] / h[i][i];
        for (std::size_t k = i; k < 3; ++k) h[j][k] -= factor * h[i][k];
        gradient[j] -= factor * gradient[i];
      }
    }
    double moved = 0;
    for (std::size_t i = 3; i-- > 0;) {
      double value = gradient[i];
      for (std::size_t k = i + 1; k < 3; ++k) value -= h[i][k] * gradient[k];
      gradient[i] = value / h[i][i];
      moved += std::abs(gradient[i]);
    }
    const double damp = std::min(1.0, 2 / std::max(moved, 1e-12));
    for (std::size_t i = 0; i < 3; ++i) theta[i] += damp * gradient[i];
    theta[0] = std::max(theta[0], -1.0);  // a, b >= 0 keep the map increasing
    theta[1] = std::max(theta[1], -1.0);
    if (moved < 1e-10) break;
  }
  return BetaCalibration{1 + theta[0], 1 + theta[1], theta[2]};
}

AdaptiveLevel::AdaptiveLevel(double level, double step)
    : target_(level >= 0.5 && level <= 0.9999 ? level : 0.975),
      log_odds_(logit(target_)),
      step_(step > 0 && step <= 0.5 ? step : 0.02) {}

double AdaptiveLevel::asked() const { return logistic(log_odds_); }

void AdaptiveLevel::learn(const WindowDemand& forecast, int quantile_units, int units) {
  double error = units > quantile_units ? 1 : 0;
  if (units == quantile_units) {
    const double mass = probability_exactly(forecast, quantile_units);
    const double at_most = probability_at_most(forecast, quantile_units);
    error = mass > 0 ? std::clamp((at_most - asked()) / mass, 0.0, 1.0) : 0;
  }
  const double wanted = 1 - target_;
  log_odds_ = std::clamp(log_odds_ + step_ * (error - wanted) / wanted, 0.0, 27.0);
}

}  // namespace forestall::forecasting
