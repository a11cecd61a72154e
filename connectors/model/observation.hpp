// SPDX-License-Identifier: Apache-2.0
// The vocabulary: everything a connector can report, as one value.
#pragma once

#include <string_view>
#include <variant>

#include "config/base/error.hpp"
#include "connectors/model/account.hpp"
#include "connectors/model/fulfilment.hpp"
#include "connectors/model/listing.hpp"
#include "connectors/model/order.hpp"
#include "connectors/model/stock.hpp"

namespace forestall::model {

using Observation =
    std::variant<StockLevel, StockCount, PickFailed, ReceiptUpsert, ListingState, OrderUpsert, CancelRequest,
                 ShipmentUpdate, MessageUpsert, ReturnUpsert, ProductUpsert, PriceObserved, AccountHealth>;

// "stock_level", "order_upsert", ...: for logs and metrics.
std::string_view name_of(const Observation& observation);
const Provenance& provenance_of(const Observation& observation);

// Whether the numbers make sense together: quantities in range, portions and cancellations within what was
// ordered, ids present, times between 1970 and 9999. invalid_argument names the field. The ledger refuses
// whatever fails here; connectors may call it to place the blame (file, line) better.
Status check(const Observation& observation);

}  // namespace forestall::model
