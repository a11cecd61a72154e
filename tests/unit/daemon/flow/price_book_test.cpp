// SPDX-License-Identifier: Apache-2.0
#include "daemon/flow/price_book.hpp"

#include <gtest/gtest.h>

namespace forestall::flow {
namespace {

const auto shop = AccountId::literal("shop");
const auto eur = Currency::literal("EUR");
const auto usd = Currency::literal("USD");

class Prices : public ::testing::Test {
 protected:
  Prices() {
    for (const char* name : {"A", "B", "C"})
      mirror_.put(ledger::Mapping{shop, ListingId::literal(name), {}, {}});
  }
  void observed(const char* listing, const Money& price) {
    book_.put(mirror_, model::PriceObserved{{}, shop, ListingId::literal(listing), price});
  }
  void paid(const char* listing, const Money& price) {
    model::OrderUpsert order;
    order.account = shop;
    auto& line = order.lines.emplace_back();
    line.listing = ListingId::literal(listing);
    line.unit_price = price;
    book_.put(mirror_, order);
  }
  std::optional<Money> of(const char* listing) const {
    return book_.price(mirror_, *mirror_.find_listing(shop, listing));
  }

  ledger::Mirror mirror_;
  PriceBook book_;
};

TEST_F(Prices, WhatWasObservedStandsAboveWhatWasPaid) {
  EXPECT_FALSE(of("A"));
  EXPECT_FALSE(book_.mean(mirror_, shop, eur));
  paid("A", Money(900, eur));
  EXPECT_EQ(of("A"), Money(900, eur));
  observed("A", Money(1000, eur));
  paid("A", Money(800, eur));
  EXPECT_EQ(of("A"), Money(1000, eur));
  observed("B", Money(3000, eur));
  EXPECT_EQ(book_.mean(mirror_, shop, eur), Money(2000, eur));
  observed("C", Money(77, usd));
  EXPECT_EQ(book_.mean(mirror_, shop, eur), Money(2000, eur));
  EXPECT_EQ(book_.mean(mirror_, shop, usd), Money(77, usd));
  observed("B", Money(5, usd));
  EXPECT_EQ(book_.mean(mirror_, shop, eur), Money(1000, eur));
  EXPECT_EQ(book_.known(), 3u);
}

TEST_F(Prices, ListingsThatNobodyKnowsArePassedOver) {
  observed("ghost", Money(5, eur));
  EXPECT_EQ(book_.known(), 0u);
}

TEST_F(Prices, AreForgottenWithTheMirror) {
  observed("A", Money(1000, eur));
  mirror_.clear();
  mirror_.put(ledger::Mapping{shop, ListingId::literal("B"), {}, {}});
  EXPECT_FALSE(of("B"));
  EXPECT_FALSE(book_.mean(mirror_, shop, eur));
  observed("B", Money(4, eur));
  EXPECT_EQ(of("B"), Money(4, eur));
  EXPECT_EQ(book_.known(), 1u);
}

TEST_F(Prices, HoldsTheLargestAmountThereIs) {
  for (const char* name : {"A", "B", "C"}) observed(name, Money(Money::max_minor, eur));
  EXPECT_EQ(of("C"), Money(Money::max_minor, eur));
  EXPECT_EQ(book_.mean(mirror_, shop, eur), Money(Money::max_minor, eur));
}

}  // namespace
}  // namespace forestall::flow
