// SPDX-License-Identifier: Apache-2.0
// The ladder by walking every demand once.
#include "forecasting/targets/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace forestall::forecasting {
namespace {

struct Totals {
  double margin = 0;         // by share of demand
  double oversold_cost = 0;  // k + m by share of demand
  double others_writes = 0;  // one write to every listing but the anchor
  double entry_writes = 0;   // the writes of a split
  std::array<double, max_listings> share;
  int widest_cap = 0;
};

Totals total(std::span<const SkuListing> listings, const SkuSums& sums) {
  Totals sum;
  double anchor_write = 0;
  double anchor_mean = -1;
  for (const auto& l : listings) {
    sum.widest_cap = std::max(sum.widest_cap, l.cap_units);
    sum.entry_writes += l.write_cost * (l.through_zero ? 2 : 1);
    if (l.until_receipt.mean_units > anchor_mean) {
      anchor_mean = l.until_receipt.mean_units;
      anchor_write = l.write_cost;
      sum.others_writes = l.through_zero ? 2 : 1;
    }
  }
  sum.entry_writes -= anchor_write * sum.others_writes;  // the anchor is left alone
  sum.others_writes = sums.writes - anchor_write;
  const double mean = sums.until_receipt.mean_units;
  for (std::size_t i = 0; i < listings.size(); ++i) {
    const auto& l = listings[i];
    sum.share[i] = mean > 0 ? l.until_receipt.mean_units / mean : 1.0 / static_cast<double>(listings.size());
    sum.margin += sum.share[i] * l.margin;
    sum.oversold_cost += sum.share[i] * (l.margin + l.cancel_cost);
  }
  return sum;
}

// Units accepted beyond `units` while a split made now goes live, the listings showing what they show.
double race_now(std::span<const SkuListing> listings, const SkuSums& sums, double oversold_cost, int units,
                LadderStarts& starts) {
  long exposed = 0;
  for (const auto& l : listings) exposed += l.exposure_units;
  if (exposed <= units) return 0;
  const double all = excess_for_money(sums.blind, units, [&] {
    starts.has_blind = true;
    return starts.blind = DemandCursor(sums.blind);
  });
  if (all <= 1e-12) return 0;
  double own = 0;
  for (const auto& l : listings) own += excess_for_money(l.blind, std::min(l.exposure_units, units));
  return oversold_cost * std::max(0.0, all - own);
}

// The cheapest level below the top at which to split.
void choose_later(LadderTerms& terms, std::span<const double> later, std::span<const double> reach, int steps,
                  int first, int stride) {
  terms.later_cost = std::numeric_limits<double>::infinity();
  for (int i = 0; i < steps; ++i) {
    const double cost = later[static_cast<std::size_t>(i)] * reach[static_cast<std::size_t>(steps - i)];
    if (cost < terms.later_cost) {
      terms.later_cost = cost;
      terms.later_units = i == 0 ? 0 : first + (i - 1) * stride;
    }
  }
}

}  // namespace

double excess_bound(const WindowDemand& demand, int units) {
  const double mean = demand.mean_units;
  const double s = units;
  if (!(mean > 0)) return 0;
  if (units <= 0) return mean - std::min(s, 0.0);
  if (!(s > mean)) return std::numeric_limits<double>::infinity();
  // For every t > 0 and x >= 0: (x - s)+ <= (exp(t x) - 1) / (t e (exp(t s) - 1)). With t at the Chernoff
  // point, where t s - log E[exp(t D)] is greatest.
  const double spread = demand.variance_units2 - mean;
  double slope = std::log(s / mean);
  double exponent = s * slope - s + mean;
  if (spread > 1e-9 * mean) {
    const double r = mean * mean / spread;
    const double other = std::log((s + r) / (mean + r));
    slope -= other;
    exponent = s * slope - r * other;
  }
  const double rise = s * slope;
  if (rise > 30) return std::exp(-exponent - 1) / slope;  // the ones no longer count
  return std::expm1(rise - exponent) / (slope * std::numbers::e * std::expm1(rise));
}

SkuSums sum_up(std::span<const SkuListing> listings) {
  SkuSums sums;
  DemandSum until_receipt, blind, later;
  sums.least_margin = std::numeric_limits<double>::infinity();
  for (const auto& l : listings) {
    until_receipt.add(l.until_receipt, l.shared_level);
    blind.add(l.blind, l.shared_level);
    later.add(l.later(), l.shared_level);
    sums.worst_oversold = std::max(sums.worst_oversold, l.margin + l.cancel_cost);
    sums.least_margin = std::min(sums.least_margin, l.margin);
    sums.most_margin = std::max(sums.most_margin, l.margin);
    sums.writes += l.write_cost;
  }
  sums.until_receipt = until_receipt.total();
  sums.blind = blind.total();
  sums.later = later.total();
  return sums;
}

