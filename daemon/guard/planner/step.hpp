// SPDX-License-Identifier: Apache-2.0
// What the planner answers for one listing: the next safe write, or the reason to wait.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "daemon/guard/planner/exposure.hpp"

namespace forestall::planner {

enum class Regime : std::uint8_t {
  plenty,       // every listing shows the stock; most sales need no write
  entering,     // the split pays, but what the listings may sell is still more than the stock
  established,  // exposures are within stock, and stay so whatever the channels do
};

enum class Why : std::uint8_t {
  // writes
  zero,          // emptied: other listings hold the units, or there are none
  fill,          // confirmed empty, and the stock bears it
  lower,         // shows more than it should (compare-and-set, relative; in plenty also absolute)
  raise,         // shows less than it should, and the stock bears it
  through_zero,  // moves to another count: zero first, then a fill
  // none
  as_wanted,         // shows what it should
  not_worth_it,      // a write costs more than it would change
  leave_anchor,      // the main listing of a SKU that enters scarcity counts itself down
  awaits_resolve,    // a write of ours is unresolved: the safe next step needs its outcome
  awaits_others,     // the units are still exposed on other listings
  resting,           // written too recently (dwell)
  may_not_lower,     // a hold, a mode or an account that takes no writes
  may_not_raise,     // the same, or data that is stale or suspect
  unknown_listing,   // no reading was ever resolved
  too_many_pending,  // as many writes unresolved as are kept
};

constexpr const char* why_name(Why why) {
  constexpr std::array names = {
      "zero",      "fill",          "lower",         "raise",           "through_zero",
      "as_wanted", "not_worth_it",  "leave_anchor",  "awaits_resolve",  "awaits_others",
      "resting",   "may_not_lower", "may_not_raise", "unknown_listing", "too_many_pending"};
  return names[static_cast<std::size_t>(why)];
}
constexpr const char* regime_name(Regime regime) {
  constexpr std::array names = {"plenty", "entering", "established"};
  return names[static_cast<std::size_t>(regime)];
}

struct Step {
  Why why = Why::as_wanted;
  Regime regime = Regime::plenty;
  WriteKind kind = WriteKind::absolute;
  std::int32_t value = 0;     // as of PendingWrite
  std::int32_t expected = 0;  // compare_and_set
  std::int32_t target = 0;    // what the listing should show
  double worth = 0;           // money the write saves or earns: the order in which calls are spent

  constexpr bool writes() const { return why <= Why::through_zero; }
  constexpr PendingWrite pending() const { return {kind, 1, value, expected}; }
  friend bool operator==(const Step&, const Step&) = default;
};

}  // namespace forestall::planner
