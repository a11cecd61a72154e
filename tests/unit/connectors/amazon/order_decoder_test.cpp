// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/order_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/amazon/order_words.hpp"
#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

using model::CancelReason;
using model::OrderState;
using model::ShipmentState;

template <class Kind>
std::vector<Kind> only(const Decoded& decoded) {
  std::vector<Kind> found;
  for (const auto& one : decoded.observations)
    if (const auto* kind = std::get_if<Kind>(&one)) found.push_back(*kind);
  return found;
}

Instant time(std::string_view text) { return parse_instant(text).value(); }

struct Fixture : testing::Test {
  Place place = test::amazon_us();
  Reading reading = test::at("2026-11-20T09:12:00Z");
  Decoded decode(std::string_view body) { return decode_orders(body, place, reading).value(); }
  // The page with one order, changed by `change`.
  template <class Change>
  Decoded changed(std::size_t which, Change change) {
    auto page = boost::json::parse(test::orders_body()).as_object();
    boost::json::value order = page["orders"].at(which);
    change(order.as_object());
    page["orders"] = boost::json::array{order};
    return decode(boost::json::serialize(page));
  }
};
using OrderDecoder = Fixture;

TEST_F(OrderDecoder, ReadsAnOpenOrder) {
  const auto decoded = decode(test::orders_body("next=="));
  EXPECT_TRUE(decoded.set_aside.empty());
  EXPECT_EQ(decoded.next_token, "next==");
  EXPECT_EQ(decoded.updated_until, time("2026-11-20T09:10:00Z"));
  EXPECT_EQ(decoded.created_until, time("2026-11-20T09:09:00Z"));
  const auto orders = only<model::OrderUpsert>(decoded);
  ASSERT_EQ(orders.size(), 5u);
  const auto& order = orders[0];
  EXPECT_EQ(order.id.str(), "111-0000001-0000001");
  EXPECT_EQ(order.state, OrderState::open);
  EXPECT_EQ(order.from.version, model::Version::of(time("2026-11-20T08:00:00.500Z")));
  EXPECT_EQ(order.placed_at, time("2026-11-20T07:30:00Z"));
  EXPECT_EQ(to_string(order.placed_day), "2026-11-19");  // at half past eleven in Los Angeles
  EXPECT_EQ(order.ship_by, time("2026-11-23T07:59:59Z"));
  EXPECT_EQ(order.deliver_by, time("2026-11-28T07:59:59Z"));
  EXPECT_FALSE(order.closed_at);
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].listing.str(), "A/B 50%");
  EXPECT_EQ(order.lines[0].ordered, Units(3));
  EXPECT_TRUE(order.lines[0].portions.empty());
  EXPECT_FALSE(order.lines[0].cancelled);
  EXPECT_EQ(order.lines[0].unit_price, Money(1999, Currency::literal("USD")));
  const auto requests = only<model::CancelRequest>(decoded);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].line.str(), "90001");
  EXPECT_EQ(requests[0].state, model::RequestState::open);
  EXPECT_EQ(requests[0].reason, CancelReason::buyer_changed_mind);
  EXPECT_EQ(requests[1].state, model::RequestState::granted);
}

TEST_F(OrderDecoder, CountsWhatWasSentAndWhatWasCancelled) {
  const auto decoded = decode(test::orders_body());
  const auto order = only<model::OrderUpsert>(decoded)[1];
  EXPECT_EQ(order.state, OrderState::partly_shipped);
  ASSERT_EQ(order.lines.size(), 2u);
  const auto& line = order.lines[0];
  ASSERT_EQ(line.portions.size(), 2u);
  EXPECT_EQ(line.portions[0].units, Units(2));
  EXPECT_EQ(line.portions[0].shipped_at, time("2026-11-19T12:00:00Z"));
  EXPECT_EQ(line.portions[1].units, Units(1));
  EXPECT_EQ(line.portions[1].shipped_at, time("2026-11-20T09:00:00Z"));
  ASSERT_TRUE(line.cancelled);
  EXPECT_EQ(line.cancelled->units, Units(1));
  EXPECT_EQ(line.cancelled->by, model::CancelledBy::seller);
  EXPECT_EQ(line.cancelled->reason, CancelReason::no_stock);
  EXPECT_EQ(to_string(line.cancelled->day), "2026-11-20");
  EXPECT_EQ(order.lines[1].listing.str(), "ASIN B000000003");  // no SKU: kept, and nobody's
  EXPECT_FALSE(order.closed_at);
}

