// SPDX-License-Identifier: Apache-2.0
// Every cause is flagged before its deadline, and an ordinary day raises nothing.
#include "daemon/orders/at_risk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace forestall::orders {
namespace {

using std::chrono::hours;

const Instant now = parse_instant("2026-03-18T12:00:00Z").value();
const Currency eur = Currency::literal("EUR");

OrderFacts ordinary() {
  return {.account = AccountId::literal("shop"),
          .id = OrderId::literal("1"),
          .clocks = {.ship_by = now + hours(30),
                     .deliver_by = now + hours(120),
                     .auto_cancel = now + hours(240),
                     .cancel_answer = hours(24),
                     .payment = hours(48)},
          .placed_at = now - hours(5),
          .value = Money(4'000, eur),
          .short_of_stock = 0.01,
          .late_hand_over = 0.08,
          .next_collection = {},
          .cancel_asked_at = {},
          .cancel_answer_by = {},
          .parcel = {}};
}

OrderFacts on_the_way() {
  OrderFacts o = ordinary();
  o.shipped = true;
  o.parcel = ParcelFacts{.label_at = now - hours(60),
                         .first_scan_at = now - hours(50),
                         .last_scan_at = now - hours(10),
                         .delivered_at = {},
                         .never_scanned = 0,
                         .lost = 0.002,
                         .longer_share = 0.6,
                         .late = 0.05};
  return o;
}

const Flag* find(const std::vector<Flag>& flags, Cause cause) {
  const auto at = std::ranges::find(flags, cause, &Flag::cause);
  return at == flags.end() ? nullptr : &*at;
}

TEST(AtRisk, AnOrdinaryOrderRaisesNothing) {
  EXPECT_TRUE(assess(ordinary(), {}, now).empty());
  EXPECT_TRUE(assess(on_the_way(), {}, now).empty());
}

TEST(AtRisk, StockShort) {
  OrderFacts o = ordinary();
  o.short_of_stock = 0.7;
  o.next_collection = now + hours(20);
  const auto flags = assess(o, {}, now);
  const Flag* f = find(flags, Cause::stock_short);
  ASSERT_NE(f, nullptr);
  EXPECT_FALSE(f->hard);
  EXPECT_EQ(f->next, NextStep::ship_from_elsewhere);
  EXPECT_EQ(f->deadline, o.clocks.ship_by);
  EXPECT_EQ(f->act_by, now + hours(18));  // the last collection, less the time people need
  EXPECT_NEAR(f->loss_avoided, 0.7 * 4'000, 1e-9);
  o.short_for_sure = true;
  EXPECT_TRUE(assess(o, {}, now)[0].hard);
  o.stock_suspect = true;
  EXPECT_EQ(assess(o, {}, now)[0].next, NextStep::recount_stock);
  EXPECT_FALSE(assess(o, {}, now)[0].hard);  // a suspect record is no evidence
}

TEST(AtRisk, HandlingAndTheChannelsOwnClock) {
  OrderFacts o = ordinary();
  o.late_hand_over = 0.5;
  EXPECT_NE(find(assess(o, {}, now), Cause::handling_late), nullptr);
  o.clocks.ship_by = now - hours(1);
  const auto missed = assess(o, {}, now);
  const Flag* f = find(missed, Cause::handling_late);
  ASSERT_NE(f, nullptr);
  EXPECT_TRUE(f->hard);
  EXPECT_EQ(f->act_by, *o.clocks.auto_cancel);
  o.clocks.auto_cancel = now + hours(20);
  const auto soon = assess(o, {}, now);
  const Flag* cancel = find(soon, Cause::auto_cancel);
  ASSERT_NE(cancel, nullptr);
  EXPECT_EQ(cancel->stake.minor(), 4'000);
}

TEST(AtRisk, OfOneChainOnlyTheNearestCause) {
  OrderFacts o = on_the_way();
  o.parcel->late = 0.9;
  EXPECT_EQ(assess(o, {}, now).at(0).cause, Cause::parcel_late);
  o.parcel->longer_share = 0.004;
  auto flags = assess(o, {}, now);
  ASSERT_EQ(flags.size(), 1u);
  EXPECT_EQ(flags[0].cause, Cause::parcel_stuck);
  o.parcel->lost = 0.6;
  flags = assess(o, {}, now);
  ASSERT_EQ(flags.size(), 1u);
  EXPECT_EQ(flags[0].cause, Cause::parcel_lost);
  EXPECT_EQ(flags[0].next, NextStep::open_claim);
  o.parcel->delivered_at = now;
  EXPECT_TRUE(assess(o, {}, now).empty());
}

TEST(AtRisk, NeverScannedIsFlaggedBeforeShipBy) {
  OrderFacts o = on_the_way();
  o.parcel->first_scan_at.reset();
  o.parcel->last_scan_at.reset();
  o.parcel->never_scanned = 0.5;
  const auto flags = assess(o, {}, now);
  const Flag* f = find(flags, Cause::never_scanned);
  ASSERT_NE(f, nullptr);
  EXPECT_EQ(f->deadline, o.clocks.ship_by);
  EXPECT_LT(now, f->act_by);
}

TEST(AtRisk, PaymentHoldsEverythingElse) {
  OrderFacts o = ordinary();
  o.payment_pending = true;
  o.short_of_stock = 1;
  EXPECT_TRUE(assess(o, {}, now).empty());
  o.placed_at = now - hours(60);
  const auto flags = assess(o, {}, now);
  ASSERT_EQ(flags.size(), 1u);
  EXPECT_EQ(flags[0].cause, Cause::payment_pending);
}

TEST(AtRisk, ACancelRequestIsAnsweredByWhereTheParcelIs) {
  OrderFacts o = ordinary();
  o.cancel_asked_at = now - hours(3);
  EXPECT_EQ(assess(o, {}, now).at(0).next, NextStep::answer_approve);
  EXPECT_EQ(assess(o, {}, now).at(0).deadline, now + hours(21));
  o.shipped = true;
  EXPECT_EQ(assess(o, {}, now).at(0).next, NextStep::answer_refuse);
  o.cancel_answer_by = now + hours(1);
  EXPECT_EQ(assess(o, {}, now).at(0).deadline, now + hours(1));
}

TEST(AtRisk, RankedByTheLossThatCanStillBeAvoided) {
  OrderFacts dear = ordinary();
  dear.id = OrderId::literal("dear");
  dear.value = Money(100'000, eur);
  dear.short_of_stock = 0.4;
  OrderFacts cheap = ordinary();
  cheap.id = OrderId::literal("cheap");
  cheap.short_of_stock = 0.9;
  OrderFacts too_late = dear;
  too_late.id = OrderId::literal("too-late");
  too_late.next_collection = now + hours(1);  // people need two hours
  std::vector<Flag> flags;
  for (const OrderFacts& o : {cheap, too_late, dear})
    for (Flag& f : assess(o, {}, now)) flags.push_back(std::move(f));
  rank(flags);
  ASSERT_EQ(flags.size(), 3u);
  EXPECT_EQ(flags[0].order.str(), "dear");
  EXPECT_EQ(flags[1].order.str(), "cheap");
  EXPECT_EQ(flags[2].order.str(), "too-late");
  EXPECT_EQ(flags[2].loss_avoided, 0);
}

}  // namespace
}  // namespace forestall::orders
