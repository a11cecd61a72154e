// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/listing_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "connectors/amazon/recent_shapes.hpp"
#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

using model::ListingActivity;

struct Fixture : testing::Test {
  Place place = test::amazon_us();
  Reading reading = test::at("2026-11-20T09:12:00Z");
  Result<Listing> one(std::string_view records, std::string_view sku = "TEA") {
    return decode_listing(test::listing_body(sku, records), sku, place, reading);
  }
};
using ListingDecoder = Fixture;

TEST_F(ListingDecoder, ReadsAPage) {
  const auto decoded = decode_listings(test::listings_body("more", 4321), place, reading);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->set_aside.empty());
  EXPECT_EQ(decoded->next_token, "more");
  EXPECT_EQ(decoded->in_all, 4321u);
  std::map<std::string, model::ListingState> states;
  std::map<std::string, Money> prices;
  for (const auto& one : decoded->observations) {
    if (const auto* state = std::get_if<model::ListingState>(&one)) states[state->listing.str()] = *state;
    if (const auto* price = std::get_if<model::PriceObserved>(&one))
      prices.emplace(price->listing.str(), price->price);
  }
  ASSERT_EQ(states.size(), 5u);
  EXPECT_EQ(prices.size(), 5u);
  EXPECT_EQ(prices.at("A/B 50%"), Money(1999, Currency::literal("USD")));
  EXPECT_EQ(states["A/B 50%"].quantity, Units(7));
  EXPECT_EQ(states["A/B 50%"].activity, ListingActivity::active);
  EXPECT_EQ(states["A/B 50%"].from.version, model::Version::of(reading.asked));
  EXPECT_EQ(states["A/B 50%"].from.true_at, reading.answered);
  EXPECT_EQ(states["TEA"].quantity, Units(0));
  EXPECT_EQ(states["TEA"].activity, ListingActivity::active);  // sold out explains it
  EXPECT_EQ(states["TWO"].quantity, Units(7));
  EXPECT_EQ(states["FBA-1"].quantity, Units(40));
  EXPECT_EQ(states["MIXED"].quantity, Units(2));
}

TEST_F(ListingDecoder, AMissingQuantityIsUnknownAndNotZero) {
  EXPECT_FALSE(one(R"({"fulfillmentChannelCode":"DEFAULT"})")->state.quantity);
  EXPECT_FALSE(one(R"({"fulfillmentChannelCode":"DEFAULT","quantity":null})")->state.quantity);
  EXPECT_FALSE(one("")->state.quantity);
  EXPECT_FALSE(
      one(R"({"fulfillmentChannelCode":"a","quantity":3},{"fulfillmentChannelCode":"b"})")->state.quantity);
  EXPECT_FALSE(one(R"({"fulfillmentChannelCode":"DEFAULT","quantity":"3"})"));
  EXPECT_FALSE(one(R"({"fulfillmentChannelCode":"DEFAULT","quantity":-3})"));
}

TEST_F(ListingDecoder, WhatAmazonFulfilsIsNotWritable) {
  EXPECT_TRUE(one(R"({"fulfillmentChannelCode":"DEFAULT","quantity":3})")->why_not_writable().empty());
  EXPECT_TRUE(one(R"({"fulfillmentChannelCode":"loc-7","quantity":3})")->why_not_writable().empty());
  EXPECT_THAT(one(R"({"fulfillmentChannelCode":"AMAZON_EU"})")->why_not_writable(),
              testing::HasSubstr("AMAZON_EU"));
  EXPECT_FALSE(
      one(R"({"fulfillmentChannelCode":"DEFAULT","quantity":3},{"fulfillmentChannelCode":"AMAZON_NA"})")
          ->why_not_writable()
          .empty());
  EXPECT_FALSE(one("")->why_not_writable().empty());
  // A code that cannot be read might be Amazon's.
  for (const auto* code : {"", "AMAZON\\u0000", "D F"})
    EXPECT_FALSE(one(std::string(R"({"fulfillmentChannelCode":")") + code + R"(","quantity":3})")) << code;
}

TEST_F(ListingDecoder, ANotBuyableListingWithStockIsClosed) {
  auto body = test::listing_body("TEA", R"({"fulfillmentChannelCode":"DEFAULT","quantity":3})");
  body.replace(body.find(R"("BUYABLE",)"), 10, "");
  EXPECT_EQ(decode_listing(body, "TEA", place, reading)->state.activity, ListingActivity::inactive);
  const auto at = body.find(R"("summaries")");
  body.replace(at, 11, R"("others")");
  EXPECT_EQ(decode_listing(body, "TEA", place, reading)->state.activity, ListingActivity::unknown);
}

TEST_F(ListingDecoder, AnotherSkuIsNoAnswer) {
  EXPECT_FALSE(decode_listing(test::listing_body("TEA", ""), "COFFEE", place, reading));
}

TEST_F(ListingDecoder, OneBadItemIsSetAside) {
  auto body = test::listings_body();
  body.replace(body.find(R"("sku":"TEA")"), 11, R"("sku":"")");
  const auto decoded = decode_listings(body, place, reading);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->set_aside.size(), 1u);
  EXPECT_EQ(decoded->observations.size(), 8u);
  EXPECT_FALSE(decode_listings("{}", place, reading));
}

TEST_F(ListingDecoder, ARecentReadingServesOneWrite) {
  RecentShapes recent;
  const Monotonic now{};
  for (int i = 0; i < 300; ++i) recent.put("S" + std::to_string(i), *one(""), now);
  EXPECT_EQ(recent.size(), RecentShapes::most);
  EXPECT_FALSE(recent.take("S1", now));  // pushed out
  EXPECT_TRUE(recent.take("S299", now));
  EXPECT_FALSE(recent.take("S299", now));
  EXPECT_FALSE(recent.take("S298", now + RecentShapes::life + std::chrono::nanoseconds(1)));
  EXPECT_EQ(recent.size(), 0u);
}

}  // namespace
}  // namespace forestall::amazon
