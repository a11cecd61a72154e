// SPDX-License-Identifier: Apache-2.0
#include "forecasting/targets/hold_back.hpp"

#include <algorithm>
#include <array>

namespace forestall::forecasting {
namespace {

constexpr int most_walked = 1024;   // units: beyond, tails are computed one by one
constexpr int walked_exactly = 64;  // up to here the walked tail is the tail
// What a walk of so many units is off by at most: rounding, and the mass at zero.
constexpr double doubt = 1e-11;

// P(flight > u), walked once; where a comparison is too close for the walk, computed.
class Tails {
 public:
  Tails(const WindowDemand& flight, const DemandCursor& at_zero) : flight_(flight), next_(at_zero) {}

  // Is `won` above release + missed x P(flight > units)?
  bool below(double won, double release, double missed, int units) {
    if (units < most_walked) {
      const double above = walked(units);
      if (won > release + missed * (above + doubt) * (1 + 1e-6)) return true;
      if (won <= release + missed * (above - doubt) * (1 - 1e-6)) return false;
    }
    return won > release + missed * probability_above(flight_, units);
  }

  // P(flight > units) as the walk has it.
  double walked(int units) {
    for (; next_.units() <= units; next_.advance())
      above_[static_cast<std::size_t>(next_.units())] = next_.above();
    return above_[static_cast<std::size_t>(units)];
  }

 private:
  const WindowDemand& flight_;
  DemandCursor next_;
  std::array<double, most_walked> above_;
};

}  // namespace

int hold_back_units(const HoldBackTerms& terms) { return hold_back_units(terms, DemandCursor(terms.flight)); }

int hold_back_units(const HoldBackTerms& terms, const DemandCursor& flight) {
  const int stock = std::max(0, terms.usable_units);
  const double missed = std::max(0.0, terms.margin - std::max(0.0, terms.bid_price));
  const double gone = terms.margin + terms.cancel_cost;
  DemandCursor cursor = flight;
  if (stock == 0 || !(gone * cursor.above() > terms.release_cost)) return 0;
  Tails tails(terms.flight, flight);
  // P(flight >= j) falls with j and P(flight >= stock - j + 1) rises: one crossing. The second matters only
  // where the flight could empty the stock.
  const bool may_empty = missed > 0 && !tails.below(1e-9, 0, missed, stock / 2);
  const auto pays_to_hold = [&](double won, int left) {
    if (!may_empty) return won > terms.release_cost;
    if (stock <= walked_exactly) return won > terms.release_cost + missed * tails.walked(left);
    return tails.below(won, terms.release_cost, missed, left);
  };
  int held = 0;
  for (; held < stock && pays_to_hold(gone * cursor.above(), stock - held - 1); ++held) cursor.advance();
  return held;
}

}  // namespace forestall::forecasting
