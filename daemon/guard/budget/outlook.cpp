// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/outlook.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace forestall::guard::budget {
namespace {

using std::chrono::days;

struct Sum {
  std::int64_t orders = 0;
  std::int64_t cancels = 0;
};

// From `first` to `last`, both included.
Sum sum(std::span<const DayCount> all, Day first, Day last) {
  Sum s;
  for (const auto& one : all) {
    if (one.day < first || one.day > last) continue;
    s.orders += one.orders;
    s.cancels += one.cancels;
  }
  return s;
}

// Looks at the ends of the next window_days days.
std::vector<Look> looks_ahead(const Limit& limit, std::span<const DayCount> known, Day today, double a_day,
                              std::int64_t one_more) {
  std::vector<Look> looks;
  std::int64_t expected = 0;
  for (std::int32_t t = 1; t <= limit.window_days; ++t) {
    const auto due = static_cast<std::int64_t>(std::llround(a_day * t));
    const auto day = today + days(t);
    const auto old = sum(known, day - days(limit.window_days - 1), today);
    const auto orders = old.orders + due;
    const auto more = t < limit.window_days ? one_more : 0;
    looks.push_back({due - expected, most_allowed(limit, orders) - old.cancels - more});
    expected = due;
  }
  return looks;
}

}  // namespace

Outlook look_ahead(const Limit& limit, std::span<const DayCount> known, Day today) {
  Outlook o;
  const auto first = today - days(limit.window_days - 1);
  const auto now = sum(known, first, today);
  o.orders = now.orders;
  o.cancels = now.cancels;
  o.judged = now.orders >= std::max<std::int64_t>(1, limit.min_orders);
  o.allowed = most_allowed(limit, now.orders);
  o.left = o.allowed - o.cancels;
  o.breached = o.judged && o.left < 0;

  for (const auto& one : known) {
    if (one.cancels <= 0 || one.day < first || one.day > today) continue;
    if (!o.oldest || one.day < *o.oldest) {
      o.oldest = one.day;
      o.leaving = one.cancels;
    }
  }
  if (o.oldest) o.oldest_leaves = *o.oldest + days(limit.window_days);

  const auto past = sum(known, today - days(learned_from_days - 1), today);
  o.belief = learn(prior, past.orders, past.cancels);
  // Today is not over: it would lower the rate.
  Day earliest = today;
  for (const auto& one : known)
    if (one.orders > 0) earliest = std::min(earliest, one.day);
  const auto from = std::max(earliest, today - days(rate_from_days));
  if (const auto span = (today - from).count(); span > 0)
    o.orders_a_day =
        static_cast<double>(sum(known, from, today - days(1)).orders) / static_cast<double>(span);
  else
    o.orders_a_day = static_cast<double>(now.orders);

  o.chance = o.breached ? 1 : chance_of_breach(looks_ahead(limit, known, today, o.orders_a_day, 0), o.belief);
  const bool then = o.judged && o.cancels + 1 > o.allowed;
  o.chance_after_one_more =
      then ? 1 : chance_of_breach(looks_ahead(limit, known, today, o.orders_a_day, 1), o.belief);
  return o;
}

double cancel_cost_factor(const Outlook& o, double breach_days, double cost_in_margins) {
  if (!(cost_in_margins > 0) || !(breach_days > 0)) return 1;
  const auto p = std::max(o.chance, o.chance_after_one_more - o.chance);
  return std::clamp(1 + p * o.orders_a_day * breach_days / cost_in_margins, 1.0, most_factor);
}

}  // namespace forestall::guard::budget
