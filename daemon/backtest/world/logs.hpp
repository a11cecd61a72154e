// SPDX-License-Identifier: Apache-2.0
// What the world writes down as it happens, oldest first. A seller reads a log with a cursor of their own,
// and only the part that is visible to them.
#pragma once

#include <cstdint>

#include "config/base/time.hpp"
#include "daemon/backtest/world/demand.hpp"

namespace forestall::world {

enum class OrderChange : std::uint8_t {
  accepted,          // paid
  accepted_pending,  // taken, payment awaited
  confirmed,         // the payment came
  cancelled_unpaid,  // by the channel: it never came
  cancelled_buyer,
  cancelled_seller,  // `units` of the line were not on the shelf
  handed_over,       // `units` of the line left with the carrier
};

struct OrderEvent {
  Instant at{};  // when it happened; seen visible_after later
  LineIndex line = 0;
  std::int32_t units = 0;
  OrderChange change{};
};

enum class StockCause : std::uint8_t { receipt, count, correction, pick_failed };

struct StockEvent {
  Instant at{};  // when the warehouse knows
  SkuIndex sku = 0;
  std::int32_t delta = 0;  // of the book; for pick_failed the units not found, which leave the book alone
  std::int32_t book = 0;   // of the SKU, right after it
  StockCause cause{};
};

}  // namespace forestall::world
