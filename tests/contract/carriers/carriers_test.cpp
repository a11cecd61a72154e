// SPDX-License-Identifier: Apache-2.0
// Every carrier against a server that breaks every call in every way: a typed error, or the truth.
#include <gtest/gtest.h>

#include "connectors/registry/registry.hpp"
#include "tests/support/http/client_room.hpp"
#include "tests/support/http/injection.hpp"
#include "tests/support/http/run.hpp"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using model::ShipmentState;

struct Scenario {
  std::string kind;
  std::string number;
  std::string answer;  // to the tracking call
  Instant last_scan;
};

Instant at(std::string_view text) { return parse_instant(text).value(); }

std::vector<Scenario> scenarios() {
  return {{"easypost", "9400111206206406260787",
           R"({"trackers":[{"tracking_code":"9400111206206406260787","status":"in_transit","carrier":"USPS",
"mode":"production",
"updated_at":"2026-03-05T00:00:00Z","est_delivery_date":"2026-03-09T00:00:00Z","tracking_details":
[{"datetime":"2026-03-01T10:00:00Z",
"status":"in_transit","status_detail":"arrived_at_facility","tracking_location":{"city":"OHIO",
"state":"OH","zip":"43085","country":"US"}}]}]})",
           at("2026-03-01T10:00:00Z")},
          {"fedex", "986578788855",
           R"({"output":{"completeTrackResults":[{"trackingNumber":"986578788855","trackResults":
[{"latestStatusDetail":{"code":"IT","derivedCode":"IT"},
"scanEvents":[{"date":"2026-03-01T03:00:00-07:00","eventType":"AR","scanLocation":{"countryCode":"US",
"stateOrProvinceCode":"CA"}}]}]}]}})",
           at("2026-03-01T10:00:00Z")},
          {"ups", "1Z5R89390357567127",
           R"({"trackResponse":{"shipment":[{"package":[{"trackingNumber":"1Z5R89390357567127",
"currentStatus":{"code":"005"},
"activity":[{"gmtDate":"20260301","gmtTime":"100000","logicalScan":false,"status":{"type":"I",
"code":"AR","statusCode":"005"}}]}]}]}})",
           at("2026-03-01T10:00:00Z")}};
}

Result<std::unique_ptr<ports::Carrier>> make(test::ClientRoom& room, const Scenario& s,
                                             const http::BaseUrl& url) {
  config::CarrierSettings settings;
  settings.id = SourceId::literal(s.kind);
  settings.kind = s.kind;
  settings.base_url = config::parse_url(http::to_string(url)).value();
  if (s.kind == "ups") settings.base_url->path = "/api";  // as UPS documents it
  settings.client_id = "me";
  settings.client_secret.value = Secret("hush");
  settings.token.value = Secret("key");
  settings.webhook_secret.value = Secret("hook");
  settings.rate = Rate{.per_second = 1e6, .burst = 1e6};
  return connectors::make(connectors::registry(), settings, room.context());
}

class Carriers : public testing::TestWithParam<Scenario> {};

TEST_P(Carriers, SurviveEveryBreakOfEveryCall) {
  const Scenario& s = GetParam();
  test::ClientRoom room(LogLevel::error);
  test::ScriptedServer server(room.io.get_executor(), room.clock);
  const auto answer = [&](const test::SeenRequest& request) {
    // UPS writes the life of a token as text.
    if (request.target.contains("oauth/token") && request.target.starts_with("/api"))
      return test::json_reply("{}");  // tokens are not given out below /api
    if (request.target.contains("oauth/token"))
      return test::json_reply(R"({"access_token":"t","token_type":"Bearer","expires_in":"14399"})");
    return test::json_reply(s.answer);
  };
  int read = 0;
  const auto runs = test::inject_everywhere(server, answer, [&](const test::Broken* broken) {
    SCOPED_TRACE(broken != nullptr ? broken->to_string() : "unbroken");
    auto carrier = make(room, s, server.url());
    ASSERT_TRUE(carrier) << carrier.error().detail;
    const ports::Parcel parcel{.account = AccountId::literal("shop"),
                               .order = OrderId::literal("1"),
                               .tracking = TrackingId::literal(s.number)};
    auto page = test::run(room.io, (*carrier)->track({parcel}, broken == nullptr ? Millis(30s) : 400ms));
    if (!page) {
      EXPECT_NE(broken, nullptr) << page.error().detail;
      EXPECT_FALSE(page.error().detail.empty());
      EXPECT_FALSE(page.error().detail.contains("hush"));
      EXPECT_NE(page.error().code, ErrorCode::internal);
      EXPECT_NE(page.error().code, ErrorCode::outcome_unknown) << "reading changes nothing";
      return;
    }
    ASSERT_LE(page->observations.size(), 1u);
    if (page->observations.empty()) return;  // set aside, or not ours any more
    const auto& update = std::get<model::ShipmentUpdate>(page->observations[0]);
    EXPECT_EQ(update.tracking.str(), s.number);
    EXPECT_TRUE(model::check(page->observations[0])) << model::check(page->observations[0]).error().detail;
    // What is missing is unknown; what is there is right.
    if (update.last_scan_at && broken == nullptr) EXPECT_EQ(*update.last_scan_at, s.last_scan);
    if (update.delivered_at) ADD_FAILURE() << "nothing said that it was delivered";
    if (broken == nullptr) {
      EXPECT_EQ(update.state, ShipmentState::in_transit);
      EXPECT_EQ(update.last_scan_at, s.last_scan);
    }
    ++read;
  });
  EXPECT_GT(runs, 30u);
  EXPECT_GT(read, 5);
}

TEST_P(Carriers, ClaimOnlyWhatTheyServeAndRefuseUnsignedMessages) {
  const Scenario& s = GetParam();
  test::ClientRoom room(LogLevel::error);
  auto carrier = make(room, s, {.tls = false, .host = "127.0.0.1", .port = 9, .path = ""});
  ASSERT_TRUE(carrier);
  EXPECT_TRUE((*carrier)->serves({}, TrackingId::literal(s.number)));
  EXPECT_FALSE((*carrier)->serves(CarrierId::literal("amazon"), TrackingId::literal("TBA123456789012")));
  EXPECT_EQ((*carrier)->read_webhook({}, "{}").error().code, ErrorCode::unauthenticated);
  EXPECT_EQ((*carrier)->read_webhook({{"X-Hmac-Signature", "hmac-sha256-hex=00"}}, "{}").error().code,
            ErrorCode::unauthenticated);
  const std::vector<ports::Parcel> many((*carrier)->traits().most_per_call + 1);
  EXPECT_EQ(test::run(room.io, (*carrier)->track(many, 100ms)).error().code, ErrorCode::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(All, Carriers, testing::ValuesIn(scenarios()),
                         [](const auto& i) { return i.param.kind; });

}  // namespace
}  // namespace forestall
