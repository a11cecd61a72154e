// SPDX-License-Identifier: Apache-2.0
// Absent, null and the wrong type each give their own error with the path; values are checked on the way in.
#include "connectors/json/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "connectors/json/document.hpp"

namespace forestall::json {
namespace {

constexpr const char* sample = R"({
  "orders": [
    {"orderId": "1", "lines": [{"n": 1}, {"n": null}, {"n": "x"}, {"n": 1.5}, {"n": 1e2}, {}]}
  ],
  "text": "t", "null": null, "object": {}, "yes": true, "half": 0.5,
  "big": 18446744073709551615, "huge": 1e300, "instant": "2026-11-23T03:30:13Z", "date": "2026-11-23",
  "amount": "12.50", "number_amount": 19.99, "odd_amount": 1.005, "control": "a\u0000b"
})";

// The error that reading something of the sample gives; empty if it gives none.
std::string error_of(const std::function<void(const Node&)>& read) {
  auto document = Document::parse(sample);
  if (!document) return document.error().detail;
  read(document->root());
  const auto error = document->take_error();
  return error ? error->detail : "";
}

TEST(JsonNode, TellsAbsentNullAndWrongTypeApart) {
  const auto line = [](std::size_t i) {
    return error_of([i](const Node& root) {
      const auto orders = root["orders"].array();
      const Node order = orders[0];
      const auto lines = order["lines"].array();
      const Node picked = lines[i];
      picked["n"].integer();
    });
  };
  EXPECT_EQ(line(0), "");
  EXPECT_EQ(line(1), "orders[0].lines[1].n: expected an integer, found null");
  EXPECT_EQ(line(2), "orders[0].lines[2].n: expected an integer, found \"x\"");
  EXPECT_EQ(line(3), "orders[0].lines[3].n: expected an integer, found 1.5");
  EXPECT_EQ(line(4), "");
  EXPECT_EQ(line(5), "orders[0].lines[5].n: missing, expected an integer");
  EXPECT_EQ(line(6), "orders[0].lines[6].n: missing, expected an integer");
}

TEST(JsonNode, WhatIsOptionalMayBeAbsentOrNullButNotOfAnotherType) {
  EXPECT_EQ(error_of([](const Node& r) {
              EXPECT_EQ(r["none"].maybe_text(), std::nullopt);
              EXPECT_EQ(r["null"].maybe_text(), std::nullopt);
              EXPECT_EQ(r["none"]["a"]["b"].maybe_instant(), std::nullopt);
              EXPECT_EQ(r["null"]["a"].maybe_integer(), std::nullopt);
              EXPECT_TRUE(r["none"].maybe_array().empty());
              EXPECT_TRUE(r["null"].maybe_array().empty());
              EXPECT_EQ(r["none"].maybe_id<SkuId>(), std::nullopt);
              EXPECT_EQ(r["text"].maybe_text(), "t");
            }),
            "");
  EXPECT_EQ(error_of([](const Node& r) { r["yes"].maybe_text(); }), "yes: expected a text, found true");
  EXPECT_EQ(error_of([](const Node& r) { r["text"].maybe_array(); }), "text: expected an array, found \"t\"");
  EXPECT_EQ(error_of([](const Node& r) { r["text"]["deep"]["er"].maybe_text(); }),
            "text: expected an object, found \"t\"");
  EXPECT_EQ(error_of([](const Node& r) { r["none"]["deep"].text(); }), "none.deep: missing, expected a text");
  EXPECT_EQ(error_of([](const Node& r) { r["none"].array(); }), "none: missing, expected an array");
  EXPECT_EQ(error_of([](const Node& r) { r.array(); }), "(root): expected an array, found an object");
}

