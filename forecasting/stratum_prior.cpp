// SPDX-License-Identifier: Apache-2.0
#include "forecasting/stratum_prior.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <cmath>

namespace forestall::forecasting {
namespace {

constexpr int levels = 4;
constexpr double least_strength_hours = 1;
constexpr double most_strength_hours = 24 * 365;

// An id with the level in its top bits; levels above 0 drop the finer keys.
std::uint64_t node_id(int level, const StratumKey& key) {
  const std::uint64_t category = level < 3 ? key.category : 0;
  const std::uint64_t band = level < 2 ? key.price_band & 0x0fU : 0;
  const std::uint64_t seller = level < 1 ? key.seller & 0x00ffffffU : 0;
  return static_cast<std::uint64_t>(level) << 61 | category << 28 | band << 24 | seller;
}

}  // namespace

Expected<GammaPrior> fit_gamma_prior(std::span<const MatureSku> skus, double dispersion) {
  if (!(dispersion >= 1) || !(dispersion < 1e6)) return std::unexpected(ForecastError::out_of_range);
  double units = 0;
  double hours = 0;
  for (const MatureSku& sku : skus) {
    if (!std::isfinite(sku.units) || !std::isfinite(sku.exposure_hours)) {
      return std::unexpected(ForecastError::not_finite);
    }
    if (sku.units < 0 || sku.exposure_hours < 0) return std::unexpected(ForecastError::negative);
    units += sku.units;
    hours += sku.exposure_hours;
  }
  if (skus.size() < 3 || !(units > 0) || !(hours > 0)) return std::unexpected(ForecastError::too_few);
  const double mean = units / hours;
  double spread = 0;
  double squares = 0;
  for (const MatureSku& sku : skus) {
    const double away = sku.units - mean * sku.exposure_hours;
    spread += away * away;
    squares += sku.exposure_hours * sku.exposure_hours;
  }
  // Moments, in units divided by the dispersion so that the marginal is negative binomial.
  const double variance = std::max((spread - dispersion * units) / squares, 1e-4 * mean * mean);
  double log_a = std::log(mean * mean / variance);
  double log_b = std::log(mean / variance);
  // The likelihood in (log a, log b): damped Newton, falling back to a gradient step where it is not concave.
  for (int step = 0; step < 20; ++step) {
    const double a = std::exp(log_a);
    const double b = std::exp(log_b);
    double ga = 0;
    double gb = 0;
    double haa = 0;
    double hab = 0;
    double hbb = 0;
    for (const MatureSku& sku : skus) {
      const double y = sku.units / dispersion;
      const double s = sku.exposure_hours / dispersion;
      const double psi = boost::math::digamma(a + y) - boost::math::digamma(a);
      const double psi2 = boost::math::trigamma(a + y) - boost::math::trigamma(a);
      const double da = psi + std::log(b / (b + s));
      const double db = a / b - (a + y) / (b + s);
      ga += a * da;
      gb += b * db;
      haa += a * da + a * a * psi2;
      hab += a * b * (1 / b - 1 / (b + s));
      hbb += b * db + b * b * (-a / (b * b) + (a + y) / ((b + s) * (b + s)));
    }
    const double determinant = haa * hbb - hab * hab;
    double step_a = 0;
    double step_b = 0;
    if (haa < 0 && determinant > 0) {
      step_a = (-ga * hbb + gb * hab) / determinant;
      step_b = (-gb * haa + ga * hab) / determinant;
    } else {
      const double scale = 1 / static_cast<double>(skus.size());
      step_a = ga * scale;
      step_b = gb * scale;
    }
    step_a = std::clamp(step_a, -1.0, 1.0);
    step_b = std::clamp(step_b, -1.0, 1.0);
    log_a = std::clamp(log_a + step_a, -12.0, 12.0);
    log_b = std::clamp(log_b + step_b, -12.0, 16.0);
    if (std::abs(step_a) + std::abs(step_b) < 1e-9) break;
  }
  const double strength = std::exp(log_b) * dispersion;
  return GammaPrior{std::exp(log_a - log_b), std::clamp(strength, least_strength_hours, most_strength_hours)};
}

std::uint8_t price_band(double price) {
  if (!(price >= 1)) return 0;
  return static_cast<std::uint8_t>(std::min(15.0, 1 + std::floor(std::log2(price))));
}

StratumPriors StratumPriors::learn(std::span<const Member> members, double dispersion, double fallback_skus) {
  StratumPriors out;
  struct Entry {
    std::uint64_t id;
    std::size_t member;
  };
  std::vector<Entry> entries;
  std::vector<MatureSku> skus;
  // From coarse to fine, so that the coarser prior is there to shrink to.
  for (int level = levels - 1; level >= 0; --level) {
    entries.clear();
    for (std::size_t i = 0; i < members.size(); ++i) entries.push_back({node_id(level, members[i].key), i});
    std::ranges::sort(entries, {}, &Entry::id);
    std::vector<Node> found;
    for (std::size_t first = 0; first < entries.size();) {
      std::size_t last = first;
      skus.clear();
      for (; last < entries.size() && entries[last].id == entries[first].id; ++last) {
        skus.push_back(members[entries[last].member].sku);
      }
      if (auto fitted = fit_gamma_prior(skus, dispersion)) {
        for (int coarser = level + 1; coarser < levels; ++coarser) {
          const Node* parent = out.find(coarser, members[entries[first].member].key);
          if (parent == nullptr) continue;
          const double own =
              static_cast<double>(skus.size()) / (static_cast<double>(skus.size()) + fallback_skus);
          const auto blend = [own](double a, double b) {
            return std::exp(own * std::log(a) + (1 - own) * std::log(b));
          };
          fitted = GammaPrior{blend(fitted->units_per_hour, parent->prior.units_per_hour),
                              blend(fitted->strength_hours, parent->prior.strength_hours)};
          break;
        }
        found.push_back({entries[first].id, *fitted});
      }
      first = last;
    }
    out.nodes_.insert(out.nodes_.end(), found.begin(), found.end());
    std::ranges::sort(out.nodes_, {}, &Node::id);
  }
  return out;
}

const StratumPriors::Node* StratumPriors::find(int level, const StratumKey& key) const {
  const std::uint64_t id = node_id(level, key);
  const auto at = std::ranges::lower_bound(nodes_, id, {}, &Node::id);
  return at != nodes_.end() && at->id == id ? &*at : nullptr;
}

int StratumPriors::fallback(const StratumKey& key) const {
  for (int level = 0; level < levels; ++level) {
    if (find(level, key) != nullptr) return level;
  }
  return levels;
}

StratumPrior StratumPriors::prior(const StratumKey& key) const {
  StratumPrior out;
  for (int level = 0; level < levels; ++level) {
    if (const Node* node = find(level, key)) {
      out.units_per_hour = node->prior.units_per_hour;
      out.strength_hours = node->prior.strength_hours;
      break;
    }
  }
  return out;
}

StratumPrior variant_prior(const StratumPrior& stratum, double parent_units_per_hour,
                           double parent_exposure_hours, double variants) {
  StratumPrior out = stratum;
  if (!(parent_units_per_hour > 0) || !(parent_exposure_hours > 0) || !(variants >= 1)) return out;
  const double most = 10 * stratum.strength_hours;
  const double total = stratum.strength_hours + parent_exposure_hours;
  const double level = (stratum.units_per_hour * stratum.strength_hours +
                        parent_units_per_hour / variants * parent_exposure_hours) /
                       total;
  out.units_per_hour = level;
  out.strength_hours = std::min(total, most);
  return out;
}

}  // namespace forestall::forecasting
