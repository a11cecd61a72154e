// SPDX-License-Identifier: Apache-2.0
// The requests, as values: method, path, query, body. Pure. The connector adds the address and sends them.
// No data set with personal data of buyers is ever asked for.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/amazon/place.hpp"
#include "connectors/http/message.hpp"

namespace forestall::amazon {

enum class OrdersBy : std::uint8_t { update, creation };

struct OrdersQuery {
  OrdersBy by = OrdersBy::update;
  Instant from{};
  std::optional<Instant> to{};  // at least two minutes before now; absent: as far as Amazon sees
  std::string_view token{};     // of the page; empty: the first one
  bool amazons_too = false;     // orders that Amazon fulfils as well
  int page_size = 100;
};
http::Request search_orders(const Place& place, const OrdersQuery& query);
http::Request get_order(std::string_view order);

http::Request get_listing(const Place& place, std::string_view sku);
// Twenty at a time, the most recently updated last: what changes meanwhile is met again, not missed.
http::Request search_listings(const Place& place, std::string_view token, int page_size = 20);

http::Request get_inventory(const Place& place, std::string_view token);

http::Request create_report(const Place& place, std::string_view type);
http::Request get_report(std::string_view report);
http::Request get_reports(std::string_view type, int page_size);
http::Request get_report_document(std::string_view document);

http::Request get_participations();

}  // namespace forestall::amazon
