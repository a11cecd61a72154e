// SPDX-License-Identifier: Apache-2.0
// Curves of single listings, and the exact split of one SKU.
#include "forecasting/targets/split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "forecasting/targets/hold_back.hpp"

namespace forestall::forecasting {
namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

// The fewest units an open/closed listing needs behind it: what may arrive before it is closed.
int open_needs(const ListingTerms& listing, int stock_units) {
  if (listing.quantity != QuantityKind::on_off) return 0;
  return std::max(1, hold_back_units({listing.blind, stock_units + 1, listing.margin, listing.cancel_cost,
                                      listing.write_cost, listing.margin}));
}

}  // namespace

void draw_curve(const ListingTerms& listing, const CurveTerms& terms, ListingCurve& out) {
  draw_curve(listing, terms, DemandCursor(listing.until_receipt), out);
}

void draw_curve(const ListingTerms& listing, const CurveTerms& terms, const DemandCursor& until_receipt,
                ListingCurve& out) {
  const int shown = listing.exposure_units;
  const int least = terms.least_units;
  const int most =
      std::max(least, std::min({listing.cap_units, listing.scarce_cap_units, terms.stock_units}));
  const int needs = open_needs(listing, most);
  const double closed = listing.closed_units > 0 ? listing.closed_units : listing.blind.mean_units;
  const double lost = listing.margin * closed * terms.lost_share;
  const double move = listing.through_zero ? 2 * listing.write_cost + lost : listing.write_cost;
  out.stride = terms.stride;
  out.last = std::min(most / terms.stride, split_steps);
  DemandCursor demand = until_receipt;
  const double mean = demand.excess();
  // What each quantity sells, then what it takes to get there.
  for (int i = 0;; ++i) {
    out.value[static_cast<std::size_t>(i)] = listing.margin * (mean - demand.excess());
    if (i == out.last) break;
    for (int n = 0; n < terms.stride; ++n) demand.advance();
  }
  const double writes = shown == 0 ? listing.write_cost : move;
  for (int i = 0; i <= out.last; ++i) {
    double& value = out.value[static_cast<std::size_t>(i)];
    const int units = i * terms.stride;
    if (units != shown) value -= units == 0 ? listing.write_cost : writes;
    const bool can = units + terms.stride > least && (units == 0 || units >= needs);
    if (!can) value = impossible;
  }
}

double split_one(std::span<const ListingCurve> curves, int stock_units, int spare_units, std::span<int> out) {
  const std::size_t count = curves.size();
  if (count == 0) return 0;
  const int stride = curves[0].stride;
  const int steps = std::min(stock_units / stride, split_steps);
  const int given = std::max(0, std::min(steps, (stock_units - spare_units) / stride));
  // best[l][n]: the most listings 0 .. l can earn from n steps of stock.
  std::array<std::array<double, split_steps + 1>, max_listings> best;
  {
    double top = impossible;
    for (int n = 0; n <= steps; ++n) {
      if (n <= curves[0].last) top = std::max(top, curves[0].value[static_cast<std::size_t>(n)]);
      best[0][static_cast<std::size_t>(n)] = top;
    }
  }
  const auto at_top = [&](std::size_t l, int n) {
    double top = impossible;
    for (int q = 0; q <= std::min(n, curves[l].last); ++q) {
      top = std::max(
          top, curves[l].value[static_cast<std::size_t>(q)] + best[l - 1][static_cast<std::size_t>(n - q)]);
    }
    return top;
  };
  for (std::size_t l = 1; l + 1 < count; ++l) {
    auto& now = best[l];
    const auto& before = best[l - 1];
    std::fill_n(now.begin(), steps + 1, impossible);
    for (int q = 0; q <= std::min(steps, curves[l].last); ++q) {
      const double value = curves[l].value[static_cast<std::size_t>(q)];
      const double* from = before.data();
      double* to = now.data() + q;
      for (int n = 0; n <= steps - q; ++n) to[n] = std::max(to[n], value + from[n]);
    }
  }
  const auto value_of = [&](int n) {
    return count == 1 ? best[0][static_cast<std::size_t>(n)] : at_top(count - 1, n);
  };
  const double value = value_of(steps);

  // Walk back through the choices.
  int left = given;
  double target = value_of(given);
  for (std::size_t l = count; l-- > 0;) {
    int chosen = 0;
    double nearest = std::numeric_limits<double>::infinity();
    for (int q = 0; q <= std::min(left, curves[l].last); ++q) {
      const double here = curves[l].value[static_cast<std::size_t>(q)];
      const double rest = l == 0 ? 0.0 : best[l - 1][static_cast<std::size_t>(left - q)];
      const double gap = target - (here + rest);
      if (gap < nearest) nearest = gap, chosen = q;
    }
    out[l] = chosen * stride;
    left -= chosen;
    if (l > 0) target = best[l - 1][static_cast<std::size_t>(left)];
  }
  return value;
}

}  // namespace forestall::forecasting
