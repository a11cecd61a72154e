// SPDX-License-Identifier: Apache-2.0
// Regimes of several SKUs at once: each combination is one split with its own limits; the best one wins.
#include "forecasting/targets/bundles.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "forecasting/targets/sku_terms.hpp"
#include "forecasting/targets/split.hpp"

namespace forestall::forecasting {
namespace {

constexpr std::size_t most_open_questions = 3;  // SKUs whose regimes are compared in all combinations

struct Joint {
  std::span<const StockTerms> skus;
  std::span<const ListingTerms> listings;
  std::array<SkuTerms, max_skus> terms{};
  std::array<bool, max_skus> scarce{};
  std::array<double, max_skus> overlap{};  // earned less by a shared SKU than by its listings, each with all
  std::array<ListingTerms, max_listings> searched{};
  std::array<ListingCurve, max_listings> curves;
  std::array<std::size_t, max_listings> place;  // searched listing -> its number
  bool exact = true;

  Joint(std::span<const StockTerms> stock, std::span<const ListingTerms> offers)
      : skus(stock), listings(offers) {}

  bool touches_scarce(const ListingTerms& l) const {
    for (std::size_t c = 0; c < l.component_count; ++c)
      if (scarce[l.components[c].sku]) return true;
    return false;
  }

  // Quantities for the present combination of regimes; returns their value before the SKUs' own terms.
  double split(std::span<const int> limits, std::span<const SkuVerdict> verdicts, std::span<int> units) {
    int widest = 1;
    for (std::size_t j = 0; j < skus.size(); ++j)
      if (scarce[j]) widest = std::max(widest, limits[j]);
    const int stride = 1 + (widest - 1) / split_steps;
    std::size_t count = 0;
    double value = 0;
    for (std::size_t l = 0; l < listings.size(); ++l) {
      const auto& listing = listings[l];
      int most = shared_units(skus, listing);
      if (!touches_scarce(listing)) {
        units[l] = most;
        value += listing.margin * expected_filled(listing.until_receipt, most) - shared_writes(listing, most);
        continue;
      }
      double lost = 0;
      for (std::size_t c = 0; c < listing.component_count; ++c) {
        const auto& part = listing.components[c];
        if (scarce[part.sku] && listing.margin > 0)
          lost = std::max(lost, 1 - verdicts[part.sku].bid_price * part.units / listing.margin);
      }
      most = std::min(most, most_divided_units);
      searched[count] = listing;
      draw_curve(listing, {most, std::min(listing.least_units, most), stride, std::clamp(lost, 0.0, 1.0)},
                 curves[count]);
      place[count++] = l;
    }
    if (count == 0) return value;
    std::array<int, max_listings> found{};
    const auto result = split_bundles(std::span(searched).first(count), std::span(curves).first(count),
                                      limits, std::span(found).first(count));
    exact = exact && result.exact;
    for (std::size_t i = 0; i < count; ++i) units[place[i]] = std::max(found[i], searched[i].least_units);
    return value + result.value;
  }
};

}  // namespace

bool choose_bundles(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                    std::span<SkuVerdict> verdicts, std::span<ListingTarget> targets) {
  Joint joint(skus, listings);
  std::array<std::size_t, max_skus> open;  // SKUs whose regime is a question
  std::size_t questions = 0;
  for (std::size_t j = 0; j < skus.size(); ++j) {
    gather(j, listings, joint.terms[j]);
    auto& terms = joint.terms[j];
    auto& verdict = verdicts[j];
    if (settle(terms, skus[j].usable_units, verdict)) {
      joint.scarce[j] = verdict.regime == Regime::scarce;
      continue;
    }
    weigh(terms, skus[j].usable_units, verdict);
    double alone = 0;
    for (const auto& l : terms.seen())
      alone += l.margin * expected_filled(l.until_receipt, skus[j].usable_units);
    joint.overlap[j] = std::max(0.0, alone - verdict.pooled_value);
    open[questions++] = j;
  }
  if (questions > most_open_questions) {  // each by itself, writes left out
    for (std::size_t i = 0; i < questions; ++i) {
      const auto& ladder = joint.terms[open[i]].ladder;
      joint.scarce[open[i]] = ladder.split_value - ladder.race_cost_now >
                              ladder.pooled_value - ladder.later_cost + skus[open[i]].plenty_bias;
    }
    joint.exact = false;
  }
  std::array<int, max_skus> limits{};
  std::array<int, max_listings> units{};
  const auto limit_all = [&](bool held_back) {
    for (std::size_t j = 0; j < skus.size(); ++j) {
      const int usable = divided_units(joint.terms[j], std::max(0, skus[j].usable_units));
      limits[j] = joint.scarce[j] ? usable - (held_back ? verdicts[j].hold_back_units : 0) : no_limit;
    }
  };

  const std::size_t combinations = questions > most_open_questions ? 1 : std::size_t{1} << questions;
  std::size_t best = 0;
  double best_value = -std::numeric_limits<double>::infinity();
  std::array<std::array<double, 2>, max_skus> by_regime;  // best value with SKU j plenty, scarce
  for (auto& pair : by_regime) pair.fill(-std::numeric_limits<double>::infinity());
  for (std::size_t mask = 0; mask < combinations; ++mask) {
    if (combinations > 1)
      for (std::size_t i = 0; i < questions; ++i) joint.scarce[open[i]] = ((mask >> i) & 1) != 0;
    limit_all(false);
    double value = joint.split(std::span(limits).first(skus.size()), verdicts, units);
    for (std::size_t i = 0; i < questions; ++i) {
      const std::size_t j = open[i];
      value -= joint.scarce[j] ? verdicts[j].race_cost_now
                               : joint.overlap[j] + verdicts[j].later_cost - skus[j].plenty_bias;
    }
    for (std::size_t i = 0; i < questions; ++i) {
      auto& known = by_regime[open[i]][joint.scarce[open[i]] ? 1 : 0];
      known = std::max(known, value);
    }
    if (value > best_value) best_value = value, best = mask;
  }
  if (combinations > 1)
    for (std::size_t i = 0; i < questions; ++i) joint.scarce[open[i]] = ((best >> i) & 1) != 0;
  for (std::size_t i = 0; i < questions; ++i) {
    const std::size_t j = open[i];
    auto& verdict = verdicts[j];
    verdict.plenty_value = by_regime[j][0] - skus[j].plenty_bias;
    verdict.scarce_value = by_regime[j][1];
    verdict.regime = joint.scarce[j] ? Regime::scarce : Regime::plenty;
    verdict.reason = joint.scarce[j] ? Reason::split_pays : Reason::later_is_better;
    if (joint.scarce[j] && !joint.terms[j].in_force)
      verdict.hold_back_units = entry_hold_back(
          joint.terms[j], divided_units(joint.terms[j], skus[j].usable_units), verdict.bid_price);
  }
  limit_all(true);
  joint.split(std::span(limits).first(skus.size()), verdicts, units);
  for (std::size_t l = 0; l < listings.size(); ++l) targets[l].units = units[l];
  return joint.exact;
}

}  // namespace forestall::forecasting
