// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/access.hpp"

#include <gtest/gtest.h>

namespace forestall::web {
namespace {

SellerId seller(std::string_view text) { return SellerId::parse(text).value(); }

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    rules.tokens.push_back({"api", Secret("all-of-them"), std::nullopt});
    rules.tokens.push_back({"seller acme", Secret("only-acme"), seller("acme")});
    rules.tokens.push_back({"unset", Secret(""), std::nullopt});
  }
  // The status of the refusal, or 200.
  unsigned ask(Access access, std::string_view path_seller, std::optional<std::string_view> header) const {
    const Route route{Method::post, "/x", access, "", {}};
    Request request;
    if (!path_seller.empty()) request.path_parameters.emplace("seller", path_seller);
    const auto caller = identify(rules, header);
    if (!caller) return caller.error().status;
    const auto refused = refuse(rules, route, request, *caller);
    return refused ? refused->status : 200;
  }
  AccessRules rules;
};

TEST_F(AccessTest, WhatIsOpenIsOpen) { EXPECT_EQ(ask(Access::open, "", std::nullopt), 200u); }

TEST_F(AccessTest, AChangeNeedsATokenThatCoversIt) {
  EXPECT_EQ(ask(Access::change, "acme", std::nullopt), 401u);
  EXPECT_EQ(ask(Access::change, "acme", "Bearer all-of-them"), 200u);
  EXPECT_EQ(ask(Access::change, "", "Bearer all-of-them"), 200u);
  EXPECT_EQ(ask(Access::change, "acme", "Bearer only-acme"), 200u);
  EXPECT_EQ(ask(Access::change, "zeta", "Bearer only-acme"), 403u);
  EXPECT_EQ(ask(Access::change, "", "Bearer only-acme"), 403u) << "what names no seller belongs to all";
}

TEST_F(AccessTest, ReadingNeedsOneOnlyWhereOthersCanReachUs) {
  EXPECT_EQ(ask(Access::read, "acme", std::nullopt), 200u);
  EXPECT_EQ(ask(Access::read, "zeta", "Bearer only-acme"), 403u);
  rules.read_needs_token = true;
  EXPECT_EQ(ask(Access::read, "acme", std::nullopt), 401u);
  EXPECT_EQ(ask(Access::read, "acme", "Bearer only-acme"), 200u);
  EXPECT_EQ(ask(Access::read, "", "Bearer only-acme"), 403u);
}

TEST_F(AccessTest, WhatShowsEachCallerItsOwnTakesAnyToken) {
  EXPECT_EQ(ask(Access::own, "", std::nullopt), 200u);
  rules.read_needs_token = true;
  EXPECT_EQ(ask(Access::own, "", std::nullopt), 401u);
  EXPECT_EQ(ask(Access::own, "", "Bearer only-acme"), 200u);
  EXPECT_EQ(ask(Access::own, "", "Bearer all-of-them"), 200u);
  EXPECT_EQ(ask(Access::own, "", "Bearer wrong"), 401u);
}

TEST_F(AccessTest, WrongTokensAre401WithAChallenge) {
  for (const char* header : {"Bearer wrong", "Bearer all-of-the", "Bearer all-of-themx", "Bearer ", "Bearer",
                             "Basic x", "all-of-them", "", "Bearer all-of-them only-acme"}) {
    EXPECT_EQ(ask(Access::change, "acme", header), 401u) << header;
  }
  const auto refused = identify(rules, "Bearer wrong").error();
  ASSERT_EQ(refused.headers.size(), 1u);
  EXPECT_EQ(refused.headers[0].first, "WWW-Authenticate");
  EXPECT_EQ(refused.body.find("all-of-them"), std::string::npos);
}

TEST_F(AccessTest, TheSchemeIsReadInAnyCase) {
  const auto caller = identify(rules, "bEaReR   only-acme ");
  ASSERT_TRUE(caller);
  EXPECT_TRUE(caller->known);
  EXPECT_EQ(caller->name, "seller acme");
  EXPECT_EQ(caller->seller, seller("acme"));
}

TEST(Host, OnlyWhatCannotBeSomebodyElsesName) {
  const std::vector<std::string> names{"stock.example.com"};
  for (const char* ours : {"localhost", "LOCALHOST:9464", "127.0.0.1", "127.0.0.1:9464", "[::1]:9464",
                           "10.1.2.3:80", "stock.example.com", "Stock.Example.com:443"})
    EXPECT_TRUE(host_is_ours(ours, names)) << ours;
  for (const char* foreign : {"", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1",
                              ":80", "stock.example.com.evil"})
    EXPECT_FALSE(host_is_ours(foreign, names)) << foreign;
}

TEST(Host, LoopbackIsWhatOnlyThisMachineReaches) {
  for (const char* yes : {"127.0.0.1", "127.9.9.9", "::1", "localhost"}) EXPECT_TRUE(is_loopback(yes)) << yes;
  for (const char* no : {"0.0.0.0", "::", "10.0.0.1", "::2", "127.0.0.1.example", ""})
    EXPECT_FALSE(is_loopback(no)) << no;
}

}  // namespace
}  // namespace forestall::web
