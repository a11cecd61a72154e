// SPDX-License-Identifier: Apache-2.0
#include "tests/support/amazon/bodies.hpp"

#include <fmt/format.h>

#include <array>

namespace forestall::test {

namespace {

std::string paged(std::string_view next_token) {
  return next_token.empty() ? "" : fmt::format(R"("pagination":{{"nextToken":"{}"}},)", next_token);
}

constexpr std::string_view open_order = R"({
 "orderId":"111-0000001-0000001","orderAliases":[{"aliasId":"S-1","aliasType":"SELLER_ORDER_ID"}],
 "createdTime":"2026-11-20T07:30:00Z","lastUpdatedTime":"2026-11-20T08:00:00.500Z","programs":["PRIME"],
 "salesChannel":{"channelName":"AMAZON","marketplaceId":"ATVPDKIKX0DER","marketplaceName":"Amazon.com"},
 "fulfillment":{"fulfillmentStatus":"UNSHIPPED","fulfilledBy":"MERCHANT","fulfillmentServiceLevel":"STANDARD",
  "shipByWindow":{"earliestDateTime":"2026-11-20T08:00:00Z","latestDateTime":"2026-11-23T07:59:59Z"},
  "deliverByWindow":{"earliestDateTime":"2026-11-25T08:00:00Z","latestDateTime":"2026-11-28T07:59:59Z"}},
 "orderItems":[{"orderItemId":"90001","quantityOrdered":3,
  "product":{"asin":"B000000001","title":"Kettle 27\"","sellerSku":"A/B 50%",
   "price":{"unitPrice":{"amount":"19.99","currencyCode":"USD"}}},
  "cancellation":{"cancellationRequest":{"requester":"BUYER","cancelReason":"Changed mind about purchase"}},
  "fulfillment":{"quantityFulfilled":0,"quantityUnfulfilled":3}}]})";

constexpr std::string_view half_shipped = R"({
 "orderId":"111-0000001-0000002",
 "createdTime":"2026-11-18T10:00:00Z","lastUpdatedTime":"2026-11-20T09:00:00Z",
 "salesChannel":{"channelName":"AMAZON","marketplaceId":"ATVPDKIKX0DER","marketplaceName":"Amazon.com"},
 "fulfillment":{"fulfillmentStatus":"PARTIALLY_SHIPPED","fulfilledBy":"MERCHANT",
  "deliverByWindow":{"latestDateTime":"2026-11-26T07:59:59Z"}},
 "orderItems":[
  {"orderItemId":"90002","quantityOrdered":5,"product":{"asin":"B000000002","sellerSku":"TEA"},
   "cancellation":{"cancellationExecution":{"cancelledBy":"MERCHANT","cancelReason":"NO_INVENTORY"}},
   "fulfillment":{"quantityFulfilled":3,"quantityUnfulfilled":1}},
  {"orderItemId":"90003","quantityOrdered":1,"product":{"asin":"B000000003"},
   "fulfillment":{"quantityFulfilled":0,"quantityUnfulfilled":1}}],
 "packages":[
  {"packageReferenceId":"1","createdTime":"2026-11-19T10:00:00Z","carrier":"DHL eCommerce",
   "packageStatus":{"status":"IN_TRANSIT","detailedStatus":"OUT_FOR_DELIVERY"},
   "shipTime":"2026-11-19T12:00:00Z","trackingNumber":"TRACK-1",
   "packageItems":[{"orderItemId":"90002","quantity":2}]},
  {"packageReferenceId":"2","packageStatus":{"status":"SHIPPED"},"carrier":"USPS","trackingNumber":"TRACK-2",
   "shipTime":"2026-11-20T09:00:00Z","packageItems":[{"orderItemId":"90002","quantity":1}]}]})";

constexpr std::string_view cancelled = R"({
 "orderId":"111-0000001-0000003",
 "createdTime":"2026-11-19T23:30:00Z","lastUpdatedTime":"2026-11-20T03:00:00Z",
 "salesChannel":{"channelName":"AMAZON","marketplaceId":"ATVPDKIKX0DER","marketplaceName":"Amazon.com"},
 "fulfillment":{"fulfillmentStatus":"CANCELLED","fulfilledBy":"MERCHANT"},
 "orderItems":[{"orderItemId":"90004","quantityOrdered":2,"product":{"asin":"B000000002","sellerSku":"TEA"},
  "cancellation":{"cancellationRequest":{"requester":"BUYER","cancelReason":"NO_LONGER_NEEDED"},
   "cancellationExecution":{"cancelledBy":"MERCHANT","cancelReason":"Buyer requested cancellation"}},
  "fulfillment":{"quantityFulfilled":0,"quantityUnfulfilled":0}}]})";

constexpr std::string_view pending = R"({
 "orderId":"111-0000001-0000004",
 "createdTime":"2026-11-20T08:58:00Z","lastUpdatedTime":"2026-11-20T08:58:00Z",
 "salesChannel":{"channelName":"AMAZON","marketplaceId":"ATVPDKIKX0DER","marketplaceName":"Amazon.com"},
 "fulfillment":{"fulfillmentStatus":"PENDING","fulfilledBy":"MERCHANT"},
 "orderItems":[{"orderItemId":"90005","quantityOrdered":4,"product":{"asin":"B000000002","sellerSku":"TEA"},
  "fulfillment":{"quantityFulfilled":0,"quantityUnfulfilled":0}}]})";

