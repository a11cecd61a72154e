// SPDX-License-Identifier: Apache-2.0
// What concerns more than one key: references, conflicts, currencies, authorities.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/settings/load.hpp"
#include "tests/unit/config/settings/full_config.hpp"

namespace forestall::config {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// The problems of the full configuration with one piece of it replaced.
std::string with(std::string_view from, std::string_view to) {
  std::string text = test::full_config;
  const auto at = text.find(from);
  if (at == std::string::npos) return "the test's text is not in the configuration";
  text.replace(at, from.size(), to);
  const auto settings = parse(text, "f.toml", {.read_secrets = false});
  return settings ? "none" : to_string(settings.error());
}

std::string and_also(std::string_view more) {
  const auto settings =
      parse(std::string(test::full_config) + std::string(more), "f.toml", {.read_secrets = false});
  return settings ? "none" : to_string(settings.error());
}

TEST(Check, the_full_configuration_is_good) { EXPECT_EQ(and_also(""), "none"); }

TEST(Check, what_follows_from_the_seller_is_filled_in) {
  const auto settings = parse(test::full_config, "/etc/f.toml", {.read_secrets = false});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->accounts[0].time_zone->name(), "Europe/Berlin");
  EXPECT_EQ(settings->accounts[0].currency->code(), "EUR");
  EXPECT_EQ(settings->accounts[0].credential, "amazon-de");
  EXPECT_EQ(settings->stocks[0].time_zone->name(), "Europe/Berlin");
  EXPECT_EQ(settings->stocks[0].path, "/etc/stock");
}

TEST(Check, whoever_is_named_exists) {
  EXPECT_EQ(with("seller = \"acme\"\nkind = \"amazon\"", "seller = \"amce\"\nkind = \"amazon\""),
            "f.toml:20:10: account[amazon-de].seller: expected the id of a [[seller]], found \"amce\" (did "
            "you mean "
            "\"acme\"?)\n");
  EXPECT_THAT(with("accounts = [\"amazon-de\"]", "accounts = [\"amazon-fr\"]"),
              HasSubstr("notify[ops].accounts: expected the id of a [[account]], found \"amazon-fr\""));
  EXPECT_THAT(with("accounts = [\"amazon-de\"]", "sellers = [\"else\"]"), HasSubstr("notify[ops].sellers"));
  EXPECT_THAT(with("accounts = [\"amazon-de\"]", "escalate_to = \"boss\""),
              HasSubstr("notify[ops].escalate_to"));
  EXPECT_THAT(with("accounts = [\"amazon-de\"]", "escalate_to = \"ops\""), HasSubstr("another [[notify]]"));
}

TEST(Check, an_id_stands_for_one_thing) {
  EXPECT_EQ(and_also("\n[[seller]]\nid = \"acme\"\ntime_zone = \"UTC\"\ncurrency = \"USD\"\n"),
            "f.toml:58:6: seller[acme].id: expected an id that no other seller has, found \"acme\" again "
            "(first in the "
            "table at line 10)\n");
  EXPECT_THAT(with("id = \"parcels\"", "id = \"amazon-de\""),
              HasSubstr("no other account, stock or carrier"));
  EXPECT_THAT(with("id = \"warehouse\"", "id = \"amazon-de\""),
              HasSubstr("no other account, stock or carrier"));
}

TEST(Check, each_kind_has_what_it_needs) {
  EXPECT_THAT(with("kind = \"amazon\"", "kind = \"amazom\""),
              HasSubstr("expected one of amazon, found \"amazom\" (did you mean \"amazon\"?)"));
  EXPECT_THAT(with("merchant_id = \"A2X\"\n", ""), HasSubstr("account[amazon-de].merchant_id"));
  EXPECT_THAT(with("refresh_token_credential = \"amazon-eu\"\n", ""),
              HasSubstr("account[amazon-de].refresh_token"));
  EXPECT_THAT(with("kind = \"webhook\"", "kind = \"slack\""), HasSubstr("notify[ops].secret_url"));
  EXPECT_THAT(with("url = \"https://hooks", "url = \"smtp://hooks"),
              HasSubstr("expected a URL of http:// or https://"));
}

TEST(Check, a_new_kind_is_one_line) {
  const std::vector<Kind> kinds{{"stock", "csv", {}, {}},
                                {"carrier", "easypost", {}, {}},
                                {"notify", "webhook", {}, {}},
                                {"account", "amazon", {}, {}},
                                {"account", "shop", {"token"}, {}}};
  std::string text = test::full_config;
  text.replace(text.find("kind = \"amazon\""), 15, "kind = \"shop\"");
  const auto settings = parse(text, "f.toml", {.read_secrets = false, .kinds = kinds});
  ASSERT_FALSE(settings);
  EXPECT_THAT(to_string(settings.error()),
              HasSubstr("account[amazon-de].token: expected a value, as kind = \"shop\""));
}

