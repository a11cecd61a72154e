// SPDX-License-Identifier: Apache-2.0
// The parcels inside an order. Pure.
#pragma once

#include <vector>

#include "connectors/amazon/place.hpp"
#include "connectors/json/document.hpp"
#include "connectors/model/fulfilment.hpp"
#include "connectors/model/order.hpp"

namespace forestall::amazon {

// Parcels with a carrier and a tracking number; others have nothing to be recognised by. What cannot be read
// goes to `set_aside`.
std::vector<model::ShipmentUpdate> read_packages(const json::Node& packages, json::Document& document,
                                                 const model::OrderUpsert& order, const Place& place,
                                                 const Reading& reading, std::vector<Error>& set_aside);

// Units of one line that left at one time.
struct Sent {
  OrderLineId line;
  Units units;
  Instant at;
};
// Of all packages with a time, tracked or not; what cannot be read is left out.
std::vector<Sent> sent_units(const json::Node& packages, json::Document& document);

// `shipped` units of a line as portions: first with the times of its parcels, the rest at `otherwise`.
std::vector<model::Portion> shipped_portions(const std::vector<Sent>& sent, const OrderLineId& line,
                                             Units shipped, Instant otherwise);

}  // namespace forestall::amazon
