// SPDX-License-Identifier: Apache-2.0
// Listings: reading, searching within its limits, and the life of a patch.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/integration/sandbox/running_sandbox.hpp"

namespace forestall::test {
namespace {

const std::string sku = "SKU-00009";  // its listing states a lead time

std::string patch_body(std::string_view op, std::string_view path, std::string_view value) {
  return fmt::format(R"({{"productType":"PRODUCT","patches":[{{"op":"{}","path":"{}","value":{}}}]}})", op,
                     path, value);
}

TEST(SandboxPatch, AcceptedIsLiveOnlyAfterItsDelay) {
  RunningSandbox sandbox({"--rate", "0.001"});
  const auto before = sandbox.live_quantity(sku);
  const auto patch = sandbox.patch_quantity(sku, 777);
  EXPECT_EQ(patch.status(), 200);
  EXPECT_EQ(patch.text("/status"), "ACCEPTED");
  EXPECT_EQ(patch.text("/submissionId").size(), 32U);
  sandbox.advance("479s");
  EXPECT_EQ(sandbox.live_quantity(sku), before);
  sandbox.advance("1s");
  EXPECT_EQ(sandbox.live_quantity(sku), 777);
  EXPECT_EQ(sandbox.live_quantity(sku, 2), before) << "the other account's listing is its own";
  const auto log = sandbox.control("writes");
  EXPECT_EQ(log.number("/total"), 1);
  EXPECT_EQ(log.number("/writes/0/quantity"), 777);
  EXPECT_EQ(log.text("/writes/0/account"), "amazon-us");
}

TEST(SandboxPatch, PreviewIsValidAndChangesNothing) {
  RunningSandbox sandbox({"--rate", "0.001"});
  const auto before = sandbox.live_quantity(sku);
  EXPECT_EQ(sandbox.patch_quantity(sku, 5, 1, "merge", "&mode=VALIDATION_PREVIEW").text("/status"), "VALID");
  EXPECT_EQ(sandbox.patch_quantity(sku, 5, 1, "merge", "&mode=PREVIEW").status(), 400);
  sandbox.advance("1h");
  EXPECT_EQ(sandbox.live_quantity(sku), before);
  EXPECT_TRUE(sandbox.control("writes").at("/writes/0/preview").as_bool());
}

TEST(SandboxPatch, WhatIsWrongArrivesAsInvalidWithStatus200) {
  RunningSandbox sandbox;
  const auto invalid = [&](const std::string& body) {
    sandbox.advance("1s");
    const auto answer = sandbox.amazon(sandbox.listing_target(sku), "PATCH", body);
    EXPECT_EQ(answer.status(), 200) << body;
    EXPECT_EQ(answer.text("/status"), "INVALID") << body;
    EXPECT_EQ(answer.text("/issues/0/severity"), "ERROR");
    return answer.text("/issues/0/code");
  };
  const std::string path = "/attributes/fulfillment_availability";
  EXPECT_EQ(invalid(patch_body("replace", "/attributes/fulfillmentAvailability",
                               R"([{"fulfillment_channel_code":"DEFAULT","quantity":1}])")),
            "90000900");
  EXPECT_EQ(invalid(patch_body("merge", path, R"([{"quantity":1}])")), "90220");
  EXPECT_EQ(invalid(patch_body("merge", path, R"([{"fulfillment_channel_code":"DEFAULT"}])")), "90220");
  EXPECT_EQ(invalid(patch_body("merge", path, R"([{"fulfillment_channel_code":"DEFAULT","quantity":-3}])")),
            "90225");
  EXPECT_EQ(invalid(patch_body("merge", path, R"([{"fulfillment_channel_code":"DEFAULT","quantity":"3"}])")),
            "90225");
  EXPECT_EQ(invalid(patch_body("merge", path, R"([{"fulfillment_channel_code":"SHOP","quantity":1}])")),
            "90244");
  EXPECT_EQ(sandbox.control("truth").number("/writes"), 0);
}

TEST(SandboxPatch, WhatIsMalformedArrivesAs400) {
  RunningSandbox sandbox;
  const auto status = [&](const std::string& body, const std::string& target) {
    sandbox.advance("1s");
    return sandbox.amazon(target, "PATCH", body).status();
  };
  const std::string target = sandbox.listing_target(sku);
  EXPECT_EQ(status("{", target), 400);
  EXPECT_EQ(status(R"({"patches":[{"op":"merge","path":"/attributes/x"}]})", target), 400);
  EXPECT_EQ(status(R"({"productType":"PRODUCT","patches":[]})", target), 400);
  EXPECT_EQ(status(patch_body("set", "/attributes/x", "[]"), target), 400);
  EXPECT_EQ(status(patch_body("merge", "/attributes/x", "{}"), target), 400);
  const std::string good = patch_body("merge", "/attributes/fulfillment_availability",
                                      R"([{"fulfillment_channel_code":"DEFAULT","quantity":1}])");
  EXPECT_EQ(status(good, target.substr(0, target.find('?'))), 400);
  EXPECT_EQ(status(good, sandbox.listing_target("no such thing")), 404);
  EXPECT_EQ(status(good, sandbox.listing_target(sku, 2)), 403) << "another seller's listing";
}

TEST(SandboxPatch, MergeKeepsTheLeadTimeAndReplaceLosesIt) {
  RunningSandbox sandbox;
  const auto has_lead_time = [&] {
    const auto item = sandbox.amazon(sandbox.listing_target(sku, 1, "&includedData=attributes"));
    return item.at("/attributes/fulfillment_availability/0")
        .as_object()
        .contains("lead_time_to_ship_max_days");
  };
  ASSERT_TRUE(has_lead_time());
  sandbox.patch_quantity(sku, 3, 1, "merge");
  sandbox.advance("10m");
  EXPECT_TRUE(has_lead_time());
  sandbox.patch_quantity(sku, 3, 1, "replace");
  sandbox.advance("10m");
  EXPECT_FALSE(has_lead_time());
}

TEST(SandboxPatch, FbaRecordsStandBesideDefaultOnes) {
  RunningSandbox sandbox;
  const auto records = [&](std::string_view of) {
    const auto item = sandbox.amazon(sandbox.listing_target(of, 1, "&includedData=fulfillmentAvailability"));
    return item.at("/fulfillmentAvailability").as_array().size();
  };
  EXPECT_EQ(records("FBA-0003"), 1U);
  sandbox.amazon(sandbox.listing_target(sku), "PATCH",
                 patch_body("replace", "/attributes/fulfillment_availability",
                            R"([{"fulfillment_channel_code":"AMAZON_NA"}])"));
  sandbox.patch_quantity("FBA-0003", 4);
  sandbox.advance("10m");
  EXPECT_EQ(records(sku), 2U);
  EXPECT_EQ(records("FBA-0003"), 2U);
  EXPECT_EQ(sandbox.control("truth").number("/accounts/amazon-us/fba_items_with_default"), 2);
}

TEST(SandboxListings, AwkwardSkusSurviveTheUrl) {
  RunningSandbox sandbox;
  for (const std::string name : {"A/B 50%", "#7+1", "O'Neil & Co", "Größe-L", "tab?=&"}) {
    const auto item = sandbox.amazon(sandbox.listing_target(name));
    ASSERT_EQ(item.status(), 200) << name;
    EXPECT_EQ(item.text("/sku"), name);
    sandbox.advance("1s");
    EXPECT_EQ(sandbox.patch_quantity(name, 1).text("/status"), "ACCEPTED") << name;
  }
  // Unescaped, as Amazon: a path it does not know.
  EXPECT_EQ(sandbox.amazon("/listings/2021-08-01/items/A1SANDBOX/A/B?marketplaceIds=ATVPDKIKX0DER").status(),
            403);
}

TEST(SandboxListings, SearchEndsAtAThousandItems) {
  RunningSandbox sandbox({"--skus", "1200"});
  const std::string target = "/listings/2021-08-01/items/A1SANDBOX?marketplaceIds=ATVPDKIKX0DER&pageSize=20";
  std::set<std::string> seen;
  std::string next;
  int pages = 0;
  do {
    sandbox.advance("1s");
    const auto page = sandbox.amazon(target + next);
    ASSERT_EQ(page.status(), 200) << page.reply.body;
    EXPECT_EQ(page.number("/numberOfResults"), 1220);
    for (const auto& item : page.at("/items").as_array())
      EXPECT_TRUE(seen.insert(std::string(item.at("sku").as_string())).second);
    const auto* pagination = page.json.as_object().if_contains("pagination");
    next = pagination == nullptr
               ? ""
               : "&pageToken=" + percent_encoded(std::string(pagination->at("nextToken").as_string()));
    ++pages;
  } while (!next.empty());
  EXPECT_EQ(pages, 50);
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(sandbox.amazon(target + "&pageSize=50").status(), 200) << "the first value counts";
  EXPECT_EQ(sandbox.amazon("/listings/2021-08-01/items/A1SANDBOX?marketplaceIds=ATVPDKIKX0DER&pageSize=50")
                .status(),
            400);
}

TEST(SandboxListings, SearchByIdentifiersAndByChange) {
  RunningSandbox sandbox;
  const std::string target = "/listings/2021-08-01/items/A1SANDBOX?marketplaceIds=ATVPDKIKX0DER";
  const auto two = sandbox.amazon(target + "&identifiersType=SKU&identifiers=SKU-00011,SKU-00012,nothing");
  EXPECT_EQ(two.number("/numberOfResults"), 2);
  sandbox.patch_quantity("SKU-00013", 0);
  sandbox.advance("10m");
  const auto changed =
      sandbox.amazon(target + "&lastUpdatedAfter=2026-02-02T00:00:00Z&includedData=summaries");
  EXPECT_EQ(changed.number("/numberOfResults"), 1);
  EXPECT_EQ(changed.text("/items/0/sku"), "SKU-00013");
  EXPECT_EQ(changed.at("/items/0/summaries/0/status"), boost::json::value(boost::json::array{"DISCOVERABLE"}))
      << "at zero: not buyable";
}

}  // namespace
}  // namespace forestall::test
