// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/carriers/easypost/decode.hpp"
#include "connectors/carriers/easypost/webhook.hpp"

namespace forestall::carriers::easypost {
namespace {

using model::ShipmentState;

std::string read(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}
const std::filesystem::path data =
    std::filesystem::path(FORESTALL_SOURCE_DIR) / "tests/data/carriers/easypost";

TEST(EasyPost, TheSignatureIsThatOfThePublishedExample) {
  std::string body = read(data / "event-body.json");
  ASSERT_TRUE(body.ends_with('\n'));
  body.pop_back();
  constexpr std::string_view good =
      "hmac-sha256-hex=38f3f53c103713df81616a0a186d77141957323ec21d5fe9363db93840f527db";
  EXPECT_TRUE(
      signature_holds("s\xc3\xa9"
                      "cret",
                      body, good));  // as it is typed
  EXPECT_TRUE(
      signature_holds("se\xcc\x81"
                      "cret",
                      body, good));  // already taken apart
  EXPECT_FALSE(signature_holds("secret", body, good));
  EXPECT_FALSE(signature_holds("", body, good));
  EXPECT_FALSE(
      signature_holds("s\xc3\xa9"
                      "cret",
                      body + " ", good));
  EXPECT_FALSE(
      signature_holds("s\xc3\xa9"
                      "cret",
                      body, good.substr(0, good.size() - 1)));
  EXPECT_FALSE(
      signature_holds("s\xc3\xa9"
                      "cret",
                      body, "38f3"));
}

TEST(EasyPost, HmacIsThatOfRfc4231) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(EasyPost, ReadsTheRecordedEvent) {
  const auto decoded = decode_event(read(data / "event-body.json"));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  ASSERT_EQ(decoded->records.size(), 1u);
  const auto update = summarise(decoded->records[0], {.tracking = TrackingId::literal("1")},
                                SourceId::literal("easypost"), parse_instant("2024-08-03T00:00:00Z").value());
  EXPECT_EQ(update.carrier.str(), "fedex");
  EXPECT_EQ(update.state, ShipmentState::in_transit);
  EXPECT_EQ(update.first_scan_at, parse_instant("2024-07-31T19:27:00Z").value());
  // "2024-08-05T00:00:00Z" is the fifth of August at the destination, not an instant.
  ASSERT_TRUE(decoded->records[0].promised.day);
  EXPECT_EQ(to_string(*decoded->records[0].promised.day), "2024-08-05");
}

TEST(EasyPost, ReadsTheRecordedList) {
  const auto decoded = decode_trackers(read(data / "trackers-list.json"));
  ASSERT_TRUE(decoded) << decoded.error().detail;
  EXPECT_TRUE(decoded->set_aside.empty());
  EXPECT_FALSE(decoded->records.empty());
  for (const TrackRecord& r : decoded->records) EXPECT_FALSE(r.promised.day) << "test mode makes dates up";
}

// "In transit to next facility" repeats for days, without a place: no scan.
TEST(EasyPost, MovementWithoutAPlaceIsNoScan) {
  constexpr std::string_view body =
      R"({"trackers":[{"tracking_code":"94","status":"in_transit","carrier":"USPS",
   "updated_at":"2026-03-05T00:00:00Z","tracking_details":[
   {"datetime":"2026-03-01T10:00:00Z","status":"in_transit","status_detail":"arrived_at_facility",
"tracking_location":{"city":"OHIO","zip":"43085","country":"US"}},
   {"datetime":"2026-03-03T00:00:00Z","status":"in_transit","status_detail":"in_transit",
"tracking_location":{"city":null,"zip":null}}]}]})";
  const auto decoded = decode_trackers(body);
  ASSERT_TRUE(decoded);
  const auto update = summarise(decoded->records.at(0), {.tracking = TrackingId::literal("94")},
                                SourceId::literal("easypost"), parse_instant("2026-03-05T00:00:00Z").value());
  EXPECT_EQ(update.last_scan_at, parse_instant("2026-03-01T10:00:00Z").value());
}

// Every recorded state of a tracker is read.
TEST(EasyPost, ReadsEveryRecordedTracker) {
  const auto path = std::filesystem::path(FORESTALL_SOURCE_DIR) /
                    "../shared/specs/carriers/recorded/easypost_extracted/trackers_unique.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "missing: " << path;
  const auto decoded = decode_trackers("{\"trackers\":" + read(path) + "}");
  ASSERT_TRUE(decoded) << decoded.error().detail;
  for (const Error& e : decoded->set_aside) ADD_FAILURE() << e.detail;
  EXPECT_EQ(decoded->records.size(), 247u);
}

}  // namespace
}  // namespace forestall::carriers::easypost
