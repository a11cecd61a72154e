// SPDX-License-Identifier: Apache-2.0
// What is sent to the ledger about listings: only differences, also those that take something away.
#include "daemon/flow/listing_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "config/base/random.hpp"

namespace forestall::flow {
namespace {

using ledger::Component;
using ledger::Mapping;
using ledger::Mirror;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const auto amazon = AccountId::literal("amazon");
const auto shop = AccountId::literal("shop");

Component part(std::string_view sku, std::int64_t units = 1) { return {SkuId::literal(sku), Units(units)}; }
Mapping of(const AccountId& account, std::string_view listing, std::vector<Component> components,
           model::Pool pool = model::Pool::own) {
  return {account, ListingId::literal(listing), std::move(components), pool};
}
ledger::SkuState reading(std::string sku) {
  ledger::SkuState s;
  s.sku = std::move(sku);
  s.certainty = model::Certainty::known;
  s.available = s.on_hand = Units(5);
  return s;
}
mapping::Mapping file(std::string rows) {
  const std::vector accounts{amazon, shop};
  return mapping::parse_mapping("account,listing,sku,units\n" + rows, accounts)->mapping;
}
// A whole pass, in slices of that many.
std::vector<Mapping> pass(const Mirror& mirror, const mapping::Mapping& file, std::size_t slice = 1) {
  MappingPass pass(file);
  std::vector<Mapping> send;
  while (!pass.step(mirror, slice, send)) {
  }
  return send;
}
void take(Mirror& mirror, const std::vector<Mapping>& mappings) {
  for (const auto& m : mappings) mirror.put(m);
}
model::ListingState listing_state(const AccountId& account, std::string_view listing) {
  model::ListingState s;
  s.account = account;
  s.listing = ListingId::literal(listing);
  return s;
}
model::StockLevel stock(std::string_view sku) {
  model::StockLevel s;
  s.sku = SkuId::literal(sku);
  return s;
}
model::OrderUpsert order(const AccountId& account, std::string_view listing) {
  model::OrderUpsert o;
  o.account = account;
  o.id = OrderId::literal("114-1");
  o.lines.emplace_back().listing = ListingId::literal(listing);
  return o;
}
std::vector<model::Observation> page(model::Observation one) { return {std::move(one)}; }

TEST(MappingPass, SendsWhatTheFileNamesOnceAndThenNothing) {
  Mirror mirror;
  const auto f = file("amazon,CUP,CUP,1\namazon,SET,CUP,2\namazon,SET,PLATE,1\nshop,CUP,CUP,1\n");
  const auto send = pass(mirror, f);
  EXPECT_THAT(send, UnorderedElementsAre(of(amazon, "CUP", {part("CUP")}), of(shop, "CUP", {part("CUP")}),
                                         of(amazon, "SET", {part("CUP", 2), part("PLATE")})));
  take(mirror, send);
  EXPECT_THAT(pass(mirror, f), IsEmpty());
}

TEST(MappingPass, TakesBackWhatTheFileNoLongerNames) {
  Mirror mirror;
  take(mirror, {of(amazon, "A", {part("X")}), of(amazon, "B", {part("Y")}), of(shop, "A", {part("X")})});
  EXPECT_THAT(pass(mirror, file("amazon,A,X,1\n")),
              UnorderedElementsAre(of(amazon, "B", {}), of(shop, "A", {})));
}

TEST(MappingPass, FallsBackToEqualTextOfASkuThatIsKnown) {
  Mirror mirror;
  mirror.put(reading("A"));
  take(mirror, {of(amazon, "A", {part("X", 2)}), of(amazon, "X", {part("A")}), of(shop, "A", {})});
  EXPECT_THAT(pass(mirror, {}), UnorderedElementsAre(of(amazon, "A", {part("A")}), of(amazon, "X", {}),
                                                     of(shop, "A", {part("A")})))
      << "nothing was ever said about X: that it was a component makes it no SKU";
}

TEST(MappingPass, AnAmbiguousListingIsUnmappedAlsoWhereASkuHasItsText) {
  Mirror mirror;
  mirror.put(reading("A"));
  take(mirror, {of(amazon, "A", {part("A")}), of(amazon, "B", {})});
  EXPECT_THAT(pass(mirror, file("amazon,A,A,1\namazon,A,B,none\namazon,B,B,1\namazon,B,B,2\namazon,C,C,x\n")),
              ElementsAre(of(amazon, "A", {})));
}

TEST(MappingPass, KeepsThePoolThatIsStored) {
  Mirror mirror;
  take(mirror,
       {of(amazon, "A", {}, model::Pool::marketplace), of(amazon, "B", {part("B")}, model::Pool::preorder)});
  EXPECT_THAT(pass(mirror, file("amazon,A,X,1\n")),
              UnorderedElementsAre(of(amazon, "A", {part("X")}, model::Pool::marketplace),
                                   of(amazon, "B", {}, model::Pool::preorder)));
}

TEST(MappingPass, BeginsAgainWhenTheMirrorWasFilledAnew) {
  const auto f = file("amazon,A,X,1\n");
  Mirror mirror;
  take(mirror, {of(amazon, "B", {part("Y")}), of(amazon, "A", {part("X")})});
  MappingPass slow(f);
  std::vector<Mapping> send;
  EXPECT_FALSE(slow.step(mirror, 2, send));
  mirror.clear();  // and its listings get other numbers
  take(mirror, {of(amazon, "A", {part("X")}), of(amazon, "B", {part("Y")})});
  send.clear();
  while (!slow.step(mirror, 1, send)) {
  }
  EXPECT_THAT(send, ElementsAre(of(amazon, "B", {})));
}

TEST(MappingPass, SeesWhatCameWhileItWasUnderWay) {
  const auto f = file("amazon,A,X,1\namazon,NEW,X,3\n");
  Mirror mirror;
  mirror.put(reading("NEW"));
  MappingPass slow(f);
  std::vector<Mapping> send;
  EXPECT_FALSE(slow.step(mirror, 2, send));
  take(mirror, send);
  take(mirror, {of(amazon, "NEW", {part("NEW")}), of(amazon, "OTHER", {part("Z")})});
  send.clear();
  while (!slow.step(mirror, 1, send)) {
  }
  EXPECT_THAT(send, UnorderedElementsAre(of(amazon, "NEW", {part("X", 3)}), of(amazon, "OTHER", {})));
}

// Against the plain rule, listing by listing, on random catalogues; slices of any size.
TEST(MappingPass, RandomCataloguesEndAsResolveSays) {
  SeededRandom random(11);
  for (int round = 0; round < 300; ++round) {
    Mirror mirror;
    std::string rows;
    const auto text = [&] { return std::string(1, static_cast<char>('A' + random.below(8))); };
    const auto account = [&]() -> const AccountId& { return random.below(2) == 0 ? amazon : shop; };
    for (auto n = random.below(10); n > 0; --n)
      rows += account().str() + "," + text() + "," + text() + "," +
              (random.below(8) == 0 ? "bad" : std::to_string(1 + random.below(2))) + "\n";
    for (auto n = random.below(5); n > 0; --n) mirror.put(reading(text()));
    for (auto n = random.below(10); n > 0; --n) {
      std::vector<Component> parts;
      for (auto m = random.below(3); m > 0; --m)
        parts.push_back(part(text(), 1 + static_cast<std::int64_t>(m)));
      mirror.put(of(account(), text(), parts));
    }
    const auto f = file(rows);
    const auto send = pass(mirror, f, 1 + random.below(5));
    for (const auto& m : send) {
      const auto ref = mirror.find_listing(m.account, m.listing.str());
      EXPECT_FALSE(ref && mirror.is_made_of(*ref, m.components)) << "sent without need";
    }
    take(mirror, send);
    for (const auto& a : {amazon, shop})
      for (char c = 'A'; c < 'I'; ++c) {
        const auto id = ListingId::literal(std::string(1, c));
        const auto found = mapping::resolve(f, a, id, mirror.is_known(id.str()));
        const auto ref = mirror.find_listing(a, id.str());
        std::vector<Component> ought;
        for (const auto& p : found.components) ought.push_back({p.sku, p.units});
        if (ref)
          EXPECT_TRUE(mirror.is_made_of(*ref, ought)) << rows << a.str() << " " << c;
        else
          EXPECT_NE(found.found, mapping::Found::by_file);
      }
  }
}

TEST(ListingMap, MapsAListingWhenItIsFirstSeenAndItsSkuIsKnown) {
  Mirror mirror;
  mirror.put(reading("CUP"));
  ListingMap map;
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(amazon, "CUP"))), IsEmpty())
      << "no file in force yet";
  map.begin_pass();
  map.end_pass(file(""));
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(amazon, "CUP"))),
              ElementsAre(of(amazon, "CUP", {part("CUP")})));
  EXPECT_THAT(map.first_seen(mirror, page(order(shop, "CUP"))), ElementsAre(of(shop, "CUP", {part("CUP")})));
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(amazon, "PLATE"))), IsEmpty());
  take(mirror, {of(amazon, "CUP", {part("SET", 2)})});
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(amazon, "CUP"))), IsEmpty())
      << "the file's, from the pass";
}

