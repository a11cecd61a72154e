// SPDX-License-Identifier: Apache-2.0
// A channel's limit on cancellations, and how many whole orders it allows. Pure integers: a share of 2.5 % of
// 40 orders is exactly one order, and "less than" that is none.
#pragma once

#include <cstdint>
#include <optional>

#include "connectors/model/order.hpp"

namespace forestall::guard::budget {

struct Limit {
  std::int64_t share_ppm = 25'000;  // cancelled orders over orders, in parts per million; 1 .. 1'000'000
  bool inclusive = false;           // exactly the share is still allowed ("<=" instead of "<")
  std::int32_t window_days = 7;     // today and the days before it
  std::int64_t min_orders = 1;      // below so many orders in the window the channel does not judge
  std::int64_t min_cancels = 1;     // fewer cancellations than this are never a breach ...
  std::int64_t min_cancels_below =
      0;  // ... while there are fewer orders than this; 0: however many there are
  friend bool operator==(const Limit&, const Limit&) = default;
};

// The most of `orders` in the window that may be cancelled without a breach; `orders` itself where the
// channel does not judge so few.
std::int64_t most_allowed(const Limit& limit, std::int64_t orders);
// So many of so many are too many.
bool breached(const Limit& limit, std::int64_t orders, std::int64_t cancels);

// Whether a channel counts a cancellation against the seller. The channels' definitions agree: what the
// seller gives up, and what the marketplace cancels because it was late or not there; never a buyer's own
// wish, never a payment that failed. `unclear`: nobody said who, or why the marketplace did it; shown beside
// the count.
enum class Counts : std::uint8_t { no, yes, unclear };
Counts counts(model::CancelledBy by, model::CancelReason reason);

}  // namespace forestall::guard::budget
