// SPDX-License-Identifier: Apache-2.0
// The ladder by walking every demand once.
#include "forecasting/targets/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "forecasting/targets/demand_cursor.hpp"

namespace forestall::forecasting {
namespace {

struct Totals {
  WindowDemand until_receipt;
  WindowDemand blind;        // from now
  WindowDemand later;        // at the hours of sale
  double margin = 0;         // by share of demand
  double oversold_cost = 0;  // k + m by share of demand
  double others_writes = 0;  // one write to every listing but the anchor
  double entry_writes = 0;   // the writes of a split
  std::array<double, max_listings> share{};
  int widest_cap = 0;
};

Totals total(std::span<const SkuListing> listings) {
  Totals sum;
  double writes = 0;
  double anchor_write = 0;
  double anchor_mean = -1;
  DemandSum until_receipt, blind, later;
  for (const auto& l : listings) {
    until_receipt.add(l.until_receipt, l.shared_level);
    blind.add(l.blind, l.shared_level);
    later.add(l.later(), l.shared_level);
    sum.widest_cap = std::max(sum.widest_cap, l.cap_units);
    writes += l.write_cost;
    sum.entry_writes += l.write_cost * (l.through_zero ? 2 : 1);
    if (l.until_receipt.mean_units > anchor_mean) {
      anchor_mean = l.until_receipt.mean_units;
      anchor_write = l.write_cost;
      sum.others_writes = l.through_zero ? 2 : 1;
    }
  }
  sum.until_receipt = until_receipt.total();
  sum.blind = blind.total();
  sum.later = later.total();
  sum.entry_writes -= anchor_write * sum.others_writes;  // the anchor is left alone
  sum.others_writes = writes - anchor_write;
  const double mean = sum.until_receipt.mean_units;
  for (std::size_t i = 0; i < listings.size(); ++i) {
    const auto& l = listings[i];
    sum.share[i] = mean > 0 ? l.until_receipt.mean_units / mean : 1.0 / static_cast<double>(listings.size());
    sum.margin += sum.share[i] * l.margin;
    sum.oversold_cost += sum.share[i] * (l.margin + l.cancel_cost);
  }
  return sum;
}

// Units accepted beyond `units` while a split made now goes live, the listings showing what they show.
double race_now(std::span<const SkuListing> listings, const Totals& sum, int units) {
  long exposed = 0;
  for (const auto& l : listings) exposed += l.exposure_units;
  if (exposed <= units) return 0;
  const double all = excess_for_money(sum.blind, units);
  if (all <= 1e-12) return 0;
  double own = 0;
  for (const auto& l : listings) own += excess_for_money(l.blind, std::min(l.exposure_units, units));
  return sum.oversold_cost * std::max(0.0, all - own);
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

double race_bound(std::span<const SkuListing> listings, int units) {
  DemandSum now, later;
  double worst = 0;
  for (const auto& l : listings) {
    now.add(l.blind, l.shared_level);
    later.add(l.later(), l.shared_level);
    worst = std::max(worst, l.margin + l.cancel_cost);
  }
  const auto more = [](const WindowDemand& a, const WindowDemand& b) {
    return WindowDemand{std::max(a.mean_units, b.mean_units), std::max(a.variance_units2, b.variance_units2)};
  };
  return worst * excess_bound(more(now.total(), later.total()), units);
}

double sellout_bound(std::span<const SkuListing> listings, int units) {
  DemandSum demand;
  double worst = 0, writes = 0, later = 0;
  for (const auto& l : listings) {
    demand.add(l.until_receipt, l.shared_level);
    later += l.later().mean_units;
    worst = std::max(worst, l.margin + l.cancel_cost);
    writes += l.write_cost;
  }
  // P(D >= s) <= E[(D - s + 1)+] for whole s.
  const double reach = std::min(1.0, excess_bound(demand.total(), units - 1));
  return reach * (worst * later + units * writes);
}

double protection_bound(std::span<const SkuListing> listings, int units) {
  double least = std::numeric_limits<double>::infinity();
  double most = 0;
  DemandSum demand;
  for (const auto& l : listings) {
    least = std::min(least, l.margin);
    most = std::max(most, l.margin);
    demand.add(l.until_receipt, l.shared_level);
  }
  return most > least ? (most - least) * excess_bound(demand.total(), units) : 0.0;
}

LadderTerms climb(std::span<const SkuListing> listings, int units) {
  const Totals sum = total(listings);
  const auto count = listings.size();
  if (units <= 0 || count == 0) return {};
  // Levels 0 = s_0 < s_1 < ... < s_steps = units, a stride apart but for the first step.
  const int stride = 1 + (units - 1) / ladder_steps;
  const int steps = 1 + (units - 1) / stride;
  const int first = units - (steps - 1) * stride;

  DemandCursor all(sum.until_receipt);
  DemandCursor race(sum.later);
  std::array<DemandCursor, max_listings> sells;  // the next unit of each listing in the greedy split
  std::array<DemandCursor, max_listings> blind;  // its own blind demand
  for (std::size_t l = 0; l < count; ++l) {
    sells[l] = DemandCursor(listings[l].until_receipt);
    blind[l] = DemandCursor(listings[l].later());
    // When the ledger says s, a listing still shows what the others sold unseen as well.
    const double unseen = std::floor(sum.later.mean_units - listings[l].later().mean_units);
    while (blind[l].units() < std::min<double>(unseen, units)) blind[l].advance();
  }
  std::array<double, ladder_steps + 1> reach;  // P(D >= s_i)
  std::array<double, ladder_steps + 1> later;  // what splitting (or selling out) at level s_i costs
  reach[0] = 1;

  const double mean = all.excess();
  const double tracked = std::min(units, sum.widest_cap);
  double split = 0;
  bool racing = true;  // the blind demand still exceeds the level with a chance worth counting
  for (int i = 0;; ++i) {
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
      oversold = std::max(0.0, race.excess() - own);
    }
    if (i == steps) {
      LadderTerms terms{pooled, split, race_now(listings, sum, units), 0, 0, sum.margin * reach[at]};
      choose_later(terms, later, reach, steps, first, stride);
      return terms;
    }
    const int level = i == 0 ? 0 : first + (i - 1) * stride;
    const double tracking = std::max(0.0, tracked - level) * sum.others_writes;
    later[at] = sum.oversold_cost * oversold + std::max(0.0, pooled - split) + tracking +
                (level == 0 ? 0.0 : sum.entry_writes);

    const int next = i == 0 ? first : stride;
    for (int n = 0; n < next; ++n) {
      std::size_t best = 0;
      double gain = -1;
      for (std::size_t l = 0; l < count; ++l) {
        const double value = listings[l].margin * sells[l].above();
        if (value > gain) gain = value, best = l;
      }
      split += std::max(gain, 0.0);
      sells[best].advance();
      reach[at + 1] = all.above();  // P(D > s - 1) just before the last step
      all.advance();
    }
    if (racing) {
      for (int n = 0; n < next; ++n) {
        race.advance();
        for (std::size_t l = 0; l < count; ++l)
          if (blind[l].units() < units) blind[l].advance();
      }
      racing = race.excess() > 1e-12 * mean;
    }
  }
}

}  // namespace forestall::forecasting
