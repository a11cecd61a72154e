// SPDX-License-Identifier: Apache-2.0
// From facts to the next safe write of every listing of one problem: a SKU and its listings, or several SKUs
// that bundles tie together. Values in, values out; no allocation, no clock.
//
// Invariant of the established state: for every scarce SKU, sum of units x exposure <= usable stock, and a
// write is answered only where that still holds with the write unresolved. Then no order beyond the stock can
// be accepted, however late, twice, lost or out of order writes, readings and orders arrive.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "daemon/guard/planner/exposure.hpp"
#include "daemon/guard/planner/step.hpp"
#include "forecasting/error.hpp"
#include "forecasting/order_size.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::planner {

struct OfferFacts {
  // Demand, money, limits and components. exposure_units and through_zero are filled in here.
  forecasting::ListingTerms terms{};
  Exposure exposure{};
  WriteKind writes = WriteKind::absolute;  // the best kind the channel proved; absolute where unproven
  // Exposures were within the stock of one of its SKUs at some time since it was shared: the promise is
  // given, and holds also where they now seem to be above (units were put back that the ledger does not know
  // yet). False: entering for the first time, absolute counts may be lowered without going through zero.
  bool promised = true;
  bool unproven = false;       // of its atomic decrement or read-back
  std::int32_t lot_units = 1;  // the most an unproven channel may be exposed while scarce
  // Units of the SKU's next order (null: single ones), and the chance that this listing gets it.
  const forecasting::OrderSizeLaw* order_size = nullptr;
  double next_order = 1;
  bool may_lower = true;  // mode, holds, breaker, ownership
  bool may_raise = true;  // the same, and fresh and trusted data
  bool rested = true;     // the dwell time since its last write has passed
};

// A compare fails where the listing sells between the last look and the landing, and is tried again a flight
// later while the listing goes on selling. Where shoppers ask for more than this within a flight, the count
// is written as on an absolute channel: whatever was sold meanwhile, it lands.
inline constexpr double most_sold_in_flight = 0.1;
constexpr WriteKind way_of(WriteKind proved, double units_in_flight) {
  return proved == WriteKind::compare_and_set && units_in_flight > most_sold_in_flight ? WriteKind::absolute
                                                                                       : proved;
}

struct Problem {
  std::span<const forecasting::StockTerms> skus;
  std::span<const OfferFacts> offers;
  // By place, one bit a SKU: split whatever is worth more, because listings outside of the problem share it
  // and what those may still sell was taken off its usable units.
  std::uint8_t split = 0;
  static_assert(forecasting::max_skus <= 8);
};

struct Plan {
  std::array<forecasting::SkuVerdict, forecasting::max_skus> verdicts{};
  std::array<Regime, forecasting::max_skus> regimes{};
  std::array<std::int64_t, forecasting::max_skus> exposed_units{};  // sum of units x exposure
  std::array<Step, forecasting::max_listings> steps{};
  std::size_t skus = 0, offers = 0;
  bool exact = true;  // the search over bundles finished

  std::span<const Step> all() const { return std::span(steps).first(offers); }
};

// Targets, regimes and steps in one call. Errors as forecasting::choose_targets; `plan` is then untouched.
forecasting::Expected<void> make_plan(const Problem& problem, Plan& plan);

// Does the stock bear this write on offer number `offer` beside all that is exposed now? Asked before an
// unresolved write is sent a second time: the copy may land as well.
bool stock_bears(const Problem& problem, std::size_t offer, const PendingWrite& write);

// The second half alone: targets and verdicts are given. Used by make_plan and by the adversary's test, which
// proposes targets of its own. `verdicts` one a SKU, `targets` one an offer.
void plan_steps(const Problem& problem, std::span<const forecasting::SkuVerdict> verdicts,
                std::span<const std::int32_t> targets, Plan& plan);

}  // namespace forestall::planner
