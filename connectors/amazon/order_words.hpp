// SPDX-License-Identifier: Apache-2.0
// Amazon's words for what becomes of orders and parcels, in ours. Pure. Amazon lists them as "possible
// values", so each may meet a word that nobody has seen.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/model/fulfilment.hpp"
#include "connectors/model/order.hpp"

namespace forestall::amazon {

// fulfillmentStatus. A word we do not know is an open order: it goes on holding its stock.
model::OrderState order_state(std::string_view word);
// cancellationExecution.cancelledBy.
model::CancelledBy cancelled_by(std::string_view word);
// cancelReason: a word like NO_INVENTORY or a sentence like "Changed mind about purchase"; only its kind is
// kept.
model::CancelReason cancel_reason(std::string_view text);
// packageStatus.status and .detailedStatus.
model::ShipmentState shipment_state(std::string_view status, std::string_view detailed);
// "DHL eCommerce" -> "dhl_ecommerce"; nullopt where nothing is left.
std::optional<CarrierId> carrier_id(std::string_view name);

}  // namespace forestall::amazon
