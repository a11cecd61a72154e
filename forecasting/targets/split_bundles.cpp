// SPDX-License-Identifier: Apache-2.0
// Splitting several SKUs among listings that share them: a small integer programme with separable values,
// greedy first, then branch and bound.
#include <algorithm>
#include <array>
#include <limits>

#include "forecasting/targets/split.hpp"

namespace forestall::forecasting {
namespace {

constexpr int search_budget = 50'000;  // nodes; some hundred microseconds

struct Search {
  std::span<const ListingTerms> listings;
  std::span<const ListingCurve> curves;
  std::array<int, max_skus> left{};
  std::array<int, max_listings> at{};    // current choice, curve index
  std::array<int, max_listings> best{};  // best complete choice
  double best_value = -std::numeric_limits<double>::infinity();
  int nodes = 0;

  // The highest curve index listing l can take from what is left.
  int most(std::size_t l) const {
    int steps = curves[l].last;
    const auto& listing = listings[l];
    for (std::size_t c = 0; c < listing.component_count; ++c) {
      const auto& part = listing.components[c];
      steps = std::min(steps, left[part.sku] / (part.units * curves[l].stride));
    }
    return std::max(steps, 0);
  }
  void take(std::size_t l, int steps) {
    const auto& listing = listings[l];
    for (std::size_t c = 0; c < listing.component_count; ++c) {
      const auto& part = listing.components[c];
      left[part.sku] -= part.units * steps * curves[l].stride;
    }
  }
  double top(std::size_t l, int steps) const {
    const auto* from = curves[l].value.data();
    return *std::max_element(from, from + steps + 1);
  }

  void greedy() {
    const auto kept = left;
    std::array<int, max_listings> q{};
    double value = 0;
    for (std::size_t l = 0; l < listings.size(); ++l) value += curves[l].value[0];
    for (;;) {
      std::size_t pick = listings.size();
      double gain = 0;
      for (std::size_t l = 0; l < listings.size(); ++l) {
        if (q[l] >= curves[l].last || most(l) < 1) continue;
        // The write that opens a listing is paid once: compare what two more steps bring as well.
        const auto i = static_cast<std::size_t>(q[l]);
        double use = 0;  // the scarcest component's share
        for (std::size_t c = 0; c < listings[l].component_count; ++c) {
          const auto& part = listings[l].components[c];
          use = std::max(use, part.units / static_cast<double>(std::max(1, kept[part.sku])));
        }
        const double per_unit = (curves[l].value[i + 1] - curves[l].value[i]) / use;
        if (per_unit > gain) gain = per_unit, pick = l;
      }
      if (pick == listings.size()) break;
      const auto i = static_cast<std::size_t>(q[pick]);
      value += curves[pick].value[i + 1] - curves[pick].value[i];
      take(pick, 1);
      ++q[pick];
    }
    left = kept;
    if (value > best_value) best_value = value, best = q;
  }

  void descend(std::size_t l, double value) {
    if (++nodes > search_budget) return;
    if (l == listings.size()) {
      if (value > best_value) best_value = value, best = at;
      return;
    }
    double bound = value;
    for (std::size_t rest = l; rest < listings.size(); ++rest) bound += top(rest, most(rest));
    if (!(bound > best_value)) return;
    for (int q = most(l); q >= 0 && nodes <= search_budget; --q) {
      at[l] = q;
      take(l, q);
      descend(l + 1, value + curves[l].value[static_cast<std::size_t>(q)]);
      take(l, -q);
    }
  }
};

}  // namespace

BundleSplit split_bundles(std::span<const ListingTerms> listings, std::span<const ListingCurve> curves,
                          std::span<const int> limits, std::span<int> out) {
  Search search{listings, curves};
  std::copy(limits.begin(), limits.end(), search.left.begin());
  search.greedy();
  search.descend(0, 0);
  for (std::size_t l = 0; l < listings.size(); ++l) out[l] = search.best[l] * curves[l].stride;
  return {search.best_value, search.nodes <= search_budget};
}

}  // namespace forestall::forecasting