TEST(JsonNode, NumbersKeepTheirBounds) {
  EXPECT_EQ(
      error_of([](const Node& r) { r["big"].integer(); }),
      "big: expected an integer from -9007199254740991 to 9007199254740991, found 18446744073709551615");
  EXPECT_EQ(error_of([](const Node& r) { r["huge"].integer(); }), "huge: expected an integer, found 1e+300");
  EXPECT_EQ(error_of([](const Node& r) { r["half"].number(1, 2); }),
            "half: expected a number from 1 to 2, found 0.5");
  EXPECT_EQ(error_of([](const Node& r) { r["huge"].units(); }), "huge: expected an integer, found 1e+300");
  EXPECT_EQ(error_of([](const Node& r) { EXPECT_EQ(r["half"].number(0, 1), 0.5); }), "");
  EXPECT_EQ(error_of([](const Node& r) { r["text"].boolean(); }),
            "text: expected true or false, found \"t\"");
  auto endless = Document::parse("[1e999]");
  if (endless) {
    EXPECT_EQ(endless->root().array()[0].maybe_number(-1e308, 1e308), std::nullopt);
    EXPECT_TRUE(endless->failed());
  }
}

TEST(JsonNode, TimesMoneyAndIdsAreChecked) {
  const auto euro = Currency::literal("EUR");
  EXPECT_EQ(error_of([&](const Node& r) {
              EXPECT_EQ(to_string(r["instant"].instant()), "2026-11-23T03:30:13Z");
              EXPECT_EQ(to_string(r["date"].civil_date()), "2026-11-23");
              EXPECT_EQ(r["amount"].money(euro), Money(1250, euro));
              EXPECT_EQ(r["number_amount"].money(euro), Money(1999, euro));
              EXPECT_EQ(r["text"].id<SkuId>(), SkuId::literal("t"));
            }),
            "");
  EXPECT_EQ(error_of([](const Node& r) { r["text"].instant(); }),
            "text: expected a time like \"2026-11-23T03:30:13Z\", found \"t\"");
  EXPECT_EQ(error_of([](const Node& r) { r["instant"].civil_date(); }),
            "instant: expected a date like \"2026-11-23\", found \"2026-11-23T03:30:13Z\"");
  EXPECT_EQ(error_of([&](const Node& r) { r["odd_amount"].money(euro); }),
            "odd_amount: expected an amount in EUR with at most 2 decimals, found 1.005");
  EXPECT_NE(error_of([](const Node& r) { r["control"].id<SkuId>(); }).find("control: "), std::string::npos);
  EXPECT_EQ(error_of([](const Node& r) { r["none"].id<SkuId>(); }), "none: missing, expected a text");
}

TEST(JsonNode, EmptyIdsAreRefused) {
  auto document = Document::parse(R"({"sku":""})");
  EXPECT_TRUE(document->root()["sku"].id<SkuId>().empty());
  EXPECT_TRUE(document->failed());
}

TEST(JsonNode, LongTextsAndArraysAreRefusedOnlyWhereTheyAreRead) {
  Limits limits;
  limits.string_bytes = 4;
  limits.array_length = 2;
  auto document = Document::parse(R"({"long":"abcdefgh","list":[1,2,3],"ok":1})", limits);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["ok"].integer(), 1);
  EXPECT_FALSE(document->failed());
  EXPECT_EQ(document->root()["long"].text(), "");
  const auto text = document->take_error();
  ASSERT_TRUE(text);
  EXPECT_EQ(text->code, ErrorCode::too_large);
  EXPECT_EQ(text->detail, "long: a text of 8 bytes, the limit is 4");
  EXPECT_TRUE(document->root()["list"].array().empty());
  EXPECT_EQ(document->take_error()->detail, "list: an array of 3 elements, the limit is 2");
}

TEST(JsonNode, WhatTheReaderDoesNotKnowCanBeRejectedWithItsPath) {
  EXPECT_EQ(error_of([](const Node& r) { r["orders"].array()[0]["orderId"].reject("seen twice"); }),
            "orders[0].orderId: seen twice");
}

}  // namespace
}  // namespace forestall::json
