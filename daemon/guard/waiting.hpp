// SPDX-License-Identifier: Apache-2.0
// What it costs to let a write wait: which of a thousand pauses goes first. Pure.
#pragma once

#include "config/base/units.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::guard {

// The loss, in margins of a unit (the terms' money), of a listing that shows `shown` for one more blind
// window where it should show `target`. Shown too many, units are sold that are not there, each at the price
// of a cancellation and its margin; too few, sales are refused:
//   (k + m) E[(min(B, shown) - target)+]    or    m E[(min(B, target) - shown)+],
// B the demand of the window that begins now. Where no demand is known, a trifle by the units that would
// change, so that the larger change goes first. 0 <= shown, 0 <= target.
double cost_of_waiting(const forecasting::ListingTerms& terms, Units shown, Units target);

}  // namespace forestall::guard
