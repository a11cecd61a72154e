// SPDX-License-Identifier: Apache-2.0
// Open orders at risk: which, why, how likely, until when, what it costs, and what to do next. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "config/base/time.hpp"
#include "daemon/orders/clocks.hpp"

namespace forestall::orders {

enum class Cause : std::uint8_t {
  stock_short,       // not enough by ship-by
  handling_late,     // will not be handed over in time
  never_scanned,     // a label, and no scan
  parcel_stuck,      // silent for longer than nearly all
  parcel_lost,       // silent for ever
  parcel_late,       // moving, and too slow for the promise
  payment_pending,   // longer than usual
  cancel_requested,  // a buyer waits for an answer
  auto_cancel,       // the channel will cancel by itself
};
std::string_view word(Cause cause);  // "stock_short"

enum class NextStep : std::uint8_t {
  ship_today,
  ship_from_elsewhere,  // another location, a supplier, a split
  recount_stock,
  hand_over_again,     // the label's parcel to the carrier: it was never scanned
  open_investigation,  // at the carrier
  open_claim,          // at the carrier; and replace or refund
  tell_the_buyer,      // early, with the new date
  answer_approve,      // a cancel request before shipping
  answer_refuse,       // after shipping: track the return
  wait_for_payment,
};
std::string_view word(NextStep step);

// What forecasts and the carrier say about the parcel of an order.
struct ParcelFacts {
  std::optional<Instant> label_at, first_scan_at, last_scan_at, delivered_at;
  double never_scanned = 0;     // P, while there is no scan
  double lost = 0;              // P, while silent
  double longer_share = 1;      // share of ordinary silences that last longer than this one
  double stuck = 1;             // P(no scan within the next day), while silent
  double late = 0;              // P(not there by deliver-by)
  bool little_history = false;  // that chance is made of what is usual elsewhere
  bool returning = false;       // refused or undeliverable, and on its way back
};

// Everything about one open order that the rules look at.
struct OrderFacts {
  AccountId account;
  OrderId id;
  Deadlines clocks;
  Instant placed_at;
  bool payment_pending = false;
  bool shipped = false;       // handed over, as the seller or a scan says
  Money value;                // of what is still owed to the buyer
  double short_of_stock = 0;  // P, from the queue of claims
  bool short_for_sure = false;
  bool stock_suspect = false;
  double late_hand_over = 0;               // P, from the hand-over history
  std::optional<Instant> next_collection;  // the last cut-off before ship-by that can still be met
  std::optional<Instant> cancel_asked_at, cancel_answer_by;
  std::optional<ParcelFacts> parcel;
};

// From what probability a cause is worth a person's look, and how a loss is valued.
struct RiskRules {
  double stock = 0.2, handling = 0.3, never_scanned = 0.3, lost = 0.3, late = 0.3;
  double late_elsewhere = 0.5;  // where it is only known how long parcels of others take
  // Stuck is a silence longer than all but this share of ordinary ones, of which at least so much is expected
  // to last another day: where gaps are regular the longest of them are rare and yet nothing to worry about.
  double stuck_level = 0.01, stuck = 0.5;
  Millis warn_before = std::chrono::hours(24);  // of an automatic cancellation
  double cancel_cost_share = 1.0;               // a cancelled order costs its value, times this, and
  double late_cost_share = 0.25;                // a late one this
  Millis reaction = std::chrono::hours(2);      // that people need to act at all
};

struct Flag {
  AccountId account;
  OrderId order;
  Cause cause = Cause::stock_short;
  bool hard = false;  // evidence, not a forecast: goes out in every mode
  double probability = 0;
  Instant deadline;  // what would be missed
  Instant act_by;    // the last moment when acting still helps
  Money stake;       // lost if it happens
  NextStep next = NextStep::ship_today;
  double loss_avoided = 0;  // minor units: probability x stake, 0 once it is too late to act
  std::string why;          // one line for people, without personal data
};

// All flags of one order; of one chain (not scanned, stuck, lost, late) only the nearest cause of each
// deadline.
std::vector<Flag> assess(const OrderFacts& order, const RiskRules& rules, Instant now);

// The most loss avoided first; equal ones by the earlier last moment, then by order.
void rank(std::vector<Flag>& flags);

}  // namespace forestall::orders
