// SPDX-License-Identifier: Apache-2.0
// Scripted faults, and a person at the channel.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/integration/sandbox/running_sandbox.hpp"

namespace forestall::test {
namespace {

const std::string participations = "/sellers/v1/marketplaceParticipations";
const std::string sku = "SKU-00020";

void script(const RunningSandbox& sandbox, const std::string& fault) {
  ASSERT_EQ(sandbox.control("faults", "POST", R"({"faults":[)" + fault + "]}").status(), 200);
}

TEST(SandboxFaults, EachKindLooksAsItShould) {
  RunningSandbox sandbox;
  ASSERT_EQ(sandbox.amazon(participations).status(), 200);
  script(sandbox, R"({"operation":"getMarketplaceParticipations","fault":"reset"})");
  EXPECT_EQ(sandbox.amazon(participations).reply.broken, "Connection reset by peer");
  script(sandbox, R"({"operation":"getMarketplaceParticipations","fault":"timeout"})");
  EXPECT_EQ(sandbox.amazon(participations, "GET", "", 1, std::chrono::milliseconds{200}).reply.broken,
            "timeout");
  script(
      sandbox,
      R"({"operation":"getMarketplaceParticipations","fault":"status","status":503,"html":true,"retry_after":7})");
  const auto gateway = sandbox.amazon(participations);
  EXPECT_EQ(gateway.status(), 503);
  EXPECT_EQ(gateway.reply.header("content-type"), "text/html");
  EXPECT_EQ(gateway.reply.header("retry-after"), "7");
  script(sandbox, R"({"operation":"getMarketplaceParticipations","fault":"status","status":401})");
  EXPECT_EQ(sandbox.amazon(participations).status(), 401);
  script(sandbox, R"({"operation":"getMarketplaceParticipations","fault":"truncated"})");
  const auto half = sandbox.amazon(participations);
  EXPECT_EQ(half.status(), 0);
  EXPECT_FALSE(half.reply.broken.empty());
  script(sandbox, R"({"operation":"getMarketplaceParticipations","fault":"invalid_json"})");
  const auto nonsense = sandbox.amazon(participations);
  EXPECT_EQ(nonsense.status(), 200);
  EXPECT_TRUE(nonsense.json.is_null());
  EXPECT_EQ(sandbox.amazon(participations).status(), 200) << "each struck once";
  EXPECT_EQ(sandbox.control("truth").number("/accounts/amazon-us/calls/getMarketplaceParticipations/faults"),
            6);
}

TEST(SandboxFaults, NthCallOfOneAccountOnly) {
  RunningSandbox sandbox;
  script(
      sandbox,
      R"({"operation":"getMarketplaceParticipations","account":"amazon-us","nth":2,"count":2,"fault":"status"})");
  EXPECT_EQ(sandbox.amazon(participations, "GET", "", 2).status(), 200);
  EXPECT_EQ(sandbox.amazon(participations).status(), 200);
  EXPECT_EQ(sandbox.amazon(participations, "GET", "", 2).status(), 200);
  EXPECT_EQ(sandbox.amazon(participations).status(), 500);
  EXPECT_EQ(sandbox.amazon(participations).status(), 500);
  EXPECT_EQ(sandbox.amazon(participations).status(), 200);
}

TEST(SandboxFaults, LostAnswerMeansThatTheWriteWasDone) {
  RunningSandbox sandbox({"--rate", "0.001"});
  script(
      sandbox,
      R"({"operation":"patchListingsItem","fault":"lost_answer"},{"operation":"patchListingsItem","nth":2,"fault":"reset"})");
  EXPECT_EQ(sandbox.patch_quantity(sku, 41).status(), 0);
  EXPECT_EQ(sandbox.patch_quantity(sku, 42).status(), 0);
  EXPECT_EQ(sandbox.control("writes").number("/total"), 1) << "the first was taken, the second was not";
  sandbox.advance("8m");
  EXPECT_EQ(sandbox.live_quantity(sku), 41);
}

TEST(SandboxFaults, WriteGoesLiveLate) {
  RunningSandbox sandbox({"--rate", "0.001"});
  script(sandbox, R"({"operation":"patchListingsItem","fault":"delay_live","delay":"2h"})");
  EXPECT_EQ(sandbox.patch_quantity(sku, 43).text("/status"), "ACCEPTED");
  sandbox.patch_quantity(sku, 44);
  sandbox.advance("2h7m");
  EXPECT_EQ(sandbox.live_quantity(sku), 44);
  sandbox.advance("1m");
  EXPECT_EQ(sandbox.live_quantity(sku), 43) << "after the newer one";
}

TEST(SandboxFaults, LateAnswerComesWhenItsTimeHasCome) {
  RunningSandbox sandbox({"--speed", "1000"});
  ASSERT_EQ(sandbox.amazon(participations).status(), 200);
  script(sandbox, R"({"operation":"getMarketplaceParticipations","fault":"late_answer","delay":"300s"})");
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(sandbox.amazon(participations).status(), 200);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds{300});
}

TEST(SandboxFaults, TokenEndpointFailsToo) {
  RunningSandbox sandbox;
  script(sandbox, R"({"operation":"token","fault":"status","status":503})");
  EXPECT_EQ(sandbox.token(1).status(), 503);
  EXPECT_EQ(sandbox.token(1).status(), 200);
}

TEST(SandboxFaults, BadScriptsAreRefused) {
  RunningSandbox sandbox;
  EXPECT_EQ(sandbox.control("faults", "POST", "{").status(), 400);
  EXPECT_EQ(sandbox.control("faults", "POST", R"({"faults":[{"fault":"gremlin"}]})").status(), 400);
  EXPECT_EQ(sandbox.control("faults", "POST", R"({"faults":[{"fault":"status","status":200}]})").status(),
            400);
}

TEST(SandboxPerson, EditsAreLiveAtOnce) {
  RunningSandbox sandbox({"--rate", "0.001"});
  const auto edit = [&](const std::string& fields) {
    return sandbox
        .control("edit", "POST", fmt::format(R"({{"account":"amazon-us","sku":"{}",{}}})", sku, fields))
        .status();
  };
  EXPECT_EQ(edit(R"("quantity":3,"price_minor":4242,"active":false)"), 200);
  EXPECT_EQ(sandbox.live_quantity(sku), 3);
  const auto item = sandbox.amazon(sandbox.listing_target(sku, 1, "&includedData=summaries,offers"));
  EXPECT_EQ(item.text("/offers/0/price/amount"), "42.42");
  EXPECT_EQ(item.at("/summaries/0/status"), boost::json::value(boost::json::array{"DISCOVERABLE"}));
  EXPECT_EQ(item.text("/summaries/0/lastUpdatedDate"), sandbox.control("clock").text("/now"));
  EXPECT_EQ(edit(R"("quantity":-1)"), 400);
  EXPECT_EQ(edit(R"("active":true)"), 200);
  EXPECT_EQ(sandbox.control("edit", "POST", R"({"account":"amazon-us","sku":"nothing"})").status(), 400);
}

TEST(SandboxPerson, ClosedListingSellsNothing) {
  RunningSandbox sandbox({"--skus", "5", "--rate", "50", "--accounts", "1"});
  for (int i = 0; i < 5; ++i)
    sandbox.control("edit", "POST",
                    fmt::format(R"({{"account":"amazon-us","sku":"SKU-{:05}","active":false}})", i));
  sandbox.advance("1d");
  const auto truth = sandbox.control("truth");
  EXPECT_GT(truth.number("/units/offered"), 0);
  EXPECT_EQ(truth.number("/units/accepted"), 0);
}

}  // namespace
}  // namespace forestall::test