constexpr std::string_view by_amazon = R"({
 "orderId":"111-0000001-0000005",
 "createdTime":"2026-11-19T08:58:00Z","lastUpdatedTime":"2026-11-20T01:00:00Z",
 "salesChannel":{"channelName":"AMAZON","marketplaceId":"ATVPDKIKX0DER","marketplaceName":"Amazon.com"},
 "fulfillment":{"fulfillmentStatus":"SHIPPED","fulfilledBy":"AMAZON"},
 "orderItems":[{"orderItemId":"90006","quantityOrdered":1,"product":{"asin":"B000000009","sellerSku":"FBA-1"}}]})";

std::string item(std::string_view sku, std::string_view status, std::string_view records,
                 std::string_view price) {
  return fmt::format(
      R"({{"sku":"{0}","summaries":[{{"marketplaceId":"ATVPDKIKX0DER","asin":"B000000001","productType":"KETTLE",)"
      R"("conditionType":"new_new","status":[{1}],"itemName":"Item {0}","createdDate":"2026-01-01T00:00:00Z",)"
      R"("lastUpdatedDate":"2026-11-01T00:00:00Z"}}],"offers":[{{"marketplaceId":"ATVPDKIKX0DER",)"
      R"("offerType":"B2C","price":{{"amount":"{3}","currencyCode":"USD"}}}}],"fulfillmentAvailability":[{2}]}})",
      sku, status, records, price);
}

std::string one_record(std::string_view code, int quantity) {
  return fmt::format(R"({{"fulfillmentChannelCode":"{}","quantity":{}}})", code, quantity);
}

}  // namespace

amazon::Place amazon_us() {
  return {.account = AccountId::literal("amazon-us"),
          .source = SourceId::literal("amazon-us"),
          .marketplace = "ATVPDKIKX0DER",
          .merchant = "A1SELLER",
          .currency = Currency::literal("USD"),
          .zone = TimeZone::find("America/Los_Angeles").value()};
}

amazon::Reading at(std::string_view asked) {
  const Instant time = parse_instant(asked).value();
  return {.asked = time, .answered = time + std::chrono::milliseconds(300)};
}

std::string orders_body(std::string_view next_token) {
  return fmt::format(R"({{"orders":[{},{},{},{},{}],{}"lastUpdatedBefore":"2026-11-20T09:10:00Z",)"
                     R"("createdBefore":"2026-11-20T09:09:00Z"}})",
                     open_order, half_shipped, cancelled, pending, by_amazon, paged(next_token));
}

std::string order_body() { return fmt::format(R"({{"order":{}}})", half_shipped); }

std::string listings_body(std::string_view next_token, std::uint64_t in_all) {
  const std::string both = R"("BUYABLE","DISCOVERABLE")", seen = R"("DISCOVERABLE")";
  return fmt::format(
      R"({{"numberOfResults":{},{}"items":[{},{},{},{},{}]}})", in_all, paged(next_token),
      item("A/B 50%", both, one_record("DEFAULT", 7), "19.99"),
      item("TEA", seen, one_record("DEFAULT", 0), "4.00"),
      item("TWO", both, one_record("loc-1", 3) + "," + one_record("loc-2", 4), "12.00"),
      item("FBA-1", both, one_record("AMAZON_NA", 40), "30.00"),
      item("MIXED", both, one_record("DEFAULT", 2) + "," + one_record("AMAZON_NA", 40), "30.00"));
}

std::string listing_body(std::string_view sku, std::string_view records) {
  return item(sku, R"("BUYABLE","DISCOVERABLE")", records, "19.99");
}

std::string patch_body(std::string_view status, std::string_view issues) {
  return fmt::format(R"({{"sku":"TEA","status":"{}","submissionId":"f1dc2914-75dd-11ea","issues":[{}]}})",
                     status, issues);
}

std::string inventory_body(std::string_view next_token) {
  return fmt::format(
      R"({{{}"payload":{{"granularity":{{"granularityType":"Marketplace","granularityId":"ATVPDKIKX0DER"}},)"
      R"("inventorySummaries":[{{"asin":"B000000009","fnSku":"X000000009","sellerSku":"FBA-1","totalQuantity":48,)"
      R"("inventoryDetails":{{"fulfillableQuantity":40,"inboundShippedQuantity":5,)"
      R"("reservedQuantity":{{"totalReservedQuantity":8}}}},"lastUpdatedTime":"2026-11-13T00:00:00Z"}},)"
      R"({{"sellerSku":"FBA-2","totalQuantity":0}}]}}}})",
      paged(next_token));
}

