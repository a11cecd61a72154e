// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/requests.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(AmazonRequests, OrdersAreAskedForWithoutPersonalData) {
  const Place place = test::amazon_us();
  const Instant from = parse_instant("2026-11-20T09:00:00Z").value();
  const auto updates = search_orders(place, {.by = OrdersBy::update, .from = from}).query.encoded();
  EXPECT_EQ(updates,
            "lastUpdatedAfter=2026-11-20T09%3A00%3A00Z&marketplaceIds=ATVPDKIKX0DER&fulfilledBy=MERCHANT&"
            "includedData=FULFILLMENT%2CCANCELLATION%2CPACKAGES&maxResultsPerPage=100");
  const auto history = search_orders(place, {.by = OrdersBy::creation,
                                             .from = from,
                                             .to = from + std::chrono::hours(1),
                                             .token = "a+/=",
                                             .amazons_too = true})
                           .query.encoded();
  EXPECT_THAT(history, HasSubstr("createdAfter="));
  EXPECT_THAT(history, HasSubstr("createdBefore=2026-11-20T10%3A00%3A00Z"));
  EXPECT_THAT(history, Not(HasSubstr("astUpdated")));  // never mixed
  EXPECT_THAT(history, Not(HasSubstr("fulfilledBy")));
  EXPECT_THAT(history, HasSubstr("paginationToken=a%2B%2F%3D"));
  for (const auto& query : {updates, history, get_order("1").query.encoded()})
    for (const auto* personal : {"BUYER", "RECIPIENT", "PAYMENT"})
      EXPECT_THAT(query, Not(HasSubstr(personal)));
}

TEST(AmazonRequests, AnySkuStaysOneSegment) {
  const Place place = test::amazon_us();
  EXPECT_EQ(get_listing(place, "A/B 50%#+'").path,
            "/listings/2021-08-01/items/A1SELLER/A%2FB%2050%25%23%2B%27");
  EXPECT_EQ(get_listing(place, "..").path, "/listings/2021-08-01/items/A1SELLER/%2E%2E");
  EXPECT_EQ(get_listing(place, "Größe").path, "/listings/2021-08-01/items/A1SELLER/Gr%C3%B6%C3%9Fe");
}

TEST(AmazonRequests, AReportIsAskedForAsJson) {
  const auto request = create_report(test::amazon_us(), "GET_MERCHANT_LISTINGS_ALL_DATA");
  EXPECT_EQ(request.method, http::Method::post);
  EXPECT_EQ(request.body,
            R"({"reportType":"GET_MERCHANT_LISTINGS_ALL_DATA","marketplaceIds":["ATVPDKIKX0DER"]})");
}

}  // namespace
}  // namespace forestall::amazon
