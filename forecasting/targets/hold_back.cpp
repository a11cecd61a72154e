// SPDX-License-Identifier: Apache-2.0
#include "forecasting/targets/hold_back.hpp"

#include <algorithm>
#include <array>

#include "forecasting/targets/demand_cursor.hpp"

namespace forestall::forecasting {

int hold_back_units(const HoldBackTerms& terms) {
  const int stock = std::max(0, terms.usable_units);
  const double missed = std::max(0.0, terms.margin - std::max(0.0, terms.bid_price));
  const double gone = terms.margin + terms.cancel_cost;
  // P(flight >= j) falls with j and P(flight >= stock - j + 1) rises: one crossing. The second matters only
  // where the flight could empty the stock.
  const bool may_empty = missed > 0 && missed * probability_above(terms.flight, stock / 2) > 1e-9;
  DemandCursor cursor(terms.flight);
  int held = 0;
  while (held < stock) {
    double price = terms.release_cost;
    if (may_empty) price += missed * probability_above(terms.flight, stock - held - 1);
    if (!(gone * cursor.above() > price)) break;
    ++held;
    cursor.advance();
  }
  return held;
}

}  // namespace forestall::forecasting
