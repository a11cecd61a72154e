// SPDX-License-Identifier: Apache-2.0
#include "forecasting/series_season.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr double pooled_prior_orders = 20;
constexpr double own_prior_orders = 50;

// Steps before the first sale say nothing about the pattern.
std::size_t first_sale(std::span<const float> history) {
  std::size_t first = 0;
  while (first < history.size() && !(history[first] > 0)) ++first;
  return first;
}

struct Moments {
  double mean = 0;
  double dispersion = 1;
};

Moments moments(std::span<const float> history) {
  Moments out;
  if (history.size() < 2) return out;
  const auto n = static_cast<double>(history.size());
  for (const float y : history) out.mean += static_cast<double>(y) / n;
  double variance = 0;
  for (const float y : history)
    variance += (static_cast<double>(y) - out.mean) * (static_cast<double>(y) - out.mean);
  if (out.mean > 0) out.dispersion = std::max(1.0, variance / (n - 1) / out.mean);
  return out;
}

struct Pattern {
  std::vector<double> units;
  std::vector<double> expected;
  explicit Pattern(std::size_t period) : units(period), expected(period) {}
  // `offset` is the phase of the last value given.
  void add(std::span<const float> history, std::size_t offset, double mean, double weight) {
    for (std::size_t t = 0; t < history.size(); ++t) {
      const std::size_t phase = (offset + history.size() - 1 - t) % units.size();
      units[phase] += weight * static_cast<double>(history[t]);
      expected[phase] += weight * mean;
    }
  }
};

std::vector<double> shrunk(const Pattern& pattern, double prior_orders, std::span<const double> prior) {
  std::vector<double> out(pattern.units.size());
  double sum = 0;
  for (std::size_t d = 0; d < out.size(); ++d) {
    const double g = prior.empty() ? 1.0 : prior[d];
    out[d] = (prior_orders * g + pattern.units[d]) / (prior_orders + pattern.expected[d]);
    out[d] = std::clamp(out[d], 0.02, 50.0);
    sum += out[d] / static_cast<double>(out.size());
  }
  for (double& f : out) f /= sum;
  return out;
}

// Gain of a pattern over a flat one on later values, in nats scaled by the dispersion.
double gain(std::span<const float> later, std::span<const double> pattern, const Moments& own) {
  double out = 0;
  for (std::size_t t = 0; t < later.size(); ++t) {
    const double f = pattern[(later.size() - 1 - t) % pattern.size()];
    out += (static_cast<double>(later[t]) * std::log(f) - own.mean * (f - 1)) / own.dispersion;
  }
  return out;
}

}  // namespace

SeasonModel SeasonModel::fit(std::span<const std::span<const float>> series, int period) {
  SeasonModel model;
  if (period < 2) return model;
  const auto phases = static_cast<std::size_t>(period);
  Pattern early(phases);
  Pattern all(phases);
  for (const auto& history : series) {
    const auto sold = history.subspan(first_sale(history));
    if (sold.size() < 2 * phases) continue;
    const Moments own = moments(sold);
    const std::size_t held = sold.size() / 3;
    const auto first = sold.first(sold.size() - held);
    early.add(first, held % phases, moments(first).mean, 1 / own.dispersion);
    all.add(sold, 0, own.mean, 1 / own.dispersion);
  }
  const auto early_pooled = shrunk(early, pooled_prior_orders, {});
  double pooled_gain = 0;
  double own_gain = 0;
  for (const auto& history : series) {
    const auto sold = history.subspan(first_sale(history));
    if (sold.size() < 2 * phases) continue;
    const std::size_t held = sold.size() / 3;
    const auto first = sold.first(sold.size() - held);
    const auto later = sold.last(held);
    Moments later_moments = moments(sold);
    later_moments.mean = moments(later).mean;
    pooled_gain += gain(later, early_pooled, later_moments);
    Pattern own(phases);
    own.add(first, held % phases, moments(first).mean, 1 / later_moments.dispersion);
    own_gain += gain(later, shrunk(own, own_prior_orders, early_pooled), later_moments);
  }
  const double needed = static_cast<double>(period);
  if (std::max(pooled_gain, own_gain) <= needed) return model;
  model.pooled_ = shrunk(all, pooled_prior_orders, {});
  model.own_orders_ = own_gain > pooled_gain + needed ? own_prior_orders : 0;
  return model;
}

void SeasonModel::factors(std::span<const float> history, std::span<double> factors) const {
  if (flat() || history.empty()) {
    std::ranges::fill(factors, 1.0);
    return;
  }
  const std::size_t period = pooled_.size();
  std::vector<double> pattern = pooled_;
  const auto sold = history.subspan(first_sale(history));
  if (own_orders_ > 0 && sold.size() >= 2 * period) {
    const Moments own = moments(sold);
    Pattern seen(period);
    seen.add(sold, 0, own.mean, 1 / own.dispersion);
    pattern = shrunk(seen, own_orders_, pooled_);
  }
  const std::size_t last = history.size() - 1 + period * (factors.size() / period + 1);
  for (std::size_t t = 0; t < factors.size(); ++t) factors[t] = pattern[(last - t) % period];
}

}  // namespace forestall::forecasting
