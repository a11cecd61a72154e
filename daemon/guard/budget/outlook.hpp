// SPDX-License-Identifier: Apache-2.0
// How an account stands against one limit on cancellations: whole orders that are left, when the oldest
// cancellation leaves the window, and the chance of a breach before all that is known now has left it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "config/base/time.hpp"
#include "daemon/guard/budget/limit.hpp"
#include "daemon/guard/budget/tail.hpp"

namespace forestall::guard::budget {

using Day = std::chrono::local_days;  // in the account's time zone

// What happened on one day, in whole orders.
struct DayCount {
  Day day{};
  std::int64_t orders = 0;   // placed
  std::int64_t cancels = 0;  // cancelled, and counted against the seller
};

struct Outlook {
  std::int64_t orders = 0;   // placed in the window that ends today
  std::int64_t cancels = 0;  // counted in it
  std::int64_t allowed = 0;  // of so many orders
  std::int64_t left = 0;     // allowed - cancels; negative: so many too many
  bool judged = false;       // there are enough orders for the channel to judge
  bool breached = false;
  // The oldest cancellation in the window: its day, the first day on which it does not count any more, and
  // how many leave with it.
  std::optional<Day> oldest{};
  std::optional<Day> oldest_leaves{};
  std::int64_t leaving = 0;
  double orders_a_day = 0;  // expected from here on
  Belief belief{};          // of the chance that an order is cancelled
  double chance = 0;        // of a breach on any of the next window_days days; 1 where it is breached
  double chance_after_one_more = 0;  // the same, were one more order cancelled today
};

// `days` in any order, one entry a day; days before the window are what the belief and the rate are learned
// from (`learned_from_days` of them at most), days after `today` are ignored. Expected orders come evenly,
// and a cancellation counts on the day its order came: with orders_a_day known, `chance` is exact.
inline constexpr int learned_from_days = 90;
inline constexpr int rate_from_days = 28;
Outlook look_ahead(const Limit& limit, std::span<const DayCount> days, Day today);

// How many times as much a cancellation costs as by itself, because of what a breach would cost: breach_days
// days of the account's orders, each worth a margin.
//
//   1 + p * orders_a_day * breach_days / cost_in_margins,   p = max(chance, chance_after_one_more - chance)
//
// The second term of p is the shadow price of one more cancellation; the first keeps the price from falling
// once the breach is as good as certain, so that it never falls while cancellations come in. At most
// `most_factor`.
inline constexpr double most_factor = 20;
double cancel_cost_factor(const Outlook& outlook, double breach_days, double cost_in_margins);

}  // namespace forestall::guard::budget