TEST_F(OrderDecoder, TellsParcelsApart) {
  const auto parcels = only<model::ShipmentUpdate>(decode(test::orders_body()));
  ASSERT_EQ(parcels.size(), 2u);
  EXPECT_EQ(parcels[0].carrier.str(), "dhl_ecommerce");
  EXPECT_EQ(parcels[0].tracking.str(), "TRACK-1");
  EXPECT_EQ(parcels[0].state, ShipmentState::out_for_delivery);
  EXPECT_EQ(parcels[0].handed_over_at, time("2026-11-19T12:00:00Z"));
  EXPECT_EQ(parcels[0].promised_by, time("2026-11-26T07:59:59Z"));
  EXPECT_EQ(parcels[0].from.version, model::Version::of(reading.asked));
  ASSERT_EQ(parcels[0].lines.size(), 1u);
  EXPECT_EQ(parcels[0].lines[0].units, Units(2));
  EXPECT_EQ(parcels[1].state, ShipmentState::label_made);  // the seller says so; nobody has scanned it
}

TEST_F(OrderDecoder, ACancelTheBuyerAskedForIsTheBuyers) {
  const auto order = only<model::OrderUpsert>(decode(test::orders_body()))[2];
  EXPECT_EQ(order.state, OrderState::cancelled);
  ASSERT_TRUE(order.lines[0].cancelled);
  EXPECT_EQ(order.lines[0].cancelled->units, Units(2));
  EXPECT_EQ(order.lines[0].cancelled->by, model::CancelledBy::seller);
  EXPECT_EQ(order.lines[0].cancelled->reason, CancelReason::buyer_changed_mind);
  EXPECT_FALSE(model::puts_stock_in_doubt(order.lines[0].cancelled->by, order.lines[0].cancelled->reason));
  EXPECT_EQ(order.closed_at, time("2026-11-20T03:00:00Z"));
}

TEST_F(OrderDecoder, APendingOrderHoldsItsStockWhateverItsQuantitiesSay) {
  const auto order = only<model::OrderUpsert>(decode(test::orders_body()))[3];
  EXPECT_EQ(order.state, OrderState::pending);
  EXPECT_FALSE(order.lines[0].cancelled);
  EXPECT_TRUE(order.lines[0].portions.empty());
  EXPECT_FALSE(order.closed_at);
}

TEST_F(OrderDecoder, WhatAmazonShipsIsAnotherPool) {
  const auto order = only<model::OrderUpsert>(decode(test::orders_body()))[4];
  EXPECT_EQ(order.lines[0].pool, model::Pool::marketplace);
  ASSERT_EQ(order.lines[0].portions.size(), 1u);  // shipped, and no quantities told
  EXPECT_EQ(order.lines[0].portions[0].units, Units(1));
  EXPECT_TRUE(order.closed_at);
}

TEST_F(OrderDecoder, APreorderIsBackedByAReceiptUntilItIsReleased) {
  const auto decoded = changed(0, [](boost::json::object& order) {
    order["programs"] = boost::json::array{"PREORDER"};
    order["fulfillment"].as_object()["fulfillmentStatus"] = "PENDING_AVAILABILITY";
  });
  EXPECT_EQ(only<model::OrderUpsert>(decoded)[0].lines[0].pool, model::Pool::preorder);
  const auto released =
      changed(0, [](boost::json::object& order) { order["programs"] = boost::json::array{"PREORDER"}; });
  EXPECT_EQ(only<model::OrderUpsert>(released)[0].lines[0].pool, model::Pool::own);
}

TEST_F(OrderDecoder, AnUnknownStatusGoesOnHoldingStock) {
  const auto decoded = changed(0, [](boost::json::object& order) {
    order["fulfillment"].as_object()["fulfillmentStatus"] = "INVOICE_UNCONFIRMED";
  });
  EXPECT_EQ(only<model::OrderUpsert>(decoded)[0].state, OrderState::open);
}

TEST_F(OrderDecoder, OneBadOrderIsSetAsideWithItsPlace) {
  const auto no_fulfillment = changed(0, [](boost::json::object& order) { order.erase("fulfillment"); });
  EXPECT_TRUE(no_fulfillment.observations.empty());
  ASSERT_EQ(no_fulfillment.set_aside.size(), 1u);
  EXPECT_THAT(no_fulfillment.set_aside[0].detail,
              testing::HasSubstr("orders[0].fulfillment.fulfillmentStatus"));
  const auto elsewhere = changed(0, [](boost::json::object& order) {
    order["salesChannel"].as_object()["marketplaceId"] = "A2EUQ1WTGCTBG2";
  });
  EXPECT_TRUE(elsewhere.observations.empty());
  const auto too_many = changed(1, [](boost::json::object& order) {
    order["orderItems"].at(0).at("fulfillment").as_object()["quantityFulfilled"] = 6;
  });
  EXPECT_TRUE(only<model::OrderUpsert>(too_many).empty());
  EXPECT_THAT(too_many.set_aside.at(0).detail, testing::HasSubstr("do not add up"));
}

