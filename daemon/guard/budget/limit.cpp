// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/limit.hpp"

#include <algorithm>

namespace forestall::guard::budget {

std::int64_t most_allowed(const Limit& limit, std::int64_t orders) {
  if (orders < limit.min_orders || orders <= 0) return std::max<std::int64_t>(0, orders);
  constexpr std::int64_t million = 1'000'000;
  const auto whole = limit.share_ppm * orders;  // at most 1e6 x 1e12
  const auto by_share = limit.inclusive ? whole / million : (whole - 1) / million;
  const bool few = limit.min_cancels_below == 0 || orders < limit.min_cancels_below;
  const auto always = few ? limit.min_cancels - 1 : 0;
  return std::min(orders, std::max(by_share, always));
}

bool breached(const Limit& limit, std::int64_t orders, std::int64_t cancels) {
  return cancels > most_allowed(limit, orders);
}

Counts counts(model::CancelledBy by, model::CancelReason reason) {
  using enum model::CancelReason;
  if (by == model::CancelledBy::buyer) return Counts::no;
  if (reason == buyer_changed_mind || reason == payment) return Counts::no;
  if (by == model::CancelledBy::seller) return Counts::yes;
  switch (reason) {
    case no_stock:
    case late:
    case price_error:
    case wrong_item:
      return Counts::yes;
    default:
      return Counts::unclear;
  }
}

}  // namespace forestall::guard::budget