double race_bound(const SkuSums& sums, int units) {
  const WindowDemand more{std::max(sums.blind.mean_units, sums.later.mean_units),
                          std::max(sums.blind.variance_units2, sums.later.variance_units2)};
  return sums.worst_oversold * excess_bound(more, units);
}

double sellout_bound(const SkuSums& sums, int units) {
  // P(D >= s) <= E[(D - s + 1)+] for whole s.
  const double reach = std::min(1.0, excess_bound(sums.until_receipt, units - 1));
  return reach * (sums.worst_oversold * sums.later.mean_units + units * sums.writes);
}

double protection_bound(const SkuSums& sums, int units) {
  const double differ = sums.most_margin - sums.least_margin;
  return differ > 0 ? differ * excess_bound(sums.until_receipt, units) : 0.0;
}

LadderTerms climb(std::span<const SkuListing> listings, const SkuSums& sums, int units,
                  LadderStarts& starts) {
  const Totals sum = total(listings, sums);
  const auto count = listings.size();
  starts.until_receipt.clear();
  starts.has_blind = false;
  if (units <= 0 || count == 0) return {};
  // Levels 0 = s_0 < s_1 < ... < s_steps = units, a stride apart but for the first step.
  const int stride = 1 + (units - 1) / ladder_steps;
  const int steps = 1 + (units - 1) / stride;
  const int first = units - (steps - 1) * stride;

  DemandCursor all(sums.until_receipt);
  DemandCursor race;                        // made when it first moves
  Slots<DemandCursor, max_listings> sells;  // the next unit of each listing in the greedy split
  Slots<DemandCursor, max_listings> blind;  // its own blind demand
  std::array<double, max_listings> gain;    // what the next unit of each would earn
  for (std::size_t l = 0; l < count; ++l) {
    sells.add(starts.until_receipt.add(DemandCursor(listings[l].until_receipt)));
    gain[l] = listings[l].margin * sells[l].above();
    auto& own = blind.add(DemandCursor(listings[l].later()));
    // When the ledger says s, a listing still shows what the others sold unseen as well.
    const double unseen = std::floor(sums.later.mean_units - listings[l].later().mean_units);
    while (own.units() < std::min<double>(unseen, units)) own.advance();
  }
  std::array<double, ladder_steps + 1> reach;  // P(D >= s_i)
  std::array<double, ladder_steps + 1> later;  // what splitting (or selling out) at level s_i costs
  reach[0] = 1;

  const double mean = all.excess();
  const double tracked = std::min(units, sum.widest_cap);
  double split = 0;
  double beyond = DemandCursor::mean_of(sums.later);  // the blind demand's excess over the level
  bool racing = true;                                 // with a chance worth counting
  for (int i = 0; i < steps; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double pooled = sum.margin * (mean - all.excess());
    double oversold = 0;
    if (racing) {
      // The listing whose sale led here shows c_l = s (and what is unseen), the others one more; what each
      // refuses by itself is not oversold: E[(sum min(B_l, c_l) - s)+] = E[(B - s)+] - sum E[(B_l - c_l)+],
      // exact for c_l = s.
      double own = 0;
      for (std::size_t l = 0; l < count; ++l) {
        own += blind[l].excess();
        if (blind[l].units() < units) own -= (1 - sum.share[l]) * blind[l].above();
      }
      oversold = std::max(0.0, beyond - own);
    }
    const int level = i == 0 ? 0 : first + (i - 1) * stride;
    const double tracking = std::max(0.0, tracked - level) * sum.others_writes;
    later[at] = sum.oversold_cost * oversold + std::max(0.0, pooled - split) + tracking +
                (level == 0 ? 0.0 : sum.entry_writes);

    const int next = i == 0 ? first : stride;
    for (int n = 0; n < next; ++n) {
      std::size_t best = 0;
      double most = -1;
      for (std::size_t l = 0; l < count; ++l)
        if (gain[l] > most) most = gain[l], best = l;
      split += std::max(most, 0.0);
      sells[best].advance();
      gain[best] = listings[best].margin * sells[best].above();
      reach[at + 1] = all.above();  // P(D > s - 1) just before the last step
      all.advance();
    }
    if (racing && i + 1 < steps) {  // at the top nobody asks any more
      if (i == 0) race = DemandCursor(sums.later);
      for (int n = 0; n < next; ++n) {
        race.advance();
        for (std::size_t l = 0; l < count; ++l)
          if (blind[l].units() < units) blind[l].advance();
      }
      beyond = race.excess();
      racing = beyond > 1e-12 * mean;
    }
  }
  LadderTerms terms{sum.margin * (mean - all.excess()),
                    split,
                    race_now(listings, sums, sum.oversold_cost, units, starts),
                    0,
                    0,
                    sum.margin * reach[static_cast<std::size_t>(steps)]};
  choose_later(terms, later, reach, steps, first, stride);
  return terms;
}

}  // namespace forestall::forecasting
