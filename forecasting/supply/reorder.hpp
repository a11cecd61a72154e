// SPDX-License-Identifier: Apache-2.0
// How much to order and by when, for a wanted service level; and how long the stock lasts, or how much of it
// is too much.
#pragma once

#include "forecasting/error.hpp"
#include "forecasting/supply/demand_rate.hpp"
#include "forecasting/supply/lead_time.hpp"

namespace forestall::forecasting {

struct ReorderPolicy {
  double service = 0.95;   // wanted P(no shortfall until the order after this one arrives)
  double cover_days = 21;  // until the next order is placed
  int pack_units = 1;      // order in multiples of this
  int least_units = 0;     // and at least this
};

struct ReorderAdvice {
  int units = 0;                 // 0: what there is lasts
  double order_within_days = 0;  // the latest day to place it; at most latest_order_days
  double shortfall_if_now = 0;   // P(short before an order placed now arrives)
  bool too_late = false;         // that is already above 1 - service
  int order_up_to_units = 0;     // position wanted: quantile of demand over lead time + cover
};
inline constexpr double latest_order_days = 365;

// Order-up-to over the protection interval, lead time uncertain (Silver, Pyke, Thomas, Inventory and
// Production Management in Supply Chains, 4th ed., 6.9 and 6.10, with the mixture over lead time in place of
// its first two moments): the least position S with (1/J) sum_j P(D(tau_j + cover) > S) <= 1 - service; and
// the latest t with (1/J) sum_j P(D(t + tau_j) > position) <= 1 - service. position_units: usable stock and
// what is under way and still believed in. An order that never comes is not something to order against: its
// chance is left out here and shows in the risk of the orders under way. Errors: not_finite, negative,
// out_of_range.
Expected<ReorderAdvice> advise_reorder(const DemandRate& demand, int position_units,
                                       const LeadTime& lead_time, const ReorderPolicy& policy);

struct Cover {
  double weeks = 0;      // stock / mean weekly demand; at most 520
  double days_low = 0;   // the stock lasts at least so long with probability .9
  double days_high = 0;  // .. and at most so long with probability .9; at most 3640
  int excess_units = 0;  // of stock and inbound, more than the horizon will want with probability .9
};

// Excess against `horizon_days` (what one is willing to hold).
Cover cover(const DemandRate& demand, int stock_units, int inbound_units, double horizon_days);

}  // namespace forestall::forecasting
