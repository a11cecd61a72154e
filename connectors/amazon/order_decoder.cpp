// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/order_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/amazon/order_words.hpp"
#include "connectors/amazon/package_decoder.hpp"
#include "connectors/json/document.hpp"

namespace forestall::amazon {

namespace {

using model::CancelRequest;
using model::OrderLine;
using model::OrderState;
using model::OrderUpsert;
using model::Pool;

struct ReadLine {
  OrderLine line;
  std::optional<CancelRequest> request;
};

// A line that Amazon names no SKU for still is an order line: it is kept, will not be mapped, and is
// reported.
ListingId listing_of(const json::Node& product) {
  if (auto sku = product["sellerSku"].maybe_id<ListingId>()) return std::move(*sku);
  auto stand_in = ListingId::parse(fmt::format("ASIN {}", product["asin"].text()));
  return stand_in ? std::move(*stand_in) : ListingId();
}

// A price that cannot be read costs the price, not the order.
std::optional<Money> price_of(const json::Node& price, json::Document& document) {
  const auto code = price["currencyCode"].maybe_text();
  if (document.take_error() || !code) return std::nullopt;
  const auto currency = Currency::parse(*code);
  if (!currency) return std::nullopt;
  auto amount = price["amount"].maybe_money(*currency);
  if (document.take_error()) return std::nullopt;
  return amount;
}

Pool pool_of(const json::Node& order, const json::Node& fulfillment, std::string_view status) {
  if (fulfillment["fulfilledBy"].maybe_text() == "AMAZON") return Pool::marketplace;
  if (status != "PENDING_AVAILABILITY") return Pool::own;
  for (const json::Node program : order["programs"].maybe_array())
    if (program.is_text() && program.text() == "PREORDER") return Pool::preorder;
  return Pool::own;
}

// How many units of a line were sent and how many will never be.
struct Fate {
  Units shipped, cancelled;
};

Fate fate_of(const json::Node& item, Units ordered, OrderState state, bool execution) {
  const auto fulfilled = item["fulfillment"]["quantityFulfilled"].maybe_units();
  const auto unfulfilled = item["fulfillment"]["quantityUnfulfilled"].maybe_units();
  Fate fate;
  if (fulfilled)
    fate.shipped = *fulfilled;
  else if (state == OrderState::shipped)
    fate.shipped = ordered;
  const Units rest = ordered - fate.shipped;
  if (fate.shipped < Units{} || rest < Units{} ||
      (unfulfilled && (*unfulfilled < Units{} || *unfulfilled > rest))) {
    item["fulfillment"]["quantityFulfilled"].reject("the quantities do not add up to quantityOrdered");
    return {};
  }
  // Units that are neither sent nor to be sent count as cancelled only where Amazon says that something was,
  // and how much: a pending order whose quantities are not filled in yet goes on holding its stock.
  if (state == OrderState::cancelled)
    fate.cancelled = rest;
  else if (unfulfilled && (execution || state == OrderState::shipped))
    fate.cancelled = rest - *unfulfilled;
  else if (execution && state == OrderState::shipped)
    fate.cancelled = rest;
  return fate;
}

std::optional<ReadLine> read_line(const json::Node& item, const OrderUpsert& order, Pool pool,
                                  const std::vector<Sent>& sent, const Place& place) {
  const Instant at = order.from.true_at;
  ReadLine read;
  OrderLine& line = read.line;
  line.id = item["orderItemId"].id<OrderLineId>();
  line.ordered = Units(item["quantityOrdered"].integer(0, Units::max_reading));
  line.pool = pool;
  const json::Node cancellation = item["cancellation"];
  const json::Node execution = cancellation["cancellationExecution"],
                   request = cancellation["cancellationRequest"];
  const Fate fate = fate_of(item, line.ordered, order.state, execution.present());
  line.listing = listing_of(item["product"]);
  const auto by = cancelled_by(execution["cancelledBy"].maybe_text().value_or(""));
  auto reason = cancel_reason(execution["cancelReason"].maybe_text().value_or(""));
  const bool asked = request.present() && request["requester"].maybe_text().value_or("BUYER") == "BUYER";
  // The seller carried out what the buyer wanted: nothing is wrong with the stock.
  if (asked && by != model::CancelledBy::marketplace && reason != model::CancelReason::no_stock)
    reason = model::CancelReason::buyer_changed_mind;
  if (fate.cancelled > Units{})
    line.cancelled = model::LineCancel{
        .units = fate.cancelled, .by = by, .reason = reason, .at = at, .day = place.zone.civil_date(at)};
  line.portions = shipped_portions(sent, line.id, fate.shipped, at);
  if (asked) {
    const auto wish = cancel_reason(request["cancelReason"].maybe_text().value_or(""));
    read.request = CancelRequest{.from = order.from,
                                 .account = place.account,
                                 .order = order.id,
                                 .line = line.id,
                                 .reason = wish,
                                 .state = model::RequestState::open,
                                 .requested_at = at,
                                 .answer_by = {},
                                 .answered_at = {}};
    if (fate.cancelled > Units{})
      read.request->state = model::RequestState::granted;
    else if (fate.shipped == line.ordered)
      read.request->state = model::RequestState::refused;
    if (read.request->state != model::RequestState::open) read.request->answered_at = at;
  }
  if (line.ordered == Units{}) return std::nullopt;  // an item that was taken out of the order
  return read;
}

Units settled(const OrderLine& line) {
  Units units = line.cancelled ? line.cancelled->units : Units{};
  for (const auto& portion : line.portions) units += portion.units;
  return units;
}

// Adds what one order says. Everything or, with the first fault in it, nothing.
void read_order(const json::Node& node, json::Document& document, const Place& place, const Reading& reading,
                Decoded& out) {
  OrderUpsert order;
  const Instant updated = node["lastUpdatedTime"].instant();
  order.from = {place.source, model::Version::of(updated), updated};
  order.account = place.account;
  order.id = node["orderId"].id<OrderId>();
  order.placed_at = node["createdTime"].instant();
  order.placed_day = place.zone.civil_date(order.placed_at);
  // Where it was placed beside Amazon (NON_AMAZON) there is no marketplace.
  const json::Node market = node["salesChannel"]["marketplaceId"];
  if (market.maybe_text().value_or(place.marketplace) != place.marketplace)
    market.reject("an order of another marketplace");
  const json::Node fulfillment = node["fulfillment"];
  const std::string status(fulfillment["fulfillmentStatus"].text());
  order.state = order_state(status);
  order.ship_by = fulfillment["shipByWindow"]["latestDateTime"].maybe_instant();
  order.deliver_by = fulfillment["deliverByWindow"]["latestDateTime"].maybe_instant();
  const Pool pool = pool_of(node, fulfillment, status);
  const auto items = node["orderItems"].array();
  if (auto bad = document.take_error()) {
    out.set_aside.push_back(std::move(*bad));
    return;
  }
  // Parcels that cannot be read are set aside by themselves.
  const auto parcels = read_packages(node["packages"], document, order, place, reading, out.set_aside);
  const auto sent = sent_units(node["packages"], document);
  std::vector<CancelRequest> requests;
  for (const json::Node item : items) {
    auto read = read_line(item, order, pool, sent, place);
    if (auto bad = document.take_error()) {
      out.set_aside.push_back(std::move(*bad));
      return;
    }
    if (!read) continue;
    read->line.unit_price = price_of(item["product"]["price"]["unitPrice"], document);
    order.lines.push_back(std::move(read->line));
    if (read->request) requests.push_back(std::move(*read->request));
  }
  if (std::ranges::all_of(order.lines, [](const OrderLine& l) { return settled(l) == l.ordered; }) &&
      (!order.lines.empty() || order.state == OrderState::cancelled))
    order.closed_at = updated;
  const std::string path = node.path();
  const auto before = out.set_aside.size();
  out.add(std::move(order), path);
  if (out.set_aside.size() != before) return;
  for (auto& request : requests) out.add(std::move(request), path);
  for (const auto& parcel : parcels) out.add(parcel, path);
}

}  // namespace

Result<Decoded> decode_orders(std::string_view body, const Place& place, const Reading& reading) {
  auto document = json::Document::parse(body);
  if (!document) return std::unexpected(document.error());
  Decoded out;
  const json::Node root = document->root();
  out.next_token = root["pagination"]["nextToken"].maybe_text().value_or("");
  out.updated_until = root["lastUpdatedBefore"].maybe_instant();
  out.created_until = root["createdBefore"].maybe_instant();
  const auto orders = root["orders"].array();
  if (auto bad = document->take_error()) return std::unexpected(std::move(*bad));
  for (const json::Node order : orders) read_order(order, *document, place, reading, out);
  return out;
}

Result<Decoded> decode_order(std::string_view body, const Place& place, const Reading& reading) {
  auto document = json::Document::parse(body);
  if (!document) return std::unexpected(document.error());
  Decoded out;
  const json::Node root = document->root();
  if (!root["order"].present()) {
    root["order"].reject("expected an order");
    return std::unexpected(document->take_error().value_or(Error{ErrorCode::parse, false, "order"}));
  }
  read_order(root["order"], *document, place, reading, out);
  if (out.observations.empty() && !out.set_aside.empty()) return std::unexpected(out.set_aside.front());
  return out;
}

}  // namespace forestall::amazon
