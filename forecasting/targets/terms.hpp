// SPDX-License-Identifier: Apache-2.0
// What the choice of listed quantities is made from, and what it answers. Money is in one currency, any unit;
// only ratios matter. A problem is a set of SKUs and the listings that touch them: usually one SKU, more
// where bundles tie SKUs together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

inline constexpr std::size_t max_listings = 16;  // in one problem
inline constexpr std::size_t max_skus = 8;
inline constexpr std::size_t max_components = 4;  // SKUs in one bundle
inline constexpr int no_limit = 1'000'000'000;
// Of a scarce SKU no more than this is divided; the rest stays unlisted. Nobody races for the 100,000th unit.
inline constexpr int most_divided_units = 100'000;

// What a channel lets us say: a count it decrements itself, a count below which it stops by itself (handled
// alike), or only open and closed.
enum class QuantityKind : std::uint8_t { exact, threshold, on_off };

// `units` of SKU number `sku` (its place in the problem) in one unit of the listing. A listing
// names a SKU once.
struct Component {
  std::uint16_t sku = 0;
  std::uint16_t units = 1;
};

struct ListingTerms {
  WindowDemand until_receipt;  // what its own shoppers will ask for before the next receipt, listing units
  WindowDemand blind;          // the same in its blind window: placed -> last listing reflecting it. Bursts
                               // included; the upper tail of the window under the present queue
  // The blind window's demand at the hours in which the listing sells, where `blind` is the one that begins
  // now: what a split made later meets. Mean 0: as `blind`.
  WindowDemand blind_later{};
  // The listings' demands follow one level (shoppers of one stream, dealt to channels): what varies varies
  // together. False: each by itself.
  bool shared_level = false;
  double margin = 1;         // won by a filled unit
  double cancel_cost = 10;   // k: lost by an oversold unit, beside its margin
  double write_cost = 0.02;  // price of one write: its API budget and what may go wrong
  int exposure_units = 0;    // H: the most it may still accept that the ledger has not seen
  int least_units = 0;       // it cannot go below (a person's quantity, an account that takes no writes)
  int cap_units = no_limit;  // it may not go above
  int scarce_cap_units = no_limit;  // nor above this while scarce (one lot, where the channel is unproven)
  QuantityKind quantity = QuantityKind::exact;
  bool through_zero = true;  // absolute writes: from one count to another only by zero, wait, fill
  // What its shoppers ask for while it goes through zero: until the zero is seen to hold and the fill is
  // live, a poll of orders at least. 0: as long as `blind`.
  double closed_units = 0;
  std::uint8_t component_count = 1;
  std::array<Component, max_components> components{};
};

struct StockTerms {
  int usable_units =
      0;  // S_e: what the belief over true stock supports (stock_belief), open orders taken off
  // Added to the worth of sharing when it is compared with a split: what it would cost to change one's mind
  // again. Positive while shared, negative while split; without it two values that nearly tie call each other
  // back at every order.
  double plenty_bias = 0;
};

enum class Regime : std::uint8_t { plenty, scarce };

enum class Reason : std::uint8_t {
  one_listing,       // a single listing counts itself down: nothing races
  race_below_write,  // what the race can cost before the next look is less than the price of one write
  later_is_better,   // splitting now loses more than splitting (or selling out) at a lower level
  split_pays,        // exposures within stock are worth more than the shared stock at risk
  nothing_to_sell,   // no usable unit
};

constexpr const char* reason_name(Reason reason) {
  constexpr std::array names = {"one_listing", "race_below_write", "later_is_better", "split_pays",
                                "nothing_to_sell"};
  return names[static_cast<std::size_t>(reason)];
}

struct ListingTarget {
  int units = 0;               // what it should show
  double filled_value = 0;     // margin x E[units it fills before the next receipt, at this quantity]
  double next_unit_value = 0;  // margin x P(the next unit sells there before the next receipt)
};

// The terms behind one SKU's verdict, in money unless the name says otherwise.
struct SkuVerdict {
  Regime regime = Regime::plenty;
  Reason reason = Reason::nothing_to_sell;
  int usable_units = 0;
  int hold_back_units = 0;       // h: kept off every listing until the flight is seen (entering only)
  int split_later_at_units = 0;  // plenty: the level at which splitting (0: selling out) is cheapest
  double pooled_value = 0;       // E[filled before the receipt] if nothing raced
  double race_cost_now = 0;      // expected oversold units x (k + m) while the split goes live; 0 if in force
  double later_cost = 0;         // cost of the best later split: race, stranded units, writes
  double plenty_value = 0;
  double scarce_value = 0;
  double bid_price = 0;  // what the last unit is worth elsewhere before the receipt
};

}  // namespace forestall::forecasting
