// SPDX-License-Identifier: Apache-2.0
#include "forecasting/targets/hold_back.hpp"

#include <algorithm>
#include <array>

namespace forestall::forecasting {
namespace {

// Is factor x P(flight > units) above `least`? The walk answers to 1e-12, which nearly always is enough;
// where it is not, the tail is computed.
bool tail_matters(const HoldBackTerms& terms, const DemandCursor& flight, double factor, int units,
                  double least) {
  constexpr int most_steps = 64;
  if (units <= most_steps) {
    DemandCursor cursor = flight;
    while (cursor.units() < units) cursor.advance();
    constexpr double doubt = 1e-12;
    if (factor * (cursor.above() - doubt) > least * (1 + 1e-6)) return true;
    if (factor * (cursor.above() + doubt) < least * (1 - 1e-6)) return false;
  }
  return factor * probability_above(terms.flight, units) > least;
}

}  // namespace

int hold_back_units(const HoldBackTerms& terms) { return hold_back_units(terms, DemandCursor(terms.flight)); }

int hold_back_units(const HoldBackTerms& terms, const DemandCursor& flight) {
  const int stock = std::max(0, terms.usable_units);
  const double missed = std::max(0.0, terms.margin - std::max(0.0, terms.bid_price));
  const double gone = terms.margin + terms.cancel_cost;
  DemandCursor cursor = flight;
  if (stock == 0 || !(gone * cursor.above() > terms.release_cost)) return 0;
  // P(flight >= j) falls with j and P(flight >= stock - j + 1) rises: one crossing. The second matters only
  // where the flight could empty the stock.
  const bool may_empty = missed > 0 && tail_matters(terms, flight, missed, stock / 2, 1e-9);
  // P(flight > u) for u < stock, where it is asked for.
  constexpr int most_walked = 64;
  std::array<double, most_walked> above;
  const bool walked = may_empty && stock <= most_walked;
  if (walked) {
    DemandCursor each = flight;
    for (int u = 0; u < stock; ++u, each.advance()) above[static_cast<std::size_t>(u)] = each.above();
  }
  int held = 0;
  while (held < stock) {
    double price = terms.release_cost;
    const int left = stock - held - 1;
    if (may_empty)
      price +=
          missed * (walked ? above[static_cast<std::size_t>(left)] : probability_above(terms.flight, left));
    if (!(gone * cursor.above() > price)) break;
    ++held;
    cursor.advance();
  }
  return held;
}

}  // namespace forestall::forecasting
