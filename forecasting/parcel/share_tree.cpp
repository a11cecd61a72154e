// SPDX-License-Identifier: Apache-2.0
#include "forecasting/parcel/share_tree.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace forestall::forecasting {

double Share::quantile(double level) const {
  const double a = std::max(share * weight, 1e-6);
  const double b = std::max((1 - share) * weight, 1e-6);
  return boost::math::ibeta_inv(a, b, std::clamp(level, 1e-9, 1 - 1e-9));
}

double ShareTree::keep(const ShareNode& node, std::int32_t day) const {
  if (day <= node.day) return 1;
  return std::exp2(-static_cast<double>(day - node.day) / settings_.half_life_days);
}

Expected<void> ShareTree::add(std::span<const std::uint64_t> path, double happened, std::int32_t day,
                              double weight) {
  if (!std::isfinite(weight) || !std::isfinite(happened)) return std::unexpected(ForecastError::not_finite);
  if (weight < 0) return std::unexpected(ForecastError::negative);
  if (path.size() > deepest || happened < 0 || happened > 1)
    return std::unexpected(ForecastError::out_of_range);
  if (weight > 1e6 || nodes_.size() + path.size() > most_nodes)
    return std::unexpected(ForecastError::too_large);
  const auto put = [&](ShareNode& node) {
    if (day > node.day) {
      const double k = keep(node, day);
      node.cases *= k;
      node.happened *= k;
      node.day = day;
    }
    node.cases += weight;
    node.happened += weight * happened;
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

Share ShareTree::share(std::span<const std::uint64_t> path, std::int32_t day) const {
  const double m = settings_.parent_weight;
  Share out{settings_.first_share, m};
  const auto step = [&](const ShareNode& node) {
    const double k = keep(node, day);
    out.share = (node.happened * k + m * out.share) / (node.cases * k + m);
    out.weight = node.cases * k + m;
  };
  step(nodes_[0]);
  for (const std::uint64_t key : path.first(std::min(path.size(), deepest))) {
    const auto found = index_.find(key);
    // A group nobody has seen: the share of the one above, but no more sure than a prior is.
    if (found == index_.end()) {
      out.weight = m;
      break;
    }
    step(nodes_[found->second]);
  }
  return out;
}

double ShareTree::cases(std::span<const std::uint64_t> path, std::int32_t day) const {
  if (path.empty()) return nodes_[0].cases * keep(nodes_[0], day);
  const auto found = index_.find(path.back());
  return found == index_.end() ? 0 : nodes_[found->second].cases * keep(nodes_[found->second], day);
}

}  // namespace forestall::forecasting
