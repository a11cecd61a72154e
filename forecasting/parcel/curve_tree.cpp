// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/curve_tree.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr double least_hazard = 1e-5;
constexpr double most_hazard = 1 - 1e-6;

double clamp_hazard(double h) { return std::clamp(h, least_hazard, most_hazard); }

// Hazard of a fractional position: the survivor falls exponentially within a bin.
double within(const Survival& s, std::size_t bin, double part) {
  if (s[bin] <= 0) return 0;
  return s[bin] * std::pow(s[bin + 1] / s[bin], part);
}

// Cumulative hazard at a fractional bin; beyond the end the last bin's goes on.
using Cumulative = std::array<double, curve_bins + 1>;

double cumulative_at(const Cumulative& h, double at) {
  if (at >= static_cast<double>(curve_bins)) {
    const double last = h[curve_bins] - h[curve_bins - 1];
    return h[curve_bins] + (at - static_cast<double>(curve_bins)) * last;
  }
  const auto bin = static_cast<std::size_t>(at);
  return h[bin] + (at - static_cast<double>(bin)) * (h[bin + 1] - h[bin]);
}

constexpr double most_speed = 3;

std::array<double, curve_bins> at_own_speed(const std::array<double, curve_bins>& hazard,
                                            const CurveNode& node, double keep, double weight) {
  Cumulative h{};
  double came = 0;
  std::size_t last = 0;  // bin beyond which nobody was at risk
  for (std::size_t d = 0; d < curve_bins; ++d) {
    h[d + 1] = h[d] - std::log1p(-hazard[d]);
    came += static_cast<double>(node.ended[d]);
    if (node.exposed[d] > 0) last = d + 1;
  }
  const auto expected = [&](double speed) {
    double sum = 0;
    double from = 0;
    for (std::size_t d = 0; d < last; ++d) {
      const double to = cumulative_at(h, speed * static_cast<double>(d + 1));
      sum += static_cast<double>(node.exposed[d]) * (to - from);
      from = to;
    }
    return sum;
  };
  // Monotone in the speed: halve the interval of its logarithm.
  double low = -std::log(most_speed);
  double high = std::log(most_speed);
  for (int round = 0; round < 12; ++round) {
    const double middle = (low + high) / 2;
    (expected(std::exp(middle)) < came ? low : high) = middle;
  }
  const double n = came * keep;
  const double speed = std::exp((low + high) / 2 * n / (n + weight));
  std::array<double, curve_bins> out;
  double from = 0;
  for (std::size_t d = 0; d < curve_bins; ++d) {
    const double to = cumulative_at(h, speed * static_cast<double>(d + 1));
    out[d] = -std::expm1(from - to);
    from = to;
  }
  return out;
}

}  // namespace

double CurveTree::keep(const CurveNode& node, std::int32_t day) const {
  if (day <= node.day) return 1;
  return std::exp2(-static_cast<double>(day - node.day) / settings_.half_life_days);
}

Expected<void> CurveTree::add(std::span<const std::uint64_t> path, std::size_t first, std::size_t last,
                              bool ends, std::int32_t day, double weight) {
  if (path.size() > deepest || first > last || last > curve_bins)
    return std::unexpected(ForecastError::out_of_range);
  if (!std::isfinite(weight)) return std::unexpected(ForecastError::not_finite);
  if (weight < 0) return std::unexpected(ForecastError::negative);
  if (weight > 1e6) return std::unexpected(ForecastError::too_large);
  if (nodes_.size() + path.size() > most_nodes) return std::unexpected(ForecastError::too_large);
  const auto put = [&](CurveNode& node) {
    if (day > node.day) {
      const auto k = static_cast<float>(keep(node, day));
      for (std::size_t d = 0; d < curve_bins; ++d) {
        node.ended[d] *= k;
        node.exposed[d] *= k;
      }
      node.day = day;
    }
    const auto w = static_cast<float>(weight);
    for (std::size_t d = first; d < last; ++d) node.exposed[d] += w;
    if (ends) node.ended[last - 1] += w;
  };
  put(nodes_[0]);
  for (const std::uint64_t key : path) {
    const auto [at, fresh] = index_.try_emplace(key, static_cast<std::uint32_t>(nodes_.size()));
    if (fresh) {
      nodes_.emplace_back();
      nodes_.back().day = day;
    }
    put(nodes_[at->second]);
  }
  return {};
}

