// SPDX-License-Identifier: Apache-2.0
// What comes by report or in many small pages: large catalogues, health, FBA; and what doctor asks.
#include <set>

#include "amazon_at_sandbox.hpp"

namespace forestall::amazon {
namespace {

using namespace std::chrono_literals;
using ports::Cursor;
using ports::Feed;

TEST(AmazonReports, ALargeCatalogueComesByReport) {
  AtSandbox at({"--skus", "2300", "--fba", "11", "--rate", "0.1"});
  const auto amazon = at.make();
  Cursor cursor;
  const auto states = only<model::ListingState>(at.sweep(*amazon, Feed::listings, cursor));
  std::set<std::string> skus;
  for (const auto& state : states) skus.insert(state.listing.str());
  EXPECT_EQ(skus.size(), 2311u);
  EXPECT_TRUE(skus.contains("Größe-L"));
  EXPECT_TRUE(skus.contains("tab?=&"));
  EXPECT_FALSE(at.last.more);
}

TEST(AmazonReports, ARestartGoesOnAtTheSameRow) {
  AtSandbox at({"--skus", "1500", "--fba", "0", "--rate", "0.1"});
  Cursor cursor;
  std::set<std::string> skus;
  std::size_t told = 0;
  for (int pages = 0; pages < 40; ++pages) {
    const auto amazon = at.make();  // nothing is remembered but the cursor
    if (pages > 0) at.advance(31s);
    const auto page = at.poll(*amazon, Feed::listings, cursor);
    ASSERT_TRUE(page) << to_string(page.error());
    for (const auto& state : only<model::ListingState>(page->observations)) {
      ++told;
      skus.insert(state.listing.str());
    }
    cursor = page->next;
    if (!page->more) break;
  }
  EXPECT_EQ(skus.size(), 1500u);
  EXPECT_EQ(told, 1520u);  // twenty by the search that told how many there are
}

TEST(AmazonReports, HealthTellsTheLimitInForce) {
  AtSandbox at({"--skus", "10", "--rate", "20"});
  at.advance(48h);
  const auto amazon = at.make();
  Cursor cursor;
  const auto health = only<model::AccountHealth>(at.sweep(*amazon, Feed::health, cursor));
  ASSERT_EQ(health.size(), 1u);
  EXPECT_TRUE(health[0].may_sell);
  ASSERT_EQ(health[0].readings.size(), 3u);
  EXPECT_EQ(health[0].readings[0].metric, model::HealthMetric::cancellation_rate);
  EXPECT_EQ(health[0].readings[0].limit, 0.025);
  EXPECT_GT(health[0].readings[0].of, 10);
  EXPECT_TRUE(cursor.text.empty());
}

TEST(AmazonReports, WhatAmazonHoldsIsAPoolOfItsOwn) {
  AtSandbox at({"--skus", "10", "--fba", "120"});
  auto settings = at.settings();
  EXPECT_EQ(at.run(at.make(settings)->poll(Feed::channel_stock, {}, 20s)).error().code,
            ErrorCode::unsupported);
  settings.pools = {"own", "fba"};
  const auto amazon = at.make(settings);
  Cursor cursor;
  const auto levels = only<model::StockLevel>(at.sweep(*amazon, Feed::channel_stock, cursor));
  EXPECT_EQ(levels.size(), 120u);
  for (const auto& level : levels) {
    EXPECT_TRUE(level.on_hand);
    EXPECT_EQ(level.location.str(), "fba");
  }
  // A token that has died: begin again.
  const auto first = at.poll(*amazon, Feed::channel_stock, {});
  ASSERT_TRUE(first);
  at.advance(31s);
  const auto late = at.poll(*amazon, Feed::channel_stock, first->next);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::conflict);
}

TEST(AmazonDoctor, EveryPermissionIsTestedAndNothingChanges) {
  AtSandbox at({"--skus", "30"});
  auto settings = at.settings();
  settings.pools = {"own", "fba"};
  const auto amazon = at.make(settings);
  const auto findings = at.run(amazon->examine(60s));
  EXPECT_GE(findings.size(), 8u);
  for (const auto& finding : findings) EXPECT_TRUE(finding.passed) << finding.what << ": " << finding.advice;
  const auto writes = at.sandbox.control("writes");
  ASSERT_EQ(writes.at("/writes").as_array().size(), 1u);
  EXPECT_TRUE(writes.at("/writes/0/preview").as_bool());
  EXPECT_EQ(writes.text("/writes/0/status"), "VALID");
}

TEST(AmazonDoctor, WrongCredentialsAreNamed) {
  AtSandbox at({"--skus", "30"});
  auto settings = at.settings();
  settings.client_secret.value = Secret("wrong");
  const auto findings = at.run(at.make(settings)->examine(60s));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_FALSE(findings[0].passed);
  EXPECT_THAT(findings[0].advice, testing::HasSubstr("invalid_client"));
  EXPECT_THAT(findings[0].advice, testing::Not(testing::HasSubstr("wrong")));
}

}  // namespace
}  // namespace forestall::amazon
