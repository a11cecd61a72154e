// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/planner/plan.hpp"

#include <gtest/gtest.h>

#include "daemon/guard/planner/explain.hpp"

namespace forestall::planner {
namespace {

namespace fc = forecasting;

OfferFacts offer(std::int32_t shows, WriteKind writes = WriteKind::absolute) {
  OfferFacts facts;
  facts.exposure = {.units = shows, .settled_units = shows, .heading_units = shows, .known = true};
  facts.writes = writes;
  facts.promised = false;
  facts.terms.until_receipt = {20, 30};
  facts.terms.blind = {.5, 1};
  facts.terms.cancel_cost = 20;
  return facts;
}

Plan steps(std::int32_t stock, std::vector<OfferFacts> offers, std::vector<std::int32_t> targets,
           fc::Regime regime = fc::Regime::scarce) {
  const fc::StockTerms sku{stock};
  const fc::SkuVerdict verdict{.regime = regime};
  Plan plan;
  plan_steps({{&sku, 1}, offers}, {&verdict, 1}, targets, plan);
  return plan;
}

TEST(Plan, EnteringZeroesTheSmallOnesAndLeavesTheAnchor) {
  const Plan plan = steps(5, {offer(5), offer(5), offer(5)}, {5, 0, 0});
  EXPECT_EQ(plan.regimes[0], Regime::entering);
  EXPECT_EQ(plan.steps[0].why, Why::as_wanted);
  EXPECT_EQ(plan.steps[1].why, Why::zero);
  EXPECT_EQ(plan.steps[2].why, Why::zero);
  const Plan held = steps(5, {offer(5), offer(5), offer(5)}, {3, 1, 0});
  EXPECT_EQ(held.steps[0].why, Why::leave_anchor);
  EXPECT_EQ(held.steps[1].why, Why::lower);
  EXPECT_EQ(held.steps[1].value, 1);
}

TEST(Plan, EnteringTakesTheAnchorDownWhereItAloneExceedsTheStock) {
  const Plan plan = steps(4, {offer(5), offer(0)}, {4, 0});
  EXPECT_EQ(plan.steps[0].why, Why::lower);
  EXPECT_EQ(plan.steps[0].value, 4);
}

TEST(Plan, OnceEstablishedAnAbsoluteCountIsLoweredThroughZeroOnly) {
  const Plan plan = steps(6, {offer(5), offer(1)}, {2, 4});
  EXPECT_EQ(plan.regimes[0], Regime::established);
  EXPECT_EQ(plan.steps[0].why, Why::through_zero);
  EXPECT_EQ(plan.steps[0].value, 0);
  // So it stays where units seem to be above the stock since: a cancelled order was put back, say.
  auto given = offer(5);
  given.promised = true;
  EXPECT_EQ(steps(5, {given, offer(1)}, {2, 3}).steps[0].why, Why::through_zero);
}

TEST(Plan, EstablishedWritesNothingWhileChannelsCountDown) {
  const Plan plan = steps(4, {offer(3), offer(1)}, {3, 1});
  EXPECT_EQ(plan.regimes[0], Regime::established);
  EXPECT_FALSE(plan.steps[0].writes() || plan.steps[1].writes());
}

TEST(Plan, InPlentyAListingThatOneOrderCouldEmptyBeyondTheStockIsLowered) {
  auto slow = offer(6);
  slow.terms.blind = {1e-6, 1e-6};
  fc::OrderSizeLearner singly(1.001), pairs(1.001);
  for (int i = 0; i < 10'000; ++i) {
    singly.add(1);
    pairs.add(i % 4 == 0 ? 2 : 1);
  }
  const auto why = [&](const fc::OrderSizeLaw* law, std::int32_t stock) {
    slow.order_size = law;
    slow.next_order = 0.15;
    return steps(stock, {slow, slow}, {stock, stock}, fc::Regime::plenty).steps[0].why;
  };
  EXPECT_EQ(why(nullptr, 1), Why::not_worth_it);
  EXPECT_EQ(why(&singly.law(), 1), Why::not_worth_it);
  EXPECT_EQ(why(&pairs.law(), 1), Why::lower) << "an order for two empties a listing that shows six";
  EXPECT_EQ(why(&pairs.law(), 2), Why::not_worth_it) << "nobody asks for three";
}

TEST(Plan, FillsAConfirmedEmptyListingWithinTheRoom) {
  const Plan plan = steps(4, {offer(1), offer(0)}, {1, 5});
  EXPECT_EQ(plan.steps[1].why, Why::fill);
  EXPECT_EQ(plan.steps[1].value, 3);
  auto unresolved = offer(0);
  unresolved.exposure.pending = 1;
  EXPECT_EQ(steps(4, {offer(1), unresolved}, {1, 3}).steps[1].why, Why::awaits_resolve);
  EXPECT_EQ(steps(4, {offer(4), offer(0)}, {4, 2}).steps[1].why, Why::awaits_others);
}

TEST(Plan, TwoFillsShareTheRoom) {
  const Plan plan = steps(3, {offer(0), offer(0)}, {2, 2});
  EXPECT_EQ(plan.steps[0].value + plan.steps[1].value, 3);
}

TEST(Plan, StrandedUnitsComeBackThroughZero) {
  const Plan plan = steps(3, {offer(0), offer(3)}, {3, 0});
  EXPECT_EQ(plan.steps[0].why, Why::awaits_others);
  EXPECT_EQ(plan.steps[1].why, Why::zero);
}

TEST(Plan, RelativeMovesBothWaysAtOnceButNeverBeyondTheStock) {
  const Plan plan = steps(5, {offer(2, WriteKind::relative), offer(2, WriteKind::relative)}, {1, 4});
  EXPECT_EQ(plan.steps[0].why, Why::lower);
  EXPECT_EQ(plan.steps[0].value, -1);
  EXPECT_EQ(plan.steps[1].why, Why::raise);
  EXPECT_EQ(plan.steps[1].value, 1);  // the unit of the other is free only when resolved
}

TEST(Plan, CompareAndSetNamesWhatItExpects) {
  const Plan plan = steps(5, {offer(5, WriteKind::compare_and_set), offer(0)}, {2, 3});
  EXPECT_EQ(plan.steps[0].kind, WriteKind::compare_and_set);
  EXPECT_EQ(plan.steps[0].value, 2);
  EXPECT_EQ(plan.steps[0].expected, 5);
}

// It is counted as if it would land, and lands only where the listing shows again what it expected.
TEST(Plan, AComparisonThatWasGivenUpOnKeepsNobodyFromLowering) {
  auto lost = offer(5, WriteKind::compare_and_set);
  lost.exposure.units = 8;
  lost.exposure.pending = 1;
  EXPECT_EQ(steps(2, {lost}, {2}).steps[0].why, Why::awaits_resolve);
  lost.exposure.given_up = 1;
  const Plan plan = steps(2, {lost}, {2});
  EXPECT_EQ(plan.steps[0].why, Why::lower);
  EXPECT_EQ(plan.steps[0].value, 2);
  // A newer reading shows more; what is settled shows less than the target.
  lost.exposure.settled_units = 1;
  EXPECT_EQ(steps(2, {lost}, {2}).steps[0].why, Why::awaits_resolve);
}

// In plenty nothing else keeps a difference from being made twice.
TEST(Plan, ARaiseThatWasGivenUpOnIsNotAddedAgain) {
  auto lost = offer(10, WriteKind::relative);
  lost.exposure.units = 60;
  lost.exposure.pending = lost.exposure.given_up = 1;
  EXPECT_EQ(steps(60, {lost}, {60}, fc::Regime::plenty).steps[0].why, Why::awaits_resolve);
  const Plan more = steps(90, {lost}, {90}, fc::Regime::plenty);
  EXPECT_EQ(more.steps[0].why, Why::raise);
  EXPECT_EQ(more.steps[0].value, 30) << "what is missing even if the first lands";
  const Plan fewer = steps(4, {lost}, {4}, fc::Regime::plenty);
  EXPECT_EQ(fewer.steps[0].value, -6);
}

TEST(Plan, ACompareThatIsBoundToFailIsNotTried) {
  EXPECT_EQ(way_of(WriteKind::compare_and_set, most_sold_in_flight / 2), WriteKind::compare_and_set);
  EXPECT_EQ(way_of(WriteKind::compare_and_set, most_sold_in_flight * 2), WriteKind::absolute);
  EXPECT_EQ(way_of(WriteKind::relative, most_sold_in_flight * 2), WriteKind::relative);
}

TEST(Plan, AnUnprovenChannelGetsOneLot) {
  auto unproven = offer(0);
  unproven.unproven = true;
  unproven.lot_units = 1;
  EXPECT_EQ(steps(9, {offer(0), unproven}, {4, 5}).steps[1].value, 1);
}

TEST(Plan, SeveralListingsOfOneSkuOnOneChannelShareItsStock) {
  const Plan plan = steps(2, {offer(2), offer(2)}, {2, 0});
  EXPECT_EQ(plan.regimes[0], Regime::entering);
  EXPECT_EQ(plan.exposed_units[0], 4);
  EXPECT_EQ(plan.steps[1].why, Why::zero);
}

TEST(Plan, BundlesTakeTheRoomOfEveryComponent) {
  const std::array<fc::StockTerms, 2> skus{{{4}, {1}}};
  const std::array<fc::SkuVerdict, 2> verdicts{
      {{.regime = fc::Regime::scarce}, {.regime = fc::Regime::scarce}}};
  std::array<OfferFacts, 2> offers{offer(0), offer(0)};
  offers[0].terms.component_count = 2;
  offers[0].terms.components = {{{0, 2}, {1, 1}}};
  offers[1].terms.components = {{{0, 1}}};
  Plan plan;
  const std::array<std::int32_t, 2> targets{2, 3};
  plan_steps({skus, offers}, verdicts, targets, plan);
  EXPECT_EQ(plan.steps[0].value, 1);  // one unit of SKU 1
  EXPECT_EQ(plan.steps[1].value, 2);  // two of SKU 0 are in the bundle
}

TEST(Plan, HoldsAndDwellStopWrites) {
  auto held = offer(0);
  held.may_raise = false;
  EXPECT_EQ(steps(3, {held, offer(0)}, {3, 0}).steps[0].why, Why::may_not_raise);
  auto resting = offer(0);
  resting.rested = false;
  EXPECT_EQ(steps(3, {resting}, {3}).steps[0].why, Why::resting);
  auto racing = offer(3);
  racing.rested = false;  // what may oversell does not wait
  EXPECT_EQ(steps(2, {racing, racing}, {2, 0}).steps[1].why, Why::zero);
  auto person = offer(3);
  person.may_lower = false;
  EXPECT_EQ(steps(2, {person, offer(2)}, {0, 2}).steps[0].why, Why::may_not_lower);
}

TEST(Plan, PlentyWritesOnlyWhatPays) {
  EXPECT_EQ(steps(50, {offer(51)}, {50}, fc::Regime::plenty).steps[0].why, Why::not_worth_it);
  EXPECT_EQ(steps(50, {offer(0)}, {50}, fc::Regime::plenty).steps[0].why, Why::fill);
  EXPECT_EQ(steps(50, {offer(40)}, {50}, fc::Regime::plenty).steps[0].why, Why::not_worth_it);
  EXPECT_EQ(steps(50, {offer(25)}, {50}, fc::Regime::plenty).steps[0].why, Why::raise);
}

TEST(Plan, TheWholeDecisionFollowsFromFacts) {
  const fc::StockTerms sku{3};
  std::vector<OfferFacts> offers{offer(3), offer(3), offer(3)};
  for (auto& o : offers) o.terms.blind = {1, 2};
  Plan plan;
  ASSERT_TRUE(make_plan({{&sku, 1}, offers}, plan));
  EXPECT_EQ(plan.regimes[0], Regime::entering);
  EXPECT_GT(plan.exposed_units[0], 3);
  const auto what = what_if({{&sku, 1}, offers}, plan, 0);
  EXPECT_GT(what.resumes_at_units, 3);
  const std::string text = sku_text({{&sku, 1}, offers}, plan, 0, what);
  EXPECT_NE(text.find("resumes at"), std::string::npos) << text;
  EXPECT_NE(step_text(offers[1], plan.steps[1]).find("should show"), std::string::npos);
}

TEST(Plan, AnUnknownListingIsNeverRaised) {
  OfferFacts unknown = offer(0);
  unknown.exposure = {.units = INT32_MAX};
  const Plan plan = steps(5, {unknown, offer(2)}, {3, 2});
  EXPECT_EQ(plan.regimes[0], Regime::entering);
  EXPECT_EQ(plan.steps[0].value, 0);
}

}  // namespace
}  // namespace forestall::planner
