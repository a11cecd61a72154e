// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "connectors/carriers/fedex/decode.hpp"

namespace forestall::carriers::fedex {
namespace {

using model::ShipmentState;

TEST(FedEx, MidnightIsADayAndNotAnInstant) {
  EXPECT_EQ(read_time("2024-08-15T00:00:00").day, parse_civil_date("2024-08-15").value());
  EXPECT_EQ(read_time("2024-08-15T00:00:00-06:00").day, parse_civil_date("2024-08-15").value());
  EXPECT_FALSE(read_time("2024-08-15T00:00:00-06:00").at);
  EXPECT_EQ(read_time("2024-08-15T10:36:00").day, parse_civil_date("2024-08-15").value());  // whose clock?
  EXPECT_EQ(read_time("2024-08-15T10:36:00-07:00").at, parse_instant("2024-08-15T17:36:00Z").value());
  EXPECT_FALSE(read_time("").day);
  EXPECT_FALSE(read_time("yesterday, at noon").day);
}

// A number used twice: the old parcel was delivered, ours runs late.
constexpr std::string_view body =
    R"({"output":{"completeTrackResults":[{"trackingNumber":"986578788855","trackResults":[
 {"latestStatusDetail":{"code":"DL","derivedCode":"DL"},"dateAndTimes":[{"type":"SHIP",
"dateTime":"2025-11-02T00:00:00-06:00"}],
  "scanEvents":[{"date":"2025-11-04T10:00:00-05:00","eventType":"DL","scanLocation":{"countryCode":"US"}}]},
 {"latestStatusDetail":{"code":"FD","derivedCode":"RL","delayDetail":{"status":"DELAYED"}},
  "dateAndTimes":[{"type":"SHIP","dateTime":"2026-03-15T00:00:00-06:00"},{"type":"ESTIMATED_DELIVERY",
"dateTime":"2026-03-19T00:00:00-06:00"}],
  "recipientInformation":{"address":{"countryCode":"US","stateOrProvinceCode":"CA"}},
  "scanEvents":[{"date":"2026-03-17T06:10:00-07:00","eventType":"OD","derivedStatusCode":"IT",
"scanLocation":{"countryCode":"US","stateOrProvinceCode":"CA"}},
   {"date":"2026-03-17T05:00:00-07:00","eventType":"AO","scanLocation":{"countryCode":"US",
"stateOrProvinceCode":"CA"}},
   {"date":"2026-03-15T00:00:00","eventType":"PU","scanLocation":{"countryCode":"US",
"stateOrProvinceCode":"CA"}}]}]},
 {"trackingNumber":"1","trackResults":[{"error":{"code":"TRACKING.TRACKINGNUMBER.NOTFOUND","message":"x"}}]},
 {"trackingNumber":"2","trackResults":[{"error":{"code":"SYSTEM.UNEXPECTED.ERROR"}}]},
 {"trackingNumber":"3","trackResults":[{"scanEvents":"none"}]}]}})";

TEST(FedEx, ReadsParcelsAndSetsAsideWhatItCannot) {
  const auto decoded = decode_track(body);
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_EQ(decoded->set_aside.size(), 2u);
  ASSERT_EQ(decoded->records.size(), 2u);
  const ports::Parcel parcel{.tracking = TrackingId::literal("986578788855"),
                             .handed_over_at = parse_instant("2026-03-16T00:00:00Z").value()};
  const TrackRecord* ours = choose(decoded->records, parcel);
  ASSERT_EQ(ours, &decoded->records[1]);
  const auto now = parse_instant("2026-03-18T00:00:00Z").value();
  const auto update = summarise(*ours, parcel, SourceId::literal("fedex"), now);
  EXPECT_FALSE(update.delivered_at);
  EXPECT_EQ(update.last_scan_at, parse_instant("2026-03-17T13:10:00Z").value());
  EXPECT_EQ(update.first_scan_at,
            parse_instant("2026-03-16T07:00:00Z").value());  // some time on the 15th in California
  EXPECT_EQ(update.promised_by, parse_instant("2026-03-20T07:00:00Z").value());  // the end of the 19th there
}

}  // namespace
}  // namespace forestall::carriers::fedex
