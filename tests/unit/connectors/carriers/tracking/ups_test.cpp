// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "connectors/carriers/ups/decode.hpp"

namespace forestall::carriers::ups {
namespace {

using model::ShipmentState;

TEST(Ups, CodesMeanDifferentThingsUnderEachType) {
  EXPECT_EQ(meaning("M", "DP", "")->state, ShipmentState::label_made);
  EXPECT_EQ(meaning("I", "DP", "")->state, ShipmentState::in_transit);
  EXPECT_EQ(meaning("X", "DP", "")->state, ShipmentState::exception);
  EXPECT_EQ(meaning("D", "", "011")->state, ShipmentState::delivered);
  EXPECT_NE(meaning("D", "", "")->state, ShipmentState::delivered);  // on the vehicle is D too
  EXPECT_EQ(meaning("?", "", ""), nullptr);
}

TEST(Ups, GmtTimesAreUtcInEverySpelling) {
  const auto expected = parse_instant("2024-03-26T07:47:00Z").value();
  for (const std::string_view time : {"07:47:00", "074700", "74700"})
    EXPECT_EQ(read_gmt("20240326", time), expected);
  EXPECT_EQ(read_gmt("2024-03-26", "0"), parse_instant("2024-03-26T00:00:00Z").value());
  for (const std::string_view bad : {"", "246000", "1234567", "7:a", "250000"})
    EXPECT_FALSE(read_gmt("20240326", bad)) << bad;
  EXPECT_FALSE(read_gmt("20240230", "074700"));
}

constexpr std::string_view body = R"({"trackResponse":{"shipment":[{"inquiryNumber":"1Z5R89390357567127",
 "pickupDate":"20260315","package":[{"trackingNumber":"1Z5R89390357567127",
  "deliveryDate":[{"type":"SDD","date":"20260318"},{"type":"RDD","date":"20260320"}],
  "currentStatus":{"code":"005","description":"On the Way"},
  "packageAddress":[{"type":"DESTINATION","address":{"country":"US","stateProvince":"NY"}}],
  "activity":[
   {"date":"20260317","time":"081500","gmtDate":"20260317","gmtTime":"12:15:00","gmtOffset":"-04:00",
"logicalScan":true,
    "status":{"type":"I","code":"XX","statusCode":"005"},"location":{"address":{"countryCode":"US"}}},
   {"date":"20260316","time":"201500","gmtDate":"20260317","gmtTime":"1500","gmtOffset":"-04:00",
"logicalScan":false,
    "status":{"type":"I","code":"AR","statusCode":"005"},"location":{"address":{"countryCode":"US",
"stateProvince":"NJ"}}},
   {"date":"20260315","status":{"type":"M","code":"MP","statusCode":"003"}}]}]}]}})";

TEST(Ups, ReadsAParcel) {
  const auto records = decode_track(body);
  ASSERT_TRUE(records) << records.error().detail;
  ASSERT_EQ(records->size(), 1u);
  const auto now = parse_instant("2026-03-18T00:00:00Z").value();
  const auto update = summarise(records->front(), {.tracking = TrackingId::literal("1Z5R89390357567127")},
                                SourceId::literal("ups"), now);
  EXPECT_EQ(update.state, ShipmentState::in_transit);
  EXPECT_EQ(update.last_scan_at, parse_instant("2026-03-17T00:15:00Z").value());
  EXPECT_EQ(update.from.true_at, parse_instant("2026-03-17T12:15:00Z").value());
  EXPECT_EQ(update.promised_by,
            parse_instant("2026-03-21T04:00:00Z").value());  // the rescheduled day, in New York
}

TEST(Ups, WhatIsBrokenIsAnErrorWithItsPlace) {
  EXPECT_FALSE(decode_track("{}"));
  const auto bad = decode_track(R"({"trackResponse":{"shipment":[{"package":[{"trackingNumber":7}]}]}})");
  ASSERT_FALSE(bad);
  EXPECT_TRUE(bad.error().detail.contains("trackingNumber")) << bad.error().detail;
  EXPECT_TRUE(decode_track(R"({"trackResponse":{"shipment":[{"warnings":[{"code":"TW0001"}]}]}})")->empty());
}

}  // namespace
}  // namespace forestall::carriers::ups