TEST_F(OrderDecoder, ABadPriceOrParcelDoesNotCostTheOrder) {
  const auto price = changed(0, [](boost::json::object& order) {
    order["orderItems"].at(0).at("product").at("price").at("unitPrice").as_object()["amount"] = "cheap";
  });
  ASSERT_EQ(only<model::OrderUpsert>(price).size(), 1u);
  EXPECT_FALSE(only<model::OrderUpsert>(price)[0].lines[0].unit_price);
  const auto parcel = changed(1, [](boost::json::object& order) {
    order["packages"].at(0).as_object()["trackingNumber"] = std::string(70, 'x');
  });
  EXPECT_EQ(only<model::OrderUpsert>(parcel).size(), 1u);
  EXPECT_EQ(only<model::ShipmentUpdate>(parcel).size(), 1u);
  EXPECT_EQ(parcel.set_aside.size(), 1u);
}

TEST_F(OrderDecoder, AnItemTakenOutOfTheOrderIsNoLine) {
  const auto decoded = changed(1, [](boost::json::object& order) {
    order["orderItems"].at(1).as_object()["quantityOrdered"] = 0;
    order["orderItems"].at(1).at("fulfillment").as_object()["quantityUnfulfilled"] = 0;
  });
  EXPECT_EQ(only<model::OrderUpsert>(decoded)[0].lines.size(), 1u);
}

TEST_F(OrderDecoder, AnAnswerWithoutOrdersIsNoAnswer) {
  for (const auto* body : {"{}", "[]", "null", "{\"orders\":null}", "{\"orders\":{}}", "{\"orders\":[}"})
    EXPECT_FALSE(decode_orders(body, place, reading)) << body;
  EXPECT_TRUE(decode_orders(R"({"orders":[]})", place, reading)->observations.empty());
}

TEST_F(OrderDecoder, OneOrderIsReadLikeAPageOfThem) {
  const auto decoded = decode_order(test::order_body(), place, reading);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(only<model::OrderUpsert>(*decoded),
            std::vector{only<model::OrderUpsert>(decode(test::orders_body()))[1]});
  EXPECT_FALSE(decode_order("{}", place, reading));
  EXPECT_FALSE(decode_order(R"({"order":{"orderId":"1"}})", place, reading));
}

TEST(OrderWords, ReasonsAreFoundInWordsAndInSentences) {
  EXPECT_EQ(cancel_reason("NO_INVENTORY"), CancelReason::no_stock);
  EXPECT_EQ(cancel_reason("Out of stock"), CancelReason::no_stock);
  EXPECT_EQ(cancel_reason("PRICING_ERROR"), CancelReason::price_error);
  EXPECT_EQ(cancel_reason("FOUND_BETTER_PRICE"), CancelReason::buyer_changed_mind);
  EXPECT_EQ(cancel_reason("PAYMENT_NOT_RECEIVED"), CancelReason::payment);
  EXPECT_EQ(cancel_reason("BUYER_CANCELED"), CancelReason::buyer_changed_mind);
  EXPECT_EQ(cancel_reason("Buyer requested cancellation"), CancelReason::buyer_changed_mind);
  EXPECT_EQ(cancel_reason("LATE_SHIPMENT"), CancelReason::late);
  EXPECT_EQ(cancel_reason("A template"), CancelReason::other);
  EXPECT_EQ(cancel_reason(" "), CancelReason::unknown);
}

TEST(OrderWords, DetailSaysMoreThanStatus) {
  EXPECT_EQ(shipment_state("IN_TRANSIT", "LOST"), ShipmentState::lost);
  EXPECT_EQ(shipment_state("UNDELIVERABLE", "RETURNING_TO_SELLER"), ShipmentState::returning);
  EXPECT_EQ(shipment_state("DELIVERED", "NEW_WORD"), ShipmentState::delivered);
  EXPECT_EQ(shipment_state("NEW_WORD", ""), ShipmentState::unknown);
}

TEST(OrderWords, CarriersBecomeSlugs) {
  EXPECT_EQ(carrier_id(" DHL eCommerce ")->str(), "dhl_ecommerce");
  EXPECT_EQ(carrier_id("--USPS--")->str(), "usps");
  EXPECT_FALSE(carrier_id("日本郵便"));
  EXPECT_EQ(carrier_id(std::string(100, 'A'))->str().size(), 64u);
}

}  // namespace
}  // namespace forestall::amazon
