// SPDX-License-Identifier: Apache-2.0
// What channels say about orders. No names, no addresses, no texts by buyers: there are no fields for them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "config/base/money.hpp"
#include "config/base/units.hpp"
#include "connectors/model/provenance.hpp"
#include "connectors/model/stock.hpp"

namespace forestall::model {

// The numbers are stored: never renumber.
enum class OrderState : std::uint8_t {
  pending = 0,  // placed, payment not settled: reserves stock
  open = 1,     // to be shipped
  partly_shipped = 2,
  shipped = 3,
  cancelled = 4,
  unfulfillable = 5,
};

enum class CancelledBy : std::uint8_t { unknown = 0, buyer = 1, seller = 2, marketplace = 3 };

enum class CancelReason : std::uint8_t {
  unknown = 0,
  no_stock = 1,
  buyer_changed_mind = 2,
  price_error = 3,
  payment = 4,     // abnormal or never settled
  late = 5,        // not handed over, not scanned, lost
  wrong_item = 6,  // does not meet the buyer's wishes, not as described
  other = 7,
};

// Cancelled units that were probably never there: the seller gave up without another reason, or somebody
// says outright that there is no stock. They are quarantined instead of going back on sale.
constexpr bool puts_stock_in_doubt(CancelledBy by, CancelReason reason) {
  if (reason == CancelReason::no_stock) return true;
  return by == CancelledBy::seller && (reason == CancelReason::unknown || reason == CancelReason::other);
}

struct LineCancel {
  Units units;  // of the line's `ordered`, in all so far
  CancelledBy by = CancelledBy::unknown;
  CancelReason reason = CancelReason::unknown;
  Instant at;
  CivilDate day;  // in the account's time zone: the day it counts for
  friend bool operator==(const LineCancel&, const LineCancel&) = default;
};

// Units of a line with a common fate. A stage without a time has not been reached, or was passed unseen: then
// the time of the next later stage stands for it.
struct Portion {
  Units units;
  std::optional<Instant> allocated_at;
  std::optional<Instant> picked_at;
  std::optional<Instant> shipped_at;
  friend bool operator==(const Portion&, const Portion&) = default;
};

struct OrderLine {
  OrderLineId id;
  ListingId listing;
  Units ordered;  // > 0, of the listing (a bundle is one)
  Pool pool = Pool::own;
  std::optional<LocationId> location;  // where it ships from, if the channel says
  std::vector<Portion> portions;       // what has moved; the rest of the line has not
  std::optional<LineCancel> cancelled;
  std::optional<Money> unit_price;
  friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

// The whole order as it is now. Entity: (account, id); its feeds share one version line.
struct OrderUpsert {
  Provenance from;
  AccountId account;
  OrderId id;
  OrderState state = OrderState::open;
  Instant placed_at;
  CivilDate placed_day;  // in the account's time zone
  std::optional<Instant> ship_by;
  std::optional<Instant> deliver_by;
  std::optional<Instant> closed_at;  // shipped or cancelled to the last unit
  std::vector<OrderLine> lines;
  friend bool operator==(const OrderUpsert&, const OrderUpsert&) = default;
};

enum class RequestState : std::uint8_t { open = 0, granted = 1, refused = 2, withdrawn = 3 };

// The buyer asks to cancel. Entity: (account, order, line); an empty line is the whole order.
struct CancelRequest {
  Provenance from;
  AccountId account;
  OrderId order;
  OrderLineId line;
  CancelReason reason = CancelReason::unknown;
  RequestState state = RequestState::open;
  Instant requested_at;
  std::optional<Instant> answer_by;
  std::optional<Instant> answered_at;
  friend bool operator==(const CancelRequest&, const CancelRequest&) = default;
};

}  // namespace forestall::model
