// SPDX-License-Identifier: Apache-2.0
// Orders 2026-01-01: answers of searchOrders and getOrder. Pure. Names, addresses and texts of buyers are
// neither asked for nor read.
#pragma once

#include <string_view>

#include "connectors/amazon/decoded.hpp"
#include "connectors/amazon/place.hpp"

namespace forestall::amazon {

// An OrderUpsert for each order, with the CancelRequests and ShipmentUpdates in it. An order's version is its
// lastUpdatedTime; a parcel's is that of the reading, since its state may change without the order's. What
// cannot be read is set aside whole. parse: the answer has no list of orders.
Result<Decoded> decode_orders(std::string_view body, const Place& place, const Reading& reading);
// The same for one order. parse where it cannot be read.
Result<Decoded> decode_order(std::string_view body, const Place& place, const Reading& reading);

}  // namespace forestall::amazon
