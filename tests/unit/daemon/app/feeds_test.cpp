// SPDX-License-Identifier: Apache-2.0
// Which feeds a seller's ledger is told of.
#include <gtest/gtest.h>

#include "daemon/app/ledger_keeper.hpp"

namespace forestall::app {
namespace {

config::Settings settings() {
  config::Settings all;
  config::StockSettings stock;
  stock.id = SourceId::literal("warehouse");
  stock.seller = SellerId::literal("acme");
  stock.location = LocationId::literal("berlin");
  all.stocks.push_back(stock);
  for (const auto* id : {"amazon-us", "amazon-ca", "amazon-de"}) {
    config::AccountSettings account;
    account.id = AccountId::literal(id);
    account.seller = SellerId::literal(std::string_view(id) == "amazon-de" ? "other" : "acme");
    account.pools = {"own", "fba"};
    all.accounts.push_back(account);
  }
  return all;
}

TEST(Feeds, WhatAChannelHoldsIsAPoolApartThatOneAccountSpeaksFor) {
  const auto feeds = feeds_of(settings(), SellerId::literal("acme"));
  ASSERT_EQ(feeds.size(), 3U);
  EXPECT_EQ(feeds[0].pool, model::Pool::own);
  EXPECT_TRUE(feeds[0].authority);
  EXPECT_EQ(feeds[1].source.str(), "amazon-us");
  EXPECT_EQ(feeds[1].location.str(), "fba");
  EXPECT_EQ(feeds[1].pool, model::Pool::marketplace);
  EXPECT_TRUE(feeds[1].authority);
  EXPECT_EQ(feeds[2].source.str(), "amazon-ca");
  EXPECT_FALSE(feeds[2].authority);
}

TEST(Feeds, AnAccountWithoutFbaHoldsNothing) {
  auto all = settings();
  for (auto& account : all.accounts) account.pools = {"own"};
  EXPECT_EQ(feeds_of(all, SellerId::literal("acme")).size(), 1U);
}

}  // namespace
}  // namespace forestall::app
