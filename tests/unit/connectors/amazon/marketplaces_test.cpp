// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/marketplaces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "connectors/amazon/connector.hpp"
#include "tests/support/http/fake_client.hpp"

namespace forestall::amazon {
namespace {

TEST(AmazonMarketplaces, EveryRowMakesSense) {
  std::set<std::string_view> ids, countries;
  for (const auto& row : marketplaces()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
    EXPECT_TRUE(countries.insert(row.country).second) << row.country;
    EXPECT_TRUE(Currency::parse(row.currency)) << row.currency;
  }
  EXPECT_EQ(http::to_string(api_of(find_marketplace("A1VC38T7YXB528")->region)),
            "https://sellingpartnerapi-fe.amazon.com");
}

TEST(AmazonMarketplaces, AWrongIdIsHelped) {
  EXPECT_THAT(find_marketplace("US").error().detail, testing::HasSubstr("ATVPDKIKX0DER"));
  EXPECT_THAT(find_marketplace("ATVPDKIKX0DEX").error().detail, testing::HasSubstr("did you mean"));
}

struct Fakes {
  ManualClock clock;
  SeededRandom random{1};
  MemoryLogSink sink;
  ports::Sessions sessions;
  test::FakeClient http{clock, [](const http::Request&) { return test::json_response(200, "{}"); }};
  ports::Context context{http, clock, random, Logger(sink), sessions};
  config::AccountSettings settings() {
    config::AccountSettings made;
    made.id = AccountId::literal("a");
    made.marketplace = "ATVPDKIKX0DER";
    made.merchant_id = "A1";
    return made;
  }
};

TEST(AmazonConnector, SaysWhichKeyIsWrong) {
  Fakes fakes;
  auto settings = fakes.settings();
  EXPECT_TRUE(make_marketplace(settings, fakes.context));
  settings.marketplace = "nowhere";
  EXPECT_THAT(make_marketplace(settings, fakes.context).error().detail,
              testing::HasSubstr("account a: marketplace"));
  settings = fakes.settings();
  settings.merchant_id.reset();
  EXPECT_THAT(make_marketplace(settings, fakes.context).error().detail, testing::HasSubstr("merchant_id"));
  settings = fakes.settings();
  settings.id = AccountId::literal("b");
  settings.rates["serchOrders"] = {1, 1};
  EXPECT_THAT(make_marketplace(settings, fakes.context).error().detail, testing::HasSubstr("searchOrders"));
  EXPECT_TRUE(fakes.http.requests.empty());
}

TEST(AmazonConnector, LimitsAreTheDocumentedOnesAndShared) {
  Fakes fakes;
  auto settings = fakes.settings();
  settings.credential = "main";
  auto other = settings;
  other.id = AccountId::literal("b");
  other.marketplace = "A2EUQ1WTGCTBG2";
  const auto table = operations({}).value();
  EXPECT_EQ(table[static_cast<std::size_t>(Op::search_orders)].documented, (Rate{0.0056, 20}));
  EXPECT_TRUE(table[static_cast<std::size_t>(Op::patch_listing)].act);
  EXPECT_FALSE(table[static_cast<std::size_t>(Op::patch_listing)].idempotent);
  EXPECT_EQ(table[static_cast<std::size_t>(Op::preview_patch)].name, "patchListingsItem");
  const auto one = make_marketplace(settings, fakes.context).value();
  const auto two = make_marketplace(other, fakes.context).value();
  EXPECT_EQ(Session::of(settings, fakes.context).value(), Session::of(other, fakes.context).value());
  EXPECT_EQ(one->earliest(ports::CallKind::poll, ports::Feed::orders), fakes.clock.monotonic());
}

}  // namespace
}  // namespace forestall::amazon
