// SPDX-License-Identifier: Apache-2.0
// Login with Amazon and the orders API: tokens, windows, pages, buckets, visibility.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/integration/sandbox/running_sandbox.hpp"

namespace forestall::test {
namespace {

const std::string orders = "/orders/2026-01-01/orders";
const std::string start = "2026-02-02T00:00:00Z";

TEST(SandboxLogin, RefusesWrongCredentialsAsAmazonDoes) {
  RunningSandbox sandbox;
  EXPECT_EQ(sandbox.token(1).number("/expires_in"), 3600);
  EXPECT_EQ(sandbox.token(1, "wrong").status(), 401);
  EXPECT_EQ(sandbox.token(1, "wrong").text("/error"), "invalid_client");
  EXPECT_EQ(sandbox.token(1, "", "wrong").status(), 400);
  EXPECT_EQ(sandbox.token(1, "", "wrong").text("/error"), "invalid_grant");
  EXPECT_EQ(sandbox.token(9).status(), 401);
}

TEST(SandboxLogin, AccessTokenLivesAnHour) {
  RunningSandbox sandbox;
  const std::string target = "/sellers/v1/marketplaceParticipations";
  const std::map<std::string, std::string> headers{
      {"x-amz-access-token", sandbox.token(1).text("/access_token")}};
  EXPECT_EQ(sandbox.raw({.target = target, .headers = headers}).status(), 200);
  EXPECT_EQ(sandbox.raw({.target = target}).status(), 403);
  auto nameless = headers;
  nameless["User-Agent"] = "";
  EXPECT_EQ(sandbox.raw({.target = target, .headers = nameless}).status(), 400);
  sandbox.advance("59m");
  EXPECT_EQ(sandbox.raw({.target = target, .headers = headers}).status(), 200);
  sandbox.advance("1m");
  const auto expired = sandbox.raw({.target = target, .headers = headers});
  EXPECT_EQ(expired.status(), 403);
  EXPECT_EQ(expired.text("/errors/0/code"), "Unauthorized");
}

TEST(SandboxOrders, WindowsAreCheckedAsAmazonChecksThem) {
  RunningSandbox sandbox;
  sandbox.advance("6h");
  const auto status = [&](const std::string& query) {
    sandbox.advance("3m");  // one token of the bucket
    return sandbox.amazon(orders + "?" + query).status();
  };
  EXPECT_EQ(status("includedData=FULFILLMENT"), 400);
  EXPECT_EQ(status("createdAfter=" + start + "&lastUpdatedAfter=" + start), 400);
  EXPECT_EQ(status("createdAfter=" + start + "&lastUpdatedBefore=2026-02-02T01:00:00Z"), 400);
  EXPECT_EQ(status("createdAfter=yesterday"), 400);
  EXPECT_EQ(status("createdAfter=" + start + "&maxResultsPerPage=5000"), 400);
  EXPECT_EQ(status("createdAfter=" + start + "&includedData=BOGUS"), 400);
  EXPECT_EQ(status("createdAfter=" + start + "&includedData=BUYER"), 403);
  EXPECT_EQ(status("createdAfter=" + start + "&fulfillmentStatuses=CANCELED"), 400) << "two L's here";
  EXPECT_EQ(status("lastUpdatedAfter=" + start + "&lastUpdatedBefore=2026-02-02T23:00:00Z"), 400)
      << "not in the future";
  EXPECT_EQ(status("lastUpdatedAfter=" + start), 200);
  EXPECT_EQ(status("paginationToken=nonsense"), 400);
}

TEST(SandboxOrders, BucketHoldsTwentyAndRefillsOneInThreeMinutes) {
  RunningSandbox sandbox;
  const std::string target = orders + "?createdAfter=2026-02-01T00:00:00Z";
  for (int i = 0; i < 20; ++i) {
    const auto page = sandbox.amazon(target);
    ASSERT_EQ(page.status(), 200) << i;
    EXPECT_EQ(page.reply.header("x-amzn-ratelimit-limit"), "0.0056");
    EXPECT_FALSE(page.reply.header("x-amzn-requestid").empty());
  }
  const auto refused = sandbox.amazon(target);
  EXPECT_EQ(refused.status(), 429);
  EXPECT_EQ(refused.text("/errors/0/code"), "QuotaExceeded");
  EXPECT_EQ(sandbox.amazon(target, "GET", "", 2).status(), 200) << "another credential, another bucket";
  sandbox.advance("178s");
  EXPECT_EQ(sandbox.amazon(target).status(), 429);
  sandbox.advance("1s");
  EXPECT_EQ(sandbox.amazon(target).status(), 200);
  EXPECT_EQ(sandbox.control("truth").number("/accounts/amazon-us/calls/searchOrders/throttled"), 2);
}

TEST(SandboxOrders, OrderIsReadableExactlyTwoMinutesAfterItWasPlaced) {
  RunningSandbox sandbox;
  const auto first = sandbox.control("clock").text("/next_event");
  sandbox.control("advance", "POST", R"({"next":true})");
  ASSERT_EQ(sandbox.control("truth").number("/orders/offered"), 1);
  const int account = sandbox.control("truth").number("/accounts/amazon-us/units/offered") > 0 ? 1 : 2;
  const auto count = [&] {
    return sandbox.amazon(orders + "?createdAfter=" + start, "GET", "", account)
        .at("/orders")
        .as_array()
        .size();
  };
  sandbox.advance("119s");
  EXPECT_EQ(count(), 0U);
  sandbox.advance("2s");
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(
      sandbox.amazon(orders + "?createdAfter=" + start, "GET", "", account).text("/orders/0/createdTime"),
      first);
}

// Reading by pages and by windows gives every order once, and what it says agrees with the truth.
TEST(SandboxOrders, PagesAndWindowsMissNothing) {
  RunningSandbox sandbox(
      {"--skus", "100", "--rate", "4", "--days", "3", "--withdrawn", "0.2", "--pick-after", "2h"});
  sandbox.advance("3d");
  sandbox.control("finish", "POST");
  sandbox.advance("1d");
  std::map<std::string, std::string> status;
  std::int64_t units = 0, shipped = 0, withdrawn = 0;
  for (const int account : {1, 2}) {
    std::string query =
        "?lastUpdatedAfter=" + start + "&maxResultsPerPage=37&includedData=FULFILLMENT,CANCELLATION";
    for (;;) {
      sandbox.advance("3m");
      const auto page = sandbox.amazon(orders + query, "GET", "", account);
      ASSERT_EQ(page.status(), 200) << page.reply.body;
      for (const auto& order : page.at("/orders").as_array()) {
        const std::string id(order.at("orderId").as_string());
        EXPECT_TRUE(status.emplace(id, order.at("fulfillment").at("fulfillmentStatus").as_string()).second)
            << id;
        for (const auto& item : order.at("orderItems").as_array()) {
          units += item.at("quantityOrdered").as_int64();
          shipped += item.at("fulfillment").at("quantityFulfilled").as_int64();
          EXPECT_EQ(item.at("fulfillment").at("quantityUnfulfilled").as_int64(), 0) << "all is over";
          const auto* cancellation = item.as_object().if_contains("cancellation");
          if (cancellation == nullptr) continue;
          const auto& by = cancellation->at("cancellationExecution").at("cancelledBy").as_string();
          if (by != "MERCHANT") withdrawn += item.at("quantityOrdered").as_int64();
        }
      }
      const auto* pagination = page.json.as_object().if_contains("pagination");
      if (pagination == nullptr) break;
      query = "?includedData=FULFILLMENT,CANCELLATION&paginationToken=" +
              percent_encoded(std::string(pagination->at("nextToken").as_string()));
    }
  }
  const auto truth = sandbox.control("truth");
  EXPECT_EQ(static_cast<std::int64_t>(status.size()), truth.number("/orders/accepted"));
  EXPECT_EQ(units, truth.number("/units/accepted"));
  EXPECT_EQ(shipped, truth.number("/units/filled"));
  EXPECT_EQ(withdrawn, truth.number("/units/withdrawn"));
  EXPECT_GT(withdrawn, 0);
  for (const auto& [id, word] : status)
    EXPECT_TRUE(word == "SHIPPED" || word == "CANCELLED") << id << " " << word;
}

TEST(SandboxOrders, PageTokenLivesADayAndBelongsToItsAccount) {
  RunningSandbox sandbox({"--rate", "5"});
  sandbox.advance("12h");
  const auto first = sandbox.amazon(orders + "?createdAfter=" + start + "&maxResultsPerPage=1");
  const std::string next =
      orders + "?paginationToken=" + percent_encoded(first.text("/pagination/nextToken"));
  EXPECT_EQ(sandbox.amazon(next).status(), 200);
  EXPECT_EQ(sandbox.amazon(next, "GET", "", 2).status(), 400);
  sandbox.advance("24h");
  EXPECT_EQ(sandbox.amazon(next).status(), 400);
}

TEST(SandboxOrders, BuyersRequestToCancelShowsAndChangesTheOrder) {
  RunningSandbox sandbox({"--rate", "5", "--pending", "0", "--withdrawn", "0"});
  sandbox.advance("3h");
  const auto page = sandbox.amazon(orders + "?createdAfter=2026-02-02T02:00:00Z&maxResultsPerPage=1");
  const std::string id = page.text("/orders/0/orderId");
  const std::string one = orders + "/" + id + "?includedData=CANCELLATION,FULFILLMENT";
  const std::string body = fmt::format(R"({{"account":"amazon-us","order":"{}"}})", id);
  EXPECT_FALSE(sandbox.amazon(one).at("/order/orderItems/0").as_object().contains("cancellation"));
  EXPECT_EQ(sandbox.control("cancel-request", "POST", body).status(), 200);
  const auto asked = sandbox.amazon(one);
  EXPECT_EQ(asked.text("/order/orderItems/0/cancellation/cancellationRequest/requester"), "BUYER");
  EXPECT_EQ(asked.text("/order/lastUpdatedTime"), "2026-02-02T03:00:00Z");
  EXPECT_EQ(asked.text("/order/fulfillment/fulfillmentStatus"), "UNSHIPPED")
      << "it is for the seller to decide";
  sandbox.advance("3m");
  const auto changed = sandbox.amazon(orders + "?lastUpdatedAfter=2026-02-02T03:00:00Z&maxResultsPerPage=1");
  EXPECT_EQ(changed.text("/orders/0/orderId"), id);
  EXPECT_EQ(sandbox.control("cancel-request", "POST", R"({"account":"amazon-us","order":"x"})").status(),
            400);
}

TEST(SandboxOrders, OneOrderByItsId) {
  RunningSandbox sandbox({"--rate", "5"});
  sandbox.advance("12h");
  const auto page = sandbox.amazon(orders + "?createdAfter=" + start + "&maxResultsPerPage=1");
  const auto one =
      sandbox.amazon(orders + "/" + page.text("/orders/0/orderId") + "?includedData=FULFILLMENT");
  EXPECT_EQ(one.text("/order/orderId"), page.text("/orders/0/orderId"));
  EXPECT_EQ(one.text("/order/fulfillment/fulfilledBy"), "MERCHANT");
  EXPECT_EQ(page.json.at_pointer("/orders/0").as_object().contains("fulfillment"), false)
      << "only where asked for";
  EXPECT_EQ(sandbox.amazon(orders + "/111-0000000-0000000").status(), 404);
}

}  // namespace
}  // namespace forestall::test
