// SPDX-License-Identifier: Apache-2.0
// The mirror: finds what it was given, follows listings that change their SKU, keeps orders by ship-by.
#include "daemon/ledger/mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace forestall::ledger {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const auto account = AccountId::literal("shop");
const Instant noon = Instant(std::chrono::sys_days(std::chrono::year{2026} / 3 / 1)) + 12h;

SkuState state(const char* sku, model::Pool pool, std::int64_t available) {
  return {sku,      pool, model::Certainty::known, Units(available), Units(9), Units(1), Units(2), Units(3),
          Units(4), noon};
}

StoredListing listing(const char* id, std::vector<Component> components) {
  StoredListing l;
  l.account = account;
  l.listing = ListingId::literal(id);
  l.version = model::Version(3);
  l.true_at = noon;
  l.quantity = Units(5);
  l.activity = model::ListingActivity::active;
  l.components = std::move(components);
  return l;
}

model::OrderUpsert order(const char* id, Instant ship_by, std::int64_t units = 1) {
  model::OrderUpsert o;
  o.account = account;
  o.id = OrderId::literal(id);
  o.placed_at = noon;
  o.ship_by = ship_by;
  model::OrderLine line;
  line.listing = ListingId::literal("L1");
  line.ordered = Units(units);
  o.lines.push_back(line);
  return o;
}

TEST(Mirror, KeepsThePoolsOfASkuApart) {
  Mirror m;
  m.put(state("CUP", model::Pool::own, 7));
  m.put(state("CUP", model::Pool::marketplace, 8));
  m.put(state("CUP", model::Pool::own, 6));
  const auto cup = m.find_sku("CUP");
  ASSERT_TRUE(cup);
  EXPECT_EQ(m.state(*cup, model::Pool::own), state("CUP", model::Pool::own, 6));
  EXPECT_EQ(m.state(*cup, model::Pool::marketplace), state("CUP", model::Pool::marketplace, 8));
  EXPECT_EQ(m.state(*cup, model::Pool::preorder), std::nullopt);
  EXPECT_FALSE(m.find_sku("PLATE"));
}

TEST(Mirror, ListingsFollowTheirComponents) {
  Mirror m;
  const Component cup{SkuId::literal("CUP"), Units(2)}, plate{SkuId::literal("PLATE"), Units(1)};
  m.put(listing("L1", {cup}));
  m.put(listing("L2", {cup, plate}));
  m.put(listing("L3", {}));
  const auto l1 = *m.find_listing(account, "L1"), l2 = *m.find_listing(account, "L2"),
             l3 = *m.find_listing(account, "L3");
  EXPECT_THAT(m.listings_of(*m.find_sku("CUP")), UnorderedElementsAre(l1, l2));
  EXPECT_THAT(m.listings_of(*m.find_sku("PLATE")), ElementsAre(l2));
  EXPECT_EQ(m.unmapped(), 1U);
  EXPECT_FALSE(m.is_mapped(l3));
  EXPECT_TRUE(m.is_mapped(l2));
  EXPECT_THAT(m.parts(l2), SizeIs(2));
  EXPECT_EQ(m.listing(l1).components, std::vector<Component>{cup});

  m.put(listing("L1", {plate}));
  EXPECT_THAT(m.listings_of(*m.find_sku("CUP")), ElementsAre(l2));
  EXPECT_THAT(m.listings_of(*m.find_sku("PLATE")), UnorderedElementsAre(l1, l2));
  EXPECT_EQ(m.find_listing(AccountId::literal("other"), "L1"), std::nullopt);
}

TEST(Mirror, MappingsChangeComponentsAndNothingElse) {
  Mirror m;
  const Component cup{SkuId::literal("CUP"), Units(2)}, plate{SkuId::literal("PLATE"), Units(1)};
  const auto id = ListingId::literal("L1");
  auto whole = listing("L1", {cup});
  whole.hold = "by hand";
  m.put(whole);
  m.put(Mapping{account, id, {cup, plate}, model::Pool::marketplace});
  const auto l1 = *m.find_listing(account, "L1");
  const std::vector<Component> both{cup, plate}, turned{plate, cup}, one{cup};
  EXPECT_TRUE(m.is_made_of(l1, both));
  EXPECT_FALSE(m.is_made_of(l1, turned));
  EXPECT_FALSE(m.is_made_of(l1, one));
  EXPECT_FALSE(m.is_made_of(l1, {}));
  EXPECT_EQ(m.listing(l1).hold, "by hand");
  EXPECT_EQ(m.listing(l1).quantity, Units(5));
  EXPECT_EQ(m.pool_of(l1), model::Pool::marketplace);
  EXPECT_EQ(m.account_of(l1), "shop");
  EXPECT_EQ(m.text_of(l1), "L1");
  EXPECT_EQ(m.unmapped(), 0U);

  m.put(Mapping{account, id, turned, model::Pool::own});  // in the place of the other bundle
  EXPECT_TRUE(m.is_made_of(l1, turned));
  m.put(Mapping{account, id, {}, model::Pool::own});
  EXPECT_TRUE(m.is_made_of(l1, {}));
  EXPECT_EQ(m.unmapped(), 1U);
  EXPECT_THAT(m.listings_of(*m.find_sku("CUP")), IsEmpty());
  m.put(Mapping{account, id, one, model::Pool::own});
  EXPECT_EQ(m.unmapped(), 0U);
  EXPECT_THAT(m.listings_of(*m.find_sku("CUP")), ElementsAre(l1));
}