std::string performance_body() {
  return R"({"accountStatuses":[{"marketplaceId":"A1F83G8C2ARO7P","status":"DEACTIVATED"},
   {"marketplaceId":"ATVPDKIKX0DER","status":"AT_RISK"}],
   "performanceMetrics":[{"marketplaceId":"A1F83G8C2ARO7P"},{"marketplaceId":"ATVPDKIKX0DER",
   "preFulfillmentCancellationRate":{"reportingDateRange":{"reportingDateFrom":"2026-11-13T00:00:00Z",
    "reportingDateTo":"2026-11-19T23:59:59Z"},"orderCount":400,"cancellationCount":6,"rate":0.015,
    "targetValue":0.025,"targetCondition":"LESS_THAN","status":"GOOD"},
   "lateShipmentRate":{"reportingDateRange":{"reportingDateFrom":"2026-10-21T00:00:00Z",
    "reportingDateTo":"2026-11-19T23:59:59Z"},"orderCount":1600,"lateShipmentCount":32,"targetValue":0.04},
   "validTrackingRate":{"reportingDateRange":{"reportingDateFrom":"2026-10-21T00:00:00Z",
    "reportingDateTo":"2026-11-19T23:59:59Z"},"shipmentCount":1500,"validTrackingCount":1490,"targetValue":0.95},
   "unitOnTimeDeliveryRate":{"reportingDateRange":{"reportingDateFrom":"2026-10-21T00:00:00Z",
    "reportingDateTo":"2026-11-04T23:59:59Z"},"totalUnitCount":700,"unitOnTimeDeliveryCount":650,
    "targetValue":0.9},
   "orderDefectRate":{"mfn":{"reportingDateRange":{"reportingDateFrom":"2026-09-06T00:00:00Z",
    "reportingDateTo":"2026-11-04T23:59:59Z"},"orderCount":3000,"orderWithDefects":{"count":9,"status":"GOOD"},
    "rate":0.003,"targetValue":0.01}},
   "warningStates":[]}]})";
}

std::string other_performance_body() {
  return R"({"accountStatuses":[{"marketplaceId":"ATVPDKIKX0DER","status":"SUSPENDED"}],
   "performanceMetrics":[{"warningState":[],"documentRequest":null,
   "prefulfillmentCancelRate":{"reportingDateRange":{"reportingDateFrom":"2020-11-12T00:00Z",
    "reportingDateTo":"2020-11-18T23:59Z"},"orderCount":1700,"cancellationCount":55,"status":"GOOD",
    "targetValue":0.01,"targetCondition":"LESS_THAN"},
   "onTimeDeliveryRate":{"reportingDateRange":{"reportingDateFrom":"2020-10-11T00:00Z",
    "reportingDateTo":"2020-11-09T23:59Z"},"shipmentCountWithValidTracking":8080,"onTimeDeliveryCount":8000,
    "targetValue":0.95},
   "marketplaceId":"ATVPDKIKX0DER"}]})";
}

std::string participation_body() {
  return R"({"payload":[
   {"marketplace":{"id":"A2EUQ1WTGCTBG2","countryCode":"CA"},"participation":{"isParticipating":false}},
   {"marketplace":{"id":"ATVPDKIKX0DER","countryCode":"US"},
    "participation":{"isParticipating":true,"hasSuspendedListings":false},"storeName":"A Store"}]})";
}

std::string listings_report_text() {
  return "item-name\titem-description\tlisting-id\tseller-sku\tprice\tquantity\topen-date\tfulfillment-"
         "channel\t"
         "status\n"
         "Kettle 27\"\tthe \"best\"\t1\tA/B 50%\t19.99\t7\t2026-01-01 00:00:00 PST\tDEFAULT\tActive\n"
         "Tea\t\t2\tTEA\t4.00\t0\t2026-01-01 00:00:00 PST\tDEFAULT\tInactive\r\n"
         "Cup\t\t3\tGr\xf6\xdf"
         "e-L\t5.00\t3\t2026-01-01 00:00:00 PST\tDEFAULT\tInactive\n"
         "Pan\t\t4\tFBA-1\t30.00\t\t2026-01-01 00:00:00 PST\tAMAZON_NA\tActive\n"
         "\n"
         "Pot\t\t5\tPOT\tfree\t9\t2026-01-01 00:00:00 PST\tDEFAULT\tIncomplete";
}

std::string page_of_orders(int orders, int first) {
  std::string list;
  for (int i = 0; i < orders; ++i) {
    std::string order(
        std::array{open_order, half_shipped, cancelled, pending, by_amazon}[static_cast<std::size_t>(i) % 5]);
    const auto id = order.find("111-0000001-0000");
    order.replace(id, 19, fmt::format("111-{:07}-{:07}", first + i, 1));
    list += (i == 0 ? "" : ",") + order;
  }
  return fmt::format(R"({{"orders":[{}],"lastUpdatedBefore":"2026-11-20T09:10:00Z"}})", list);
}

std::string page_of_listings(int listings, int first) {
  std::string list;
  for (int i = 0; i < listings; ++i)
    list += (i == 0 ? "" : ",") + item(fmt::format("SKU-{:06}", first + i), R"("BUYABLE","DISCOVERABLE")",
                                       one_record("DEFAULT", i % 50), "19.99");
  return fmt::format(R"({{"numberOfResults":{},"items":[{}]}})", listings, list);
}

}  // namespace forestall::test
