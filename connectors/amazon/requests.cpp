// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/requests.hpp"

#include <fmt/format.h>

#include <array>

#include "connectors/http/url.hpp"

namespace forestall::amazon {

namespace {

http::Request get(std::string path, http::Query query = {}) {
  http::Request request;
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

}  // namespace

http::Request search_orders(const Place& place, const OrdersQuery& query) {
  const bool by_update = query.by == OrdersBy::update;
  http::Query q{{by_update ? "lastUpdatedAfter" : "createdAfter", to_string(query.from)}};
  if (query.to) q.add(by_update ? "lastUpdatedBefore" : "createdBefore", to_string(*query.to));
  q.add("marketplaceIds", place.marketplace);
  if (!query.amazons_too) q.add("fulfilledBy", "MERCHANT");
  q.add("includedData", "FULFILLMENT,CANCELLATION,PACKAGES");
  q.add("maxResultsPerPage", fmt::format("{}", query.page_size));
  if (!query.token.empty()) q.add("paginationToken", query.token);
  return get(http::make_path({"orders", "2026-01-01", "orders"}), std::move(q));
}

http::Request get_order(std::string_view order) {
  return get(http::make_path({"orders", "2026-01-01", "orders", order}),
             {{"includedData", "FULFILLMENT,CANCELLATION,PACKAGES"}});
}

http::Request get_listing(const Place& place, std::string_view sku) {
  return get(
      http::make_path({"listings", "2021-08-01", "items", place.merchant, sku}),
      {{"marketplaceIds", place.marketplace}, {"includedData", "summaries,fulfillmentAvailability,offers"}});
}

http::Request search_listings(const Place& place, std::string_view token, int page_size) {
  http::Query q{{"marketplaceIds", place.marketplace},
                {"includedData", "summaries,fulfillmentAvailability,offers"},
                {"sortBy", "lastUpdatedDate"},
                {"sortOrder", "ASC"},
                {"pageSize", fmt::format("{}", page_size)}};
  if (!token.empty()) q.add("pageToken", token);
  return get(http::make_path({"listings", "2021-08-01", "items", place.merchant}), std::move(q));
}

http::Request get_inventory(const Place& place, std::string_view token) {
  http::Query q{{"details", "true"},
                {"granularityType", "Marketplace"},
                {"granularityId", place.marketplace},
                {"marketplaceIds", place.marketplace}};
  if (!token.empty()) q.add("nextToken", token);
  return get(http::make_path({"fba", "inventory", "v1", "summaries"}), std::move(q));
}

http::Request create_report(const Place& place, std::string_view type) {
  http::Request request = get(http::make_path({"reports", "2021-06-30", "reports"}));
  request.method = http::Method::post;
  request.headers.push_back({"Content-Type", "application/json"});
  // Both are words of our own tables: nothing to escape.
  request.body = fmt::format(R"({{"reportType":"{}","marketplaceIds":["{}"]}})", type, place.marketplace);
  return request;
}

http::Request get_report(std::string_view report) {
  return get(http::make_path({"reports", "2021-06-30", "reports", report}));
}

http::Request get_reports(std::string_view type, int page_size) {
  return get(http::make_path({"reports", "2021-06-30", "reports"}),
             {{"reportTypes", type}, {"pageSize", fmt::format("{}", page_size)}});
}

http::Request get_report_document(std::string_view document) {
  return get(http::make_path({"reports", "2021-06-30", "documents", document}));
}

http::Request get_participations() {
  return get(http::make_path({"sellers", "v1", "marketplaceParticipations"}));
}

}  // namespace forestall::amazon