TEST(ListingMap, MapsAListingWhenItsSkuIsFirstSeen) {
  Mirror mirror;
  ListingMap map;
  map.begin_pass();
  map.end_pass(file("amazon,BAD,CUP,x\n"));
  take(mirror, {of(amazon, "CUP", {}), of(shop, "CUP", {}), of(shop, "PLATE", {}), of(amazon, "BAD", {})});
  EXPECT_THAT(map.first_seen(mirror, page(stock("CUP"))), IsEmpty()) << "before the reading is in the ledger";
  mirror.put(reading("CUP"));
  mirror.put(reading("BAD"));
  mirror.put(reading("PLATE"));
  EXPECT_THAT(map.first_seen(mirror, page(stock("CUP"))),
              ElementsAre(of(amazon, "CUP", {part("CUP")}), of(shop, "CUP", {part("CUP")})));
  EXPECT_THAT(map.first_seen(mirror, page(stock("BAD"))), IsEmpty()) << "ambiguous";
  const std::vector changed{reading("PLATE")};
  EXPECT_THAT(map.first_seen(mirror, {}, changed), ElementsAre(of(shop, "PLATE", {part("PLATE")})));
}

TEST(ListingMap, WhatIsSeenDuringAPassWaitsForItsEnd) {
  Mirror mirror;
  mirror.put(reading("CUP"));
  ListingMap map;
  map.begin_pass();
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(amazon, "CUP"))), IsEmpty());
  EXPECT_THROW(map.end_pass(file("")), std::logic_error);
  const auto waiting = map.take_waiting();
  EXPECT_THAT(waiting, ElementsAre(ListingKey(amazon, ListingId::literal("CUP"))));
  EXPECT_THAT(mappings_to_send(mirror, file("amazon,CUP,MUG,2\n"), waiting),
              ElementsAre(of(amazon, "CUP", {part("MUG", 2)})));
  map.end_pass(file(""));
  EXPECT_TRUE(map.in_force());

  map.begin_pass();
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(shop, "CUP"))), IsEmpty());
  map.abandon_pass();
  EXPECT_TRUE(map.pass_wanted());
  EXPECT_THAT(map.first_seen(mirror, page(listing_state(shop, "CUP"))),
              ElementsAre(of(shop, "CUP", {part("CUP")})))
      << "by the former file";
}

}  // namespace
}  // namespace forestall::flow
