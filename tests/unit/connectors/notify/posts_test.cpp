// SPDX-License-Identifier: Apache-2.0
// What is posted to Slack, to webhooks and to Alertmanager, and what their answers mean.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "connectors/notify/alertmanager/body.hpp"
#include "connectors/notify/http_delivery.hpp"
#include "connectors/notify/slack/body.hpp"
#include "connectors/notify/webhook/body.hpp"
#include "tests/unit/connectors/notify/notices.hpp"

namespace forestall::notify {
namespace {

namespace json = boost::json;
using ports::Outcome;

TEST(SlackBodyTest, CallsNobodyAndStaysWithinTheLimits) {
  auto notice = hostile_notice();
  for (int i = 0; i < 100; ++i) notice.items.push_back({.headline = std::string(5000, '&')});
  const auto body = slack::body_of(notice);
  const auto value = json::parse(body);
  const auto& blocks = value.at("blocks").as_array();
  EXPECT_LE(blocks.size(), 50u);
  for (const auto& block : blocks)
    if (block.at("type") == "section") {
      const std::string text(block.at("text").at("text").as_string());
      EXPECT_LE(text.size(), 3000u);
      EXPECT_FALSE(text.contains("<!") || text.contains("<script")) << text.substr(0, 100);
    }
  EXPECT_FALSE(std::string_view(value.at("text").as_string()).contains('<'))
      << "the text of the notification is parsed too";
  EXPECT_EQ(blocks[0].at("type"), "header");
  EXPECT_LE(blocks[0].at("text").at("text").as_string().size(), 150u);
  EXPECT_TRUE(body.contains("&lt;script&gt;"));
}

TEST(WebhookBodyTest, HoldsEverythingAndIsSigned) {
  const auto value = json::parse(webhook::body_of(hostile_notice()));
  EXPECT_EQ(value.at("version"), 1);
  EXPECT_EQ(value.at("id"), "fa-19a-00c0ffee");
  EXPECT_EQ(value.at("severity"), "urgent");
  EXPECT_TRUE(value.at("resolved").is_null());
  EXPECT_EQ(value.at("items").at(0).at("reference"), "3fa91c07");
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
  EXPECT_EQ(webhook::signature_of(Secret("secret"), Instant(std::chrono::seconds(1'700'000'000)), "{}"),
            "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163");
}

TEST(AlertmanagerBodyTest, TheSameKeyIsTheSameAlert) {
  auto notice = hostile_notice();
  const auto first = json::parse(alertmanager::body_of(notice)).at(0);
  notice.urgency = ports::Urgency::warning;
  notice.subject = "other";
  notice.resolved = notice.begun + std::chrono::hours(1);
  const auto second = json::parse(alertmanager::body_of(notice)).at(0);
  EXPECT_EQ(first.at("labels"), second.at("labels"));
  EXPECT_EQ(first.at("labels").at("alertname"), "Forestall_order_at_risk");
  EXPECT_FALSE(first.at("labels").as_object().contains("account")) << "an empty label";
  EXPECT_EQ(first.at("endsAt"), "2026-11-24T00:00:00Z");
  EXPECT_EQ(second.at("endsAt"), "2026-11-23T01:00:00Z");
}

http::Response answered(int status, std::vector<http::Header> headers = {}) {
  return {.status = status, .headers = std::move(headers)};
}

TEST(HttpDeliveryTest, EveryAnswerHasItsMeaning) {
  const Instant now(std::chrono::seconds(1'700'000'000));
  for (const int status : {200, 201, 202, 204})
    EXPECT_EQ(delivery_of(answered(status), now).outcome, Outcome::delivered);
  for (const int status : {301, 400, 401, 403, 404, 410, 413, 422})
    EXPECT_EQ(delivery_of(answered(status), now).outcome, Outcome::refused) << status;
  for (const int status : {408, 500, 502, 503, 504})
    EXPECT_EQ(delivery_of(answered(status), now).outcome, Outcome::unknown) << status;
  const auto later = delivery_of(answered(429, {{"Retry-After", "120"}}), now);
  EXPECT_EQ(later.outcome, Outcome::not_reached);
  EXPECT_EQ(later.retry_after, Millis(120'000));
  EXPECT_EQ(delivery_of(fail(ErrorCode::unavailable, "no connection"), now).outcome, Outcome::not_reached);
  EXPECT_EQ(delivery_of(fail(ErrorCode::outcome_unknown, "cut"), now).outcome, Outcome::unknown);
  EXPECT_EQ(delivery_of(fail(ErrorCode::invalid_argument, "a path"), now).outcome, Outcome::refused);
}

TEST(HttpDeliveryTest, TheRequestIsOnePostThatIsNeverRepeatedByTheClient) {
  const Instant now(std::chrono::seconds(1'700'000'000));
  auto place = place_of(http::parse_base_url("https://hooks.example/in/here").value());
  const HttpDialect plain{.body_of = [](const ports::Notice& n) { return "<" + n.id + ">"; }};
  const auto bare = request_of(place, plain, hostile_notice(), now);
  EXPECT_EQ(bare.method, http::Method::post);
  EXPECT_EQ(bare.base.path, "") << "the path stands once";
  EXPECT_EQ(bare.path, "/in/here");
  EXPECT_EQ(bare.body, "<" + hostile_notice().id + ">");
  EXPECT_EQ(bare.headers, (std::vector<http::Header>{{"Content-Type", "application/json"}}));
  EXPECT_TRUE(bare.secret_headers.empty()) << "no token, no header";
  EXPECT_FALSE(bare.idempotent());
  EXPECT_FALSE(bare.options.secret_path);

  place.token = Secret("t0ken");
  place.signing_secret = Secret("s1gn");
  HttpDialect signing = plain;
  signing.secret_path = true;
  signing.headers_of = [](const ports::Notice& n, const Secret& secret, Instant at, std::string_view body) {
    return std::vector<http::Header>{{"X-Sum", fmt::format("{} {} {} {}", n.id, secret.reveal(),
                                                           at.time_since_epoch().count(), body.size())}};
  };
  const auto full = request_of(place, signing, hostile_notice(), now);
  EXPECT_EQ(full.headers.front().value,
            fmt::format("{} s1gn 1700000000000 {}", hostile_notice().id, full.body.size()));
  ASSERT_EQ(full.secret_headers.size(), 1u);
  EXPECT_EQ(full.secret_headers[0].value.reveal(), "Bearer t0ken");
  EXPECT_TRUE(full.options.secret_path);

  EXPECT_EQ(place_of(http::parse_base_url("http://127.0.0.1:9093").value(), "/api/v2/alerts").path,
            "/api/v2/alerts");
  EXPECT_EQ(place_of(http::parse_base_url("http://127.0.0.1:9093").value()).path, "/");
}

}  // namespace
}  // namespace forestall::notify
