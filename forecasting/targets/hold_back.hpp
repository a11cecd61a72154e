// SPDX-License-Identifier: Apache-2.0
// How many units to keep off every listing while orders are still in flight.
#pragma once

#include "forecasting/targets/demand_cursor.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::forecasting {

struct HoldBackTerms {
  WindowDemand flight;         // units all listings may have accepted, or accept, before the writes are live
  int usable_units = 0;        // S_e as the ledger knows it
  double margin = 1;           // m
  double cancel_cost = 10;     // k
  double release_cost = 0.02;  // the write that gives the units back
  double bid_price = 0;        // what a refused unit earns elsewhere before the next receipt, <= margin
};

// h: the j-th unit is held back while it is likelier to be gone than to be missed,
//   (k + m) P(flight >= j) > release_cost + (m - bid) P(flight >= usable - j + 1),
// the newsvendor ratio with a price on both sides (Arrow, Harris, Marschak 1951). At k = 20 m and a release
// cost of .02 m that is about the .001 tail of the flight. Between 0 and usable_units.
int hold_back_units(const HoldBackTerms& terms);
// The same where a cursor of the flight, standing at 0, is at hand.
int hold_back_units(const HoldBackTerms& terms, const DemandCursor& flight);

}  // namespace forestall::forecasting
