// SPDX-License-Identifier: Apache-2.0
// FBA inventory v1: answers of getInventorySummaries. Pure.
#pragma once

#include <string_view>

#include "connectors/amazon/decoded.hpp"
#include "connectors/amazon/place.hpp"

namespace forestall::amazon {

// Where stock stands that Amazon holds: the location of the feed `channel_stock`, of Pool::marketplace.
inline constexpr std::string_view fba_location = "fba";

// A StockLevel a SKU: what Amazon can send out. Units of orders are taken off by Amazon when the order is
// placed (model::DeductsAt::order). Without details the level is unknown, not zero. parse: no list of
// summaries.
Result<Decoded> decode_inventory(std::string_view body, const Place& place, const Reading& reading);

}  // namespace forestall::amazon
