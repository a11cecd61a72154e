// SPDX-License-Identifier: Apache-2.0
// Why an order was cancelled or late, and what becomes of its units. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "connectors/model/order.hpp"

namespace forestall::orders {

enum class Blame : std::uint8_t {
  feed_lag,     // sold on a listing that did not know of earlier sales yet
  count_error,  // the record said there was stock, and there was none
  bundle,       // a part of a bundle was missing
  price,        // a wrong price
  carrier,      // handed over in time, and late or lost on the way
  handling,     // handed over late
  payment,      // never settled
  buyers_mind,  // the buyer's own wish
  unknown,
};
std::string_view word(Blame blame);

enum class UnitsGo : std::uint8_t {
  quarantine,  // probably never there: recount
  to_listing,  // back to the listing that held them
  inspection,  // they come back from the buyer: not stock until inspected
  nowhere,     // gone, or still with the order
};
std::string_view word(UnitsGo where);

// What was known when it happened. Counts are of the SKU that went short, in units.
struct EndedOrder {
  bool cancelled = false;  // else: late
  model::CancelledBy by = model::CancelledBy::unknown;
  model::CancelReason reason = model::CancelReason::unknown;
  bool is_bundle = false;
  bool other_part_short = false;     // of a bundle: a part other than the listing's main one
  bool price_out_of_band = false;    // of the item's own history and cost
  bool payment_was_pending = false;  // to the end
  bool buyer_asked = false;          // a cancel request stood on it
  // Stock according to the ledger when the order was placed, earlier orders seen or not taken off.
  std::optional<Units> available_at_placing;
  Units units{0};
  // The orders that made it short: the youngest of them was placed then and seen then.
  std::optional<Instant> rival_placed_at, rival_seen_at;
  Instant placed_at;
  std::optional<Instant> ship_by, handed_over_at, deliver_by, delivered_at;
  bool parcel_lost = false;
};

struct Attribution {
  Blame blame = Blame::unknown;
  UnitsGo units = UnitsGo::nowhere;
  std::string why;  // one line for people
};

Attribution attribute(const EndedOrder& order);

}  // namespace forestall::orders
