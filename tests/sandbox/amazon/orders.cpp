// SPDX-License-Identifier: Apache-2.0
// Orders 2026-01-01: searchOrders and getOrder. No data set with personal data is served.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "config/base/text.hpp"
#include "tests/sandbox/amazon/answers.hpp"
#include "tests/sandbox/amazon/api.hpp"

namespace forestall::sandbox {

namespace {

using boost::json::array;
using boost::json::object;
using namespace std::chrono_literals;

constexpr std::array<std::string_view, 7> statuses{"PENDING_AVAILABILITY", "PENDING", "UNSHIPPED",
                                                   "PARTIALLY_SHIPPED",    "SHIPPED", "CANCELLED",
                                                   "UNFULFILLABLE"};
constexpr std::array<std::string_view, 11> data_sets{
    "BUYER",       "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION",         "CANCELLATION",
    "FULFILLMENT", "PACKAGES",  "TAX",      "PAYMENT", "FULFILLMENT_ORDERS"};
constexpr std::array<std::string_view, 2> fulfillers{"MERCHANT", "AMAZON"};

struct Included {
  bool cancellation = false, fulfillment = false, packages = false;
};

std::expected<Included, Answer> read_included(const Request& request) {
  if (const auto word = unknown_word(request, "includedData", data_sets))
    return std::unexpected(bad_input(fmt::format("Value '{}' at 'includedData' is not valid.", *word)));
  Included included;
  for (const std::string& word : request.list("includedData")) {
    if (word == "BUYER" || word == "RECIPIENT")
      return std::unexpected(error_answer(403, "Unauthorized", "Access to requested resource is denied.",
                                          "The application has no role for personal data."));
    included.cancellation |= word == "CANCELLATION";
    included.fulfillment |= word == "FULFILLMENT";
    included.packages |= word == "PACKAGES";
  }
  return included;
}

std::string_view name_of(CancelledBy who) {
  switch (who) {
    case CancelledBy::buyer:
      return "BUYER";
    case CancelledBy::merchant:
      return "MERCHANT";
    case CancelledBy::amazon:
      return "AMAZON";
    case CancelledBy::nobody:
      break;
  }
  return "";
}
std::string_view reason_of(CancelledBy who) {
  switch (who) {
    case CancelledBy::buyer:
      return "BUYER_CANCELLED";
    case CancelledBy::merchant:
      return "NO_INVENTORY";
    case CancelledBy::amazon:
      return "PAYMENT_NOT_RECEIVED";
    case CancelledBy::nobody:
      break;
  }
  return "";
}

std::string item_id(const OrderItem& item) {
  return fmt::format("{:014}", 10'000'000'000 + std::int64_t{item.line});
}

object item_json(const OrderItem& item, const Listing& listing, const Included& included,
                 std::string_view currency) {
  object json{
      {"orderItemId", item_id(item)},
      {"quantityOrdered", item.ordered},
      {"product",
       object{{"asin", listing.asin}, {"sellerSku", listing.sku}, {"title", "Item " + listing.asin}}}};
  // The price of an order that is not paid is not told.
  if (!item.pending)
    json["product"].as_object()["price"] =
        object{{"unitPrice", object{{"amount", decimal(listing.price_minor)}, {"currencyCode", currency}}}};
  if (included.fulfillment)
    json["fulfillment"] = object{{"quantityFulfilled", item.shipped},
                                 {"quantityUnfulfilled", item.ordered - item.shipped - item.cancelled}};
  object cancellation;
  if (item.cancel_requested || item.by == CancelledBy::buyer)
    cancellation["cancellationRequest"] =
        object{{"requester", "BUYER"}, {"cancelReason", "NO_LONGER_NEEDED"}};
  if (item.by != CancelledBy::nobody)
    cancellation["cancellationExecution"] =
        object{{"cancelledBy", name_of(item.by)}, {"cancelReason", reason_of(item.by)}};
  if (included.cancellation && !cancellation.empty()) json["cancellation"] = cancellation;
  return json;
}

object package_json(const Order& order) {
  array items;
  for (const OrderItem& item : order.items)
    if (item.shipped > 0) items.push_back(object{{"orderItemId", item_id(item)}, {"quantity", item.shipped}});
  return {{"packageReferenceId", "1"},
          {"createdTime", to_string(order.shipped_at)},
          {"packageStatus", object{{"status", "SHIPPED"}}},
          {"carrier", "USPS"},
          {"shipTime", to_string(order.shipped_at)},
          {"trackingNumber", tracking_number(order)},
          {"packageItems", items}};
}

object order_json(const Order& order, const Call& call, const Market& market, const Included& included) {
  array items;
  for (const OrderItem& item : order.items) {
    const auto sku = market.setting().demand.listing[item.line] / market.setting().catalogue.channels;
    const auto listing = call.account.listings.find(market.setting().skus[sku]);
    items.push_back(item_json(item, call.account.listings.at(*listing), included, call.account.currency));
  }
  object json{{"orderId", order.id},
              {"createdTime", to_string(order.created)},
              {"lastUpdatedTime", to_string(order.updated)},
              {"salesChannel", object{{"channelName", "AMAZON"},
                                      {"marketplaceId", call.account.marketplace},
                                      {"marketplaceName", call.account.domain.substr(4)}}},
              {"orderItems", items}};
  if (order.number < market.setting().orders.size())
    json["orderAliases"] =
        array{object{{"aliasId", market.setting().orders[order.number]}, {"aliasType", "SELLER_ORDER_ID"}}};
  if (included.fulfillment) {
    object fulfillment{{"fulfillmentStatus", order.status()},
                       {"fulfilledBy", "MERCHANT"},
                       {"fulfillmentServiceLevel", "STANDARD"}};
    if (order.status() != "PENDING") {
      fulfillment["shipByWindow"] = object{{"earliestDateTime", to_string(order.created)},
                                           {"latestDateTime", to_string(order.ship_by())}};
      fulfillment["deliverByWindow"] = object{{"earliestDateTime", to_string(order.created + 96h)},
                                              {"latestDateTime", to_string(order.deliver_by())}};
    }
    json["fulfillment"] = fulfillment;
  }
  if (included.packages && order.shipped_at != Instant{}) json["packages"] = array{package_json(order)};
  return json;
}

struct Window {
  bool by_update = true;
  Instant from{}, to{};
};

// Exactly one lower bound, and an upper one of the same kind that is two minutes old.
std::expected<Window, Answer> read_window(const Request& request, Instant now) {
  const bool created = request.has("createdAfter"), updated = request.has("lastUpdatedAfter");
  if (created == updated)
    return std::unexpected(bad_input(created ? "createdAfter and lastUpdatedAfter cannot be used together."
                                             : "Either createdAfter or lastUpdatedAfter is required."));
  if (request.has(created ? "lastUpdatedBefore" : "createdBefore"))
    return std::unexpected(bad_input("Bounds of creation and of update cannot be mixed."));
  Window window{.by_update = updated, .to = now - 2min};
  const auto read = [&](std::string_view name) { return parse_instant(*request.parameter(name)); };
  const auto from = read(created ? "createdAfter" : "lastUpdatedAfter");
  if (!from) return std::unexpected(bad_input("The lower bound is no ISO 8601 date and time."));
  window.from = *from;
  if (const std::string_view name = created ? "createdBefore" : "lastUpdatedBefore"; request.has(name)) {
    const auto to = read(name);
    if (!to) return std::unexpected(bad_input("The upper bound is no ISO 8601 date and time."));
    if (*to > now - 2min)
      return std::unexpected(
          bad_input(fmt::format("{} must be no later than two minutes before now.", name)));
    window.to = *to;
  }
  if (window.from > now) return std::unexpected(bad_input("The lower bound lies in the future."));
  return window;
}

}  // namespace

Answer Amazon::search_orders(const Call& call) {
  const Request& request = call.request;
  const auto included = read_included(request);
  if (!included) return included.error();
  if (const auto word = unknown_word(request, "fulfillmentStatuses", statuses))
    return bad_input(fmt::format("Value '{}' at 'fulfillmentStatuses' is not valid.", *word));
  if (const auto word = unknown_word(request, "fulfilledBy", fulfillers))
    return bad_input(fmt::format("Value '{}' at 'fulfilledBy' is not valid.", *word));
  if (request.list("marketplaceIds").size() > 50) return bad_input("At most 50 marketplaceIds.");
  const auto size = parse_integer<int>(request.parameter("maxResultsPerPage").value_or("100"));
  if (!size || *size < 1 || *size > 100) return bad_input("maxResultsPerPage must be 1 to 100.");

  Page page;
  if (const auto token = request.parameter("paginationToken")) {
    const Page* kept = page_of(call, *token, "searchOrders");
    if (kept == nullptr) return bad_input("The paginationToken is invalid or has expired.");
    page = *kept;
  } else {
    const auto window = read_window(request, market_.now());
    if (!window) return window.error();
    const OrderBook& book = call.account.orders;
    page = {.account = call.index, .operation = "searchOrders", .size = static_cast<std::size_t>(*size)};
    page.rest = window->by_update ? book.updated_between(window->from, window->to)
                                  : book.created_between(window->from, window->to);
    page.until = window->to;
    const auto wanted = request.list("fulfillmentStatuses"), markets = request.list("marketplaceIds"),
               by = request.list("fulfilledBy");
    const bool none =
        (!markets.empty() && std::ranges::find(markets, call.account.marketplace) == markets.end()) ||
        (!by.empty() && std::ranges::find(by, "MERCHANT") == by.end());
    std::erase_if(page.rest, [&](std::uint32_t at) {
      return none ||
             (!wanted.empty() && std::ranges::find(wanted, book.orders()[at].status()) == wanted.end());
    });
  }
  array orders;
  const std::size_t count = std::min(page.size, page.rest.size());
  for (std::size_t i = 0; i < count; ++i)
    orders.push_back(order_json(call.account.orders.orders()[page.rest[i]], call, market_, *included));
  const std::string until = to_string(page.until);
  object body{{"orders", orders}, {"lastUpdatedBefore", until}, {"createdBefore", until}};
  if (count < page.rest.size()) {
    page.rest.erase(page.rest.begin(), page.rest.begin() + static_cast<std::ptrdiff_t>(count));
    page.expires = market_.now() + 24h;
    body["pagination"] = object{{"nextToken", keep_page(std::move(page))}};
  }
  return json_answer(body);
}

Answer Amazon::get_order(const Call& call) {
  const auto included = read_included(call.request);
  if (!included) return included.error();
  const Order* order = call.account.orders.find(call.request.path.back());
  if (order == nullptr) return error_answer(404, "NotFound", "The order does not exist.");
  return json_answer(object{{"order", order_json(*order, call, market_, *included)}});
}

}  // namespace forestall::sandbox
