// SPDX-License-Identifier: Apache-2.0
// The vocabulary: names, words, and what check() refuses.
#include "connectors/model/observation.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "connectors/model/words.hpp"

namespace forestall::model {
namespace {

using namespace std::chrono_literals;

const Instant noon = Instant(std::chrono::sys_days(std::chrono::year{2026} / 3 / 1)) + 12h;

Provenance from(std::uint64_t version = 1) { return {SourceId::literal("wms"), Version(version), noon}; }

OrderUpsert order() {
  OrderUpsert o;
  o.from = from();
  o.account = AccountId::literal("amazon-us");
  o.id = OrderId::literal("114-1");
  o.placed_at = noon;
  o.placed_day = std::chrono::year{2026} / 3 / 1;
  OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal("MUG-BLUE");
  line.ordered = Units(3);
  o.lines.push_back(line);
  return o;
}

std::string refusal(const Observation& o) {
  const auto ok = check(o);
  return ok ? "" : ok.error().detail;
}

TEST(Observation, IsNamedForLogs) {
  EXPECT_EQ(name_of(Observation(StockLevel{})), "stock_level");
  EXPECT_EQ(name_of(Observation(order())), "order_upsert");
  EXPECT_EQ(name_of(Observation(AccountHealth{})), "account_health");
}

TEST(Observation, VersionOfAnInstantIsItsMilliseconds) {
  EXPECT_EQ(Version::of(Instant(1500ms)).number(), 1500U);
  EXPECT_EQ(Version::of(Instant(-1ms)).number(), 0U);
  EXPECT_LT(Version(1), Version(2));
}

TEST(Observation, AWholeOrderPasses) { EXPECT_EQ(refusal(order()), ""); }

TEST(Observation, RefusalsNameTheField) {
  auto o = order();
  o.lines[0].portions.push_back({Units(2), {}, {}, noon});
  o.lines[0].cancelled = LineCancel{Units(2), CancelledBy::buyer, {}, noon, o.placed_day};
  EXPECT_EQ(refusal(o), "order_upsert: lines[0]: portions and cancelled units exceed what was ordered");
  o = order();
  o.lines[0].ordered = Units(0);
  EXPECT_EQ(refusal(o), "order_upsert: lines[0]: ordered is out of range");
  o = order();
  o.from.version = Version(Version::max + 1);
  EXPECT_EQ(refusal(o), "order_upsert: version is above 2^53 - 1");
  o = order();
  o.placed_at = Instant{};
  EXPECT_EQ(refusal(o), "order_upsert: placed_at is not between 1970 and 9999");

  StockLevel level{from(), SkuId::literal("A"), LocationId::literal("berlin"), Units(-4), false};
  EXPECT_EQ(refusal(level), "") << "negative stock is a real input";
  level.on_hand = Units(Units::max_reading + 1);
  EXPECT_EQ(refusal(level), "stock_level: on_hand is out of range");
}

TEST(Observation, DoubtFollowsWhoCancelledAndWhy) {
  EXPECT_TRUE(puts_stock_in_doubt(CancelledBy::seller, CancelReason::unknown));
  EXPECT_TRUE(puts_stock_in_doubt(CancelledBy::marketplace, CancelReason::no_stock));
  EXPECT_FALSE(puts_stock_in_doubt(CancelledBy::seller, CancelReason::price_error));
  EXPECT_FALSE(puts_stock_in_doubt(CancelledBy::buyer, CancelReason::unknown));
}

TEST(Words, AreReadBack) {
  EXPECT_EQ(word(CancelReason::buyer_changed_mind), "buyer_changed_mind");
  EXPECT_EQ(parse_word<CancelReason>("no_stock"), CancelReason::no_stock);
  EXPECT_EQ(parse_word<DeductsAt>("pick"), DeductsAt::pick);
  EXPECT_EQ(parse_word<Pool>("warehouse"), std::nullopt);
  EXPECT_EQ(word(static_cast<Pool>(9)), "?");
}

}  // namespace
}  // namespace forestall::model
