// SPDX-License-Identifier: Apache-2.0
// What a carrier pushes: read when it is signed, refused in every other case, whatever it holds.
#include <gmock/gmock.h>

#include "connectors/carriers/easypost/webhook.hpp"
#include "tests/integration/daemon/polling/observed_world.hpp"
#include "tests/support/ask/ask.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view secret = "sandbox-webhook";
constexpr std::string_view event =
    R"({"description":"tracker.updated","result":{"tracking_code":"9400100000000000000000","status":"in_transit",)"
    R"("carrier":"USPS","updated_at":"2026-03-10T12:00:00Z","tracking_details":[]}})";

struct Webhook : testing::Test {
  Webhook() : world({.sandbox = {"--seed", "5", "--skus", "20", "--days", "3", "--speed", "1"}}) {
    world.start_daemon();
  }
  AskedReply post(std::string_view body, std::string_view signature, std::string_view carrier = "parcels") {
    Ask ask{.method = "POST",
            .target = "/api/v1/carriers/" + std::string(carrier) + "/webhook",
            .body = std::string(body)};
    ask.headers["Content-Type"] = "application/json";
    if (!signature.empty()) ask.headers["X-Hmac-Signature"] = std::string(signature);
    return http(world.api_port(), ask);
  }
  static std::string sign(std::string_view body) {
    return "hmac-sha256-hex=" + carriers::easypost::hmac_sha256_hex(secret, body);
  }
  ObservedWorld world;
};

TEST_F(Webhook, OnlyWhatIsSignedIsRead) {
  ASSERT_TRUE(world.daemon().wait_for_err("event=orders_loaded")) << world.daemon().err();
  const auto good = post(event, sign(event));
  EXPECT_EQ(good.status, 200) << good.body;
  EXPECT_THAT(good.body, HasSubstr("\"parcels\":0")) << "nobody asked about it";

  EXPECT_EQ(post(event, "").status, 401);
  EXPECT_EQ(post(event, "hmac-sha256-hex=00").status, 401);
  EXPECT_EQ(post(event, "38f3").status, 401);
  EXPECT_EQ(post(std::string(event) + " ", sign(event)).status, 401) << "the signature is of other bytes";
  const auto refused = post(event, "hmac-sha256-hex=" + carriers::easypost::hmac_sha256_hex("guess", event));
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, Not(HasSubstr(std::string(secret))));
  EXPECT_EQ(post(event, sign(event), "nobody").status, 404);

  for (const std::string body :
       {"", "{", "[]", R"({"description":7})", R"({"description":"tracker.updated"})",
        R"({"description":"tracker.updated","result":{"tracking_code":7,"status":"x"}})"}) {
    const auto answer = post(body, sign(body));
    EXPECT_EQ(answer.status / 100, 4) << body << ": " << answer.status << " " << answer.body;
  }
  EXPECT_EQ(post(R"({"description":"batch.created","result":{}})",
                 sign(R"({"description":"batch.created","result":{}})"))
                .status,
            200)
      << "of another kind";
  const std::string large(2 << 20, 'x');
  EXPECT_EQ(post(large, sign(large)).status, 413);
  EXPECT_EQ(post(event, sign(event)).status, 200) << "and goes on";
}

}  // namespace
}  // namespace forestall::test
