// SPDX-License-Identifier: Apache-2.0
// Choosing between shared and split, SKU by SKU, and the quantities that follow.
#include "forecasting/targets/targets.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "forecasting/targets/bundles.hpp"
#include "forecasting/targets/sku_terms.hpp"
#include "forecasting/targets/split.hpp"

namespace forestall::forecasting {
namespace {

constexpr double most_money = 1e12;

Expected<void> check(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                     std::size_t verdicts, std::size_t targets) {
  if (skus.empty() || skus.size() > max_skus || listings.size() > max_listings || verdicts != skus.size() ||
      targets != listings.size())
    return std::unexpected(ForecastError::out_of_range);
  for (const auto& s : skus) {
    if (!std::isfinite(s.plenty_bias)) return std::unexpected(ForecastError::not_finite);
    if (s.usable_units > no_limit || std::abs(s.plenty_bias) > most_money)
      return std::unexpected(ForecastError::too_large);
  }
  for (const auto& l : listings) {
    const double worst =
        std::max({l.until_receipt.mean_units, l.until_receipt.variance_units2, l.blind.mean_units,
                  l.blind.variance_units2, l.blind_later.mean_units, l.blind_later.variance_units2,
                  l.closed_units, l.margin, l.cancel_cost, l.write_cost});
    const double least =
        std::min({l.until_receipt.mean_units, l.until_receipt.variance_units2, l.blind.mean_units,
                  l.blind.variance_units2, l.blind_later.mean_units, l.blind_later.variance_units2,
                  l.closed_units, l.margin, l.cancel_cost, l.write_cost});
    // A NaN anywhere survives this sum; max and min above may lose it.
    const double any = l.until_receipt.mean_units + l.until_receipt.variance_units2 + l.blind.mean_units +
                       l.blind.variance_units2 + l.blind_later.mean_units + l.blind_later.variance_units2 +
                       l.closed_units + l.margin + l.cancel_cost + l.write_cost;
    if (!std::isfinite(any)) return std::unexpected(ForecastError::not_finite);
    if (least < 0 || std::min({l.exposure_units, l.least_units, l.cap_units, l.scarce_cap_units}) < 0)
      return std::unexpected(ForecastError::negative);
    if (worst > most_money || std::max(l.exposure_units, l.least_units) > no_limit)
      return std::unexpected(ForecastError::too_large);
    if (l.component_count == 0 || l.component_count > max_components)
      return std::unexpected(ForecastError::out_of_range);
    for (std::size_t c = 0; c < l.component_count; ++c) {
      if (l.components[c].sku >= skus.size() || l.components[c].units == 0)
        return std::unexpected(ForecastError::out_of_range);
      for (std::size_t b = 0; b < c; ++b)
        if (l.components[b].sku == l.components[c].sku) return std::unexpected(ForecastError::out_of_range);
    }
  }
  return {};
}

// One SKU, sold by the unit: neither plenty by the short way nor empty. Both values, and the larger wins.
void choose_one(const StockTerms& sku, std::span<const ListingTerms> listings, const SkuTerms& terms,
                SkuVerdict& verdict, std::span<ListingTarget> targets) {
  const std::size_t count = listings.size();
  const int usable = divided_units(terms, sku.usable_units);
  const int stride = 1 + (usable - 1) / split_steps;
  verdict.plenty_value = terms.ladder.pooled_value - terms.ladder.later_cost;
  double margin = 0;
  for (const auto& l : listings) {
    verdict.plenty_value -= shared_writes(l, shared_units({&sku, 1}, l));
    margin = std::max(margin, l.margin);
  }
  const double lost = margin > 0 ? std::max(0.0, 1 - verdict.bid_price / margin) : 0.0;
  std::array<ListingCurve, max_listings> curves;
  int unreserved = usable;
  for (std::size_t l = 0; l < count; ++l) {
    const int least = std::min(listings[l].least_units, unreserved);
    unreserved -= least;
    draw_curve(listings[l], {usable, least, stride, lost}, terms.starts.until_receipt[l], curves[l]);
  }
  const int held = terms.in_force ? 0 : entry_hold_back(terms, usable, verdict.bid_price);
  std::array<int, max_listings> units{};
  verdict.scarce_value = split_one({curves.data(), count}, usable, held, units) - verdict.race_cost_now;
  const bool split = verdict.scarce_value > verdict.plenty_value + sku.plenty_bias;
  verdict.regime = split ? Regime::scarce : Regime::plenty;
  verdict.reason = split ? Reason::split_pays : Reason::later_is_better;
  verdict.hold_back_units = split ? held : 0;
  for (std::size_t l = 0; l < count; ++l) {
    targets[l].units =
        split ? std::max(units[l], listings[l].least_units) : shared_units({&sku, 1}, listings[l]);
  }
}

bool sold_by_the_unit(std::span<const StockTerms> skus, std::span<const ListingTerms> listings) {
  if (skus.size() != 1) return false;
  return std::all_of(listings.begin(), listings.end(), [](const ListingTerms& l) {
    return l.component_count == 1 && l.components[0].units == 1;
  });
}

}  // namespace

Expected<void> choose_targets(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                              std::span<SkuVerdict> verdicts, std::span<ListingTarget> targets, bool* exact) {
  if (auto ok = check(skus, listings, verdicts.size(), targets.size()); !ok) return ok;
  bool finished = true;
  if (!sold_by_the_unit(skus, listings)) {
    finished = choose_bundles(skus, listings, verdicts, targets);
  } else {
    SkuTerms terms;
    gather(0, listings, terms);
    if (settle(terms, skus[0].usable_units, verdicts[0])) {
      for (std::size_t l = 0; l < listings.size(); ++l) targets[l].units = shared_units(skus, listings[l]);
    } else {
      weigh(terms, skus[0].usable_units, verdicts[0]);
      choose_one(skus[0], listings, terms, verdicts[0], targets);
    }
  }
  if (exact) *exact = finished;
  return {};
}

void explain_targets(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                     std::span<SkuVerdict> verdicts, std::span<ListingTarget> targets) {
  for (std::size_t j = 0; j < skus.size() && j < verdicts.size(); ++j) {
    auto& verdict = verdicts[j];
    if (verdict.reason != Reason::race_below_write && verdict.reason != Reason::one_listing) continue;
    SkuTerms terms;
    gather(j, listings, terms);
    weigh(terms, skus[j].usable_units, verdict);
    verdict.plenty_value = verdict.pooled_value - verdict.later_cost;
  }
  for (std::size_t l = 0; l < listings.size() && l < targets.size(); ++l) {
    const auto& demand = listings[l].until_receipt;
    targets[l].filled_value = listings[l].margin * expected_filled(demand, targets[l].units);
    targets[l].next_unit_value = listings[l].margin * probability_above(demand, targets[l].units);
  }
}

int resumes_at_units(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                     std::size_t sku, int up_to_units) {
  if (skus.size() > max_skus || sku >= skus.size() || listings.size() > max_listings) return 0;
  std::array<StockTerms, max_skus> stock{};
  std::copy(skus.begin(), skus.end(), stock.begin());
  std::array<SkuVerdict, max_skus> verdicts;
  std::array<ListingTarget, max_listings> targets;
  for (int units = std::max(0, skus[sku].usable_units) + 1; units <= up_to_units; ++units) {
    stock[sku].usable_units = units;
    if (!choose_targets(std::span(stock).first(skus.size()), listings, std::span(verdicts).first(skus.size()),
                        std::span(targets).first(listings.size())))
      return 0;
    if (verdicts[sku].regime == Regime::plenty) return units;
  }
  return 0;
}

}  // namespace forestall::forecasting