TEST(Mirror, ASkuIsKnownOnceSomethingWasSaidAboutIt) {
  Mirror m;
  m.put(listing("L1", {{SkuId::literal("CUP"), Units(1)}}));
  EXPECT_TRUE(m.find_sku("CUP"));
  EXPECT_FALSE(m.is_known("CUP")) << "only a mapping names it";
  EXPECT_FALSE(m.is_known("PLATE"));
  m.put(state("CUP", model::Pool::marketplace, 0));
  EXPECT_TRUE(m.is_known("CUP"));
}

TEST(Mirror, AnOrderMakesItsListingsKnown) {
  Mirror m;
  m.put(order("open", noon + 1h));
  const auto l1 = m.find_listing(account, "L1");
  ASSERT_TRUE(l1);
  EXPECT_FALSE(m.is_mapped(*l1));
  EXPECT_EQ(m.listing(*l1).true_at, std::nullopt);
  EXPECT_THAT(m.orders_of(account, ListingId::literal("L1")), ElementsAre(OrderId::literal("open")));
  EXPECT_THAT(m.orders_of(account, ListingId::literal("L2")), IsEmpty());
  const auto before = m.generation();
  m.clear();
  EXPECT_EQ(m.generation(), before + 1);
  EXPECT_EQ(m.unmapped(), 0U);
}

TEST(Mirror, OpenOrdersByShipByUntilTheyClose) {
  Mirror m;
  m.put(order("late", noon + 2h));
  m.put(order("soon", noon + 1h, 3));
  ASSERT_THAT(m.by_ship_by(10), SizeIs(2));
  EXPECT_EQ(m.by_ship_by(1)[0]->id.str(), "soon");
  EXPECT_EQ(m.ordered_since(account, ListingId::literal("L1"), noon), Units(4));
  EXPECT_EQ(m.ordered_since(account, ListingId::literal("L1"), noon + 1s), Units(0));

  m.put(order("late", noon + 30min));  // a new version with another promise
  EXPECT_EQ(m.by_ship_by(1)[0]->id.str(), "late");
  auto closed = order("late", noon + 30min);
  closed.closed_at = noon;
  m.put(closed);
  EXPECT_EQ(m.open_orders(), 1U);
  EXPECT_EQ(m.order(account, OrderId::literal("late")), nullptr);
  EXPECT_EQ(m.ordered_since(account, ListingId::literal("L1"), noon), Units(3));
  m.clear();
  EXPECT_THAT(m.by_ship_by(10), IsEmpty());
}

// Orders come late, twice, with other numbers, and close in any order: as if all were added up each time.
TEST(Mirror, WhatWasOrderedSinceIsTheSumOfTheOpenOrders) {
  Mirror m;
  std::map<int, model::OrderUpsert> open;
  std::uint32_t seed = 11;
  const auto draw = [&seed](std::uint32_t below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16) % below;
  };
  const auto l1 = ListingId::literal("L1");
  for (int step = 0; step < 2000; ++step) {
    const int id = static_cast<int>(draw(40));
    auto one = order(std::to_string(id).c_str(), noon + 1h, static_cast<int>(draw(4)));
    one.placed_at = noon + draw(20) * 1min;
    if (draw(3) == 0) one.lines.push_back(one.lines.front());
    if (draw(4) == 0) one.closed_at = noon;
    m.put(one);
    if (one.closed_at)
      open.erase(id);
    else
      open.insert_or_assign(id, one);
    const Instant since = noon + draw(22) * 1min;
    Units sum;
    for (const auto& [number, order] : open)
      if (order.placed_at >= since)
        for (const auto& line : order.lines) sum += line.ordered;
    ASSERT_EQ(m.ordered_since(account, l1, since), sum) << "step " << step;
  }
}

TEST(Interner, NumbersTextsInTheOrderOfSight) {
  Interner i;
  for (int n = 0; n < 1000; ++n)
    EXPECT_EQ(i.intern("text-" + std::to_string(n)), static_cast<Interner::Number>(n));
  EXPECT_EQ(i.intern("text-500"), 500U);
  EXPECT_EQ(i.text(999), "text-999");
  EXPECT_EQ(i.find("text-1000"), std::nullopt);
  EXPECT_EQ(i.size(), 1000U);
}

// Each text is found at every moment of every growth, whatever part of the table has moved.
TEST(Interner, FindsEverythingWhileItGrows) {
  Interner i;
  for (std::uint32_t n = 0; n < 3000; ++n) {
    ASSERT_EQ(i.intern("text-" + std::to_string(n)), n);
    if (n % 7 == 0)
      for (std::uint32_t old = 0; old <= n; ++old) ASSERT_EQ(i.find("text-" + std::to_string(old)), old) << n;
    ASSERT_EQ(i.intern("text-" + std::to_string(n / 2)), n / 2);
    ASSERT_FALSE(i.find("text-" + std::to_string(n + 1)));
    if (n == 700) i.reserve(2000);
    if (n == 1700) i.reserve(100);  // smaller than it is: nothing
  }
  for (std::uint32_t n = 0; n < 3000; ++n) ASSERT_EQ(i.text(n), "text-" + std::to_string(n));
}

TEST(Interner, TextsNeverMoveAndNeverSpanAPage) {
  Interner i;
  const std::string longest(Interner::max_bytes, 'x');
  const auto first = i.text(i.intern("first"));
  EXPECT_EQ(i.intern(""), 1U);
  for (char c = 'a'; c <= 'z'; ++c) {
    auto other = longest;
    other[0] = c;
    EXPECT_EQ(i.text(i.intern(other)), other);
  }
  EXPECT_EQ(first, "first");
  EXPECT_EQ(i.text(1), "");
  EXPECT_THROW(i.intern(longest + "x"), std::length_error);
}

}  // namespace
}  // namespace forestall::ledger
