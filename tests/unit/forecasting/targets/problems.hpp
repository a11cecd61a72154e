// SPDX-License-Identifier: Apache-2.0
// Random decision problems and the plain reading of the objective, for tests of the targets.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "forecasting/targets/targets.hpp"

namespace forestall::forecasting::test {

inline WindowDemand overdispersed(double mean, double ratio) { return {mean, mean * ratio}; }

// Three channels by .60/.25/.15, demand before the receipt from .1 to 40 units, blind windows from seconds to
// a day.
inline std::vector<ListingTerms> random_channels(std::mt19937_64& random, int stock) {
  std::uniform_real_distribution<double> unit(0, 1);
  const double until_receipt = std::pow(10, -1 + 2.6 * unit(random));
  const double blind = until_receipt * std::pow(10, -4 + 3.5 * unit(random));
  const double ratio = 1 + 2 * unit(random);
  const double burst = 1 + 3 * unit(random);
  const double k = unit(random) < .5 ? 5 : 20;
  const bool through_zero = unit(random) < .5;
  const double write = std::pow(10, -4 + 3 * unit(random));
  std::vector<ListingTerms> out;
  for (const double share : {.60, .25, .15}) {
    ListingTerms l;
    l.until_receipt = overdispersed(until_receipt * share, ratio);
    l.blind = overdispersed(blind * share * (.5 + unit(random)), burst);
    l.margin = .8 + .4 * unit(random);
    l.cancel_cost = k;
    l.write_cost = write;
    l.through_zero = through_zero;
    const double where = unit(random);
    l.exposure_units = where < .4 ? stock : where < .6 ? 0 : static_cast<int>(unit(random) * (stock + 1));
    out.push_back(l);
  }
  return out;
}

// The terms of one SKU's objective, each by its formula from whole-window functions.
struct PlainLadder {
  double pooled = 0;
  double race_now = 0;
  double later = 0;
  double bid = 0;
};

// max { sum m E[min(D, q)] : sum q <= stock } by trying every split.
inline double best_split(const std::vector<ListingTerms>& listings, std::size_t from, int stock) {
  if (from == listings.size()) return 0;
  double best = 0;
  for (int q = 0; q <= stock; ++q) {
    const auto& l = listings[from];
    best = std::max(
        best, l.margin * expected_filled(l.until_receipt, q) + best_split(listings, from + 1, stock - q));
  }
  return best;
}

inline PlainLadder plain_ladder(const std::vector<ListingTerms>& listings, int stock) {
  WindowDemand demand, blind;
  double writes = 0, moves = 0, anchor_mean = -1, anchor_write = 0, anchor_move = 0;
  for (const auto& l : listings) {
    demand.mean_units += l.until_receipt.mean_units;
    demand.variance_units2 += l.until_receipt.variance_units2;
    blind.mean_units += l.blind.mean_units;
    blind.variance_units2 += l.blind.variance_units2;
    const double move = l.write_cost * (l.through_zero ? 2 : 1);
    writes += l.write_cost;
    moves += move;
    if (l.until_receipt.mean_units > anchor_mean)
      anchor_mean = l.until_receipt.mean_units, anchor_write = l.write_cost, anchor_move = move;
  }
  double margin = 0, oversold_cost = 0;
  for (const auto& l : listings) {
    const double share = l.until_receipt.mean_units / demand.mean_units;
    margin += share * l.margin;
    oversold_cost += share * (l.margin + l.cancel_cost);
  }
  PlainLadder out;
  out.pooled = margin * expected_filled(demand, stock);
  out.bid = margin * probability_above(demand, stock - 1);
  out.later = std::numeric_limits<double>::infinity();
  for (int s = 0; s < stock; ++s) {
    double oversold = expected_excess(blind, s);
    for (const auto& l : listings) {
      const double share = l.until_receipt.mean_units / demand.mean_units;
      const int unseen = static_cast<int>(blind.mean_units - l.blind.mean_units);
      const int shows = std::min(stock, s + unseen);
      oversold -= share * expected_excess(l.blind, shows) +
                  (1 - share) * expected_excess(l.blind, std::min(stock, shows + 1));
    }
    const double stranded = margin * expected_filled(demand, s) - best_split(listings, 0, s);
    const double cost = oversold_cost * std::max(0.0, oversold) + std::max(0.0, stranded) +
                        (stock - s) * (writes - anchor_write) + (s == 0 ? 0.0 : moves - anchor_move);
    out.later = std::min(out.later, probability_above(demand, stock - s - 1) * cost);
  }
  int shown = 0;
  double now = expected_excess(blind, stock);
  for (const auto& l : listings) {
    shown += l.exposure_units;
    now -= expected_excess(l.blind, std::min(l.exposure_units, stock));
  }
  out.race_now = shown <= stock ? 0 : oversold_cost * std::max(0.0, now);
  return out;
}

// Value of showing q on one listing: what it fills less the writes to get there.
inline double plain_curve(const ListingTerms& l, int q, double lost_share) {
  double value = l.margin * expected_filled(l.until_receipt, q);
  if (q == l.exposure_units) return value;
  if (q == 0 || l.exposure_units == 0 || !l.through_zero) return value - l.write_cost;
  return value - 2 * l.write_cost - l.margin * l.blind.mean_units * lost_share;
}

}  // namespace forestall::forecasting::test