TEST(Check, no_credential_travels_in_clear_text) {
  EXPECT_THAT(with("https://127.0.0.1:8443", "http://10.0.0.1"), HasSubstr("base_url: expected https://"));
  EXPECT_EQ(with("https://127.0.0.1:8443", "http://127.0.0.1:8443"), "none");
  EXPECT_EQ(with("https://hooks", "http://hooks"), "none");
  EXPECT_THAT(with("kinds = [", "token_file = \"/x\"\nurl2 = 1\nkinds = ["), HasSubstr("unknown key"));
  EXPECT_THAT(with("url = \"https://hooks", "token_file = \"/x\"\nurl = \"http://hooks"),
              HasSubstr("notify[ops].url: expected https://"));
  EXPECT_THAT(
      with("call_deadline = \"3s\"", "mode = \"address\"\naddress = \"tcp://db\"\npassword_file = \"/x\""),
      HasSubstr("redis.address: expected tls://"));
}

TEST(Check, redis_is_ours_or_somebody_elses) {
  EXPECT_THAT(with("call_deadline = \"3s\"", "address = \"tcp://db\""),
              HasSubstr("redis.address: expected no such key but with mode = \"address\", found one"));
  EXPECT_THAT(with("call_deadline = \"3s\"", "mode = \"address\""),
              HasSubstr("redis.address: expected an address"));
  EXPECT_THAT(with("call_deadline = \"3s\"", "mode = \"address\"\naddress = \"tcp://db\"\nserver = \"/x\""),
              HasSubstr("redis.server: expected no such key but with mode = \"managed\""));
  EXPECT_THAT(
      with("call_deadline = \"3s\"", "mode = \"address\"\naddress = \"tcp://db\"\nca_file = \"/x\""),
      HasSubstr("redis.ca_file: expected no such key but with mode = \"address\" and an address of tls://"));
  EXPECT_THAT(with("state_dir = \"/tmp/state\"", "state_dir = \"/" + std::string(100, 'x') + "\""),
              HasSubstr("at most 107 bytes"));
}

TEST(Check, the_api_is_on_loopback_or_asks_for_a_token) {
  EXPECT_THAT(with("127.0.0.1:9000", "0.0.0.0:9000"), HasSubstr("api.listen: expected a loopback address"));
  EXPECT_EQ(with("127.0.0.1:9000\"", "0.0.0.0:9000\"\ntoken_file = \"/x\""), "none");
}

TEST(Check, money_is_in_the_currency_it_is_counted_in) {
  EXPECT_THAT(with("margin_per_unit = \"5 EUR\"", "margin_per_unit = \"5 USD\""),
              HasSubstr("seller[acme].margin_per_unit: expected an amount in EUR, found \"5 USD\""));
  EXPECT_THAT(with("value = \"1000 EUR\"", "value = \"1000 USD\""),
              HasSubstr("account[amazon-de].breaker.value: expected an amount in EUR"));
  EXPECT_THAT(
      with("margin_per_unit = \"5 EUR\"", "cancellation_cost = \"5 EUR\"\ncancellation_cost_in_margins = 2"),
      HasSubstr("cancellation_cost_in_margins: expected no such key but without cancellation_cost"));
}

TEST(Check, guard_that_may_not_write_is_a_contradiction) {
  EXPECT_THAT(with("mode = \"guard\"", "mode = \"guard\"\nwrites = \"none\""),
              HasSubstr("mode = \"advise\""));
}

TEST(Check, one_credential_is_one_login) {
  const std::string other = R"([[account]]
id = "amazon-fr"
seller = "acme"
kind = "amazon"
credential = "amazon-de"
marketplace = "A13V1IB3VIYZZH"
merchant_id = "A2X"
client_id = "amzn1.application"
client_secret_file = "/secrets/client"
refresh_token_credential = ")";
  EXPECT_EQ(and_also(other + "amazon-eu\"\n"), "none");
  EXPECT_THAT(and_also(other + "amazon-fr\"\n"),
              HasSubstr("account[amazon-fr].credential: expected the kind, keys"));
}

TEST(Check, each_place_of_stock_has_one_authority) {
  const std::string other = R"([[stock]]
id = "erp"
seller = "acme"
kind = "csv"
path = "erp"
location = "Hamburg \"Nord\""
deducts_at = "order"
)";
  EXPECT_THAT(and_also(other), HasSubstr("stock[erp].authority: expected false, as [[stock]] \"warehouse\""));
  EXPECT_EQ(and_also(other + "authority = false\n"), "none");
  EXPECT_EQ(and_also(other + "pool = \"preorder\"\n"), "none");
  EXPECT_THAT(with("deducts_at = \"ship\"", "deducts_at = \"ship\"\nauthority = false"),
              HasSubstr("expected true for one source of location"));
  EXPECT_THAT(with("deducts_at = \"ship\"", "deducts_at = \"ship\"\nstale_after = \"1m\""),
              HasSubstr("longer than poll (1m)"));
}

TEST(Check, a_misspelt_pool_is_noticed) {
  EXPECT_THAT(with("mode = \"guard\"", "mode = \"guard\"\npools = [\"owm\"]"),
              HasSubstr("did you mean \"own\"?"));
  EXPECT_EQ(with("mode = \"guard\"", "mode = \"guard\"\npools = [\"own\", \"fba\"]"), "none");
}

}  // namespace
}  // namespace forestall::config