Expected<void> CurveTree::waited(std::span<const std::uint64_t> path, std::size_t first, std::size_t last,
                                 std::int32_t day, double weight) {
  return add(path, first, last, false, day, weight);
}

Expected<void> CurveTree::ended(std::span<const std::uint64_t> path, std::size_t bin, std::int32_t day,
                                double weight) {
  if (bin >= curve_bins) return std::unexpected(ForecastError::out_of_range);
  return add(path, bin, bin + 1, true, day, weight);
}

Survival CurveTree::survival(std::span<const std::uint64_t> path, std::int32_t day) const {
  std::array<double, curve_bins> hazard;
  const CurveNode& root = nodes_[0];
  const double root_keep = keep(root, day);
  for (std::size_t d = 0; d < curve_bins; ++d)
    hazard[d] = clamp_hazard((static_cast<double>(root.ended[d]) * root_keep + settings_.first_hazard) /
                             (static_cast<double>(root.exposed[d]) * root_keep + 1));
  for (const std::uint64_t key : path.first(std::min(path.size(), deepest))) {
    const auto found = index_.find(key);
    if (found == index_.end()) break;
    const CurveNode& node = nodes_[found->second];
    const double k = keep(node, day);
    const std::array<double, curve_bins> faster = at_own_speed(hazard, node, k, settings_.speed_weight);
    for (std::size_t d = 0; d < curve_bins; ++d)
      hazard[d] =
          clamp_hazard((static_cast<double>(node.ended[d]) * k + settings_.parent_weight * faster[d]) /
                       (static_cast<double>(node.exposed[d]) * k + settings_.parent_weight));
  }
  Survival out;
  out[0] = 1;
  for (std::size_t d = 0; d < curve_bins; ++d) out[d + 1] = out[d] * (1 - hazard[d]);
  return out;
}

double CurveTree::evidence(std::span<const std::uint64_t> path, std::int32_t day) const {
  const auto found = path.empty() ? index_.end() : index_.find(path.back());
  if (!path.empty() && found == index_.end()) return 0;
  const CurveNode& node = nodes_[path.empty() ? 0 : found->second];
  double sum = 0;
  for (const float e : node.ended) sum += static_cast<double>(e);
  return sum * keep(node, day);
}

double still_waiting(const Survival& survival, double at) {
  if (!(at > 0)) return 1;
  if (at >= static_cast<double>(curve_bins)) {
    // The last bin's hazard goes on.
    const double factor = survival[curve_bins] / survival[curve_bins - 1];
    return survival[curve_bins] * std::pow(factor, std::min(at, 1e6) - static_cast<double>(curve_bins));
  }
  const auto bin = static_cast<std::size_t>(at);
  return within(survival, bin, at - static_cast<double>(bin));
}

double still_waiting_given(const Survival& survival, double now, double until) {
  if (!(until > now)) return 1;
  const double base = still_waiting(survival, now);
  if (base > 1e-290) return std::min(1.0, still_waiting(survival, until) / base);
  const double factor = survival[curve_bins] / survival[curve_bins - 1];
  return std::pow(factor, until - now);
}

double quantile_given(const Survival& survival, double now, double p) {
  constexpr double end = static_cast<double>(curve_bins);
  if (!(now < end)) return now;
  const double target = still_waiting(survival, now) * (1 - std::clamp(p, 0.0, 1.0));
  // The first bin whose end lies below the target; then constant hazard within it.
  const auto at = std::ranges::find_if(survival, [&](double s) { return s <= target; });
  if (at == survival.end()) return end;
  const auto bin = static_cast<std::size_t>(at - survival.begin());
  if (bin == 0) return std::max(now, 0.0);
  const double from = survival[bin - 1];
  const double to = survival[bin];
  const double part = from <= to ? 1 : std::log(from / std::max(target, 1e-300)) / std::log(from / to);
  return std::max(now, static_cast<double>(bin - 1) + std::clamp(part, 0.0, 1.0));
}

}  // namespace forestall::forecasting
