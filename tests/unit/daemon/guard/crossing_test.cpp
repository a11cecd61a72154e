// SPDX-License-Identifier: Apache-2.0
// The instant at which time alone changes a decision: the same before it, another one from it on.
#include "daemon/guard/crossing.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "daemon/guard/demand/offer_demand.hpp"
#include "daemon/guard/plan_rule.hpp"

namespace forestall::guard {
namespace {

using namespace std::chrono_literals;

const Instant monday{std::chrono::sys_days(std::chrono::year{2026} / 1 / 5)};

std::optional<Instant> crossing(Millis at, Millis until = 24h) {
  const auto answer = [&](Instant now) { return now >= monday + at; };
  return first_crossing(monday, monday + until, answer, std::equal_to<bool>());
}

TEST(Crossing, IsFoundToTheMinuteWhereverItLies) {
  for (const Millis at :
       {Millis(1min), Millis(59min), Millis(1h), Millis(61min + 7s), Millis(13h + 29min), Millis(24h)}) {
    const auto found = crossing(at);
    ASSERT_TRUE(found) << at.count();
    EXPECT_GE(*found, monday + at) << "at it the answer is another";
    EXPECT_LT(*found - crossing_precision, monday + at) << "and a minute before it is not";
  }
  EXPECT_FALSE(crossing(24h + 1ms));
  EXPECT_FALSE(crossing(2h, 1h));
}

TEST(Crossing, BeginsAtAnyInstant) {
  const Instant from = monday + 17min + 3s;
  const auto answer = [&](Instant now) { return now >= from + 20s; };
  const auto found = first_crossing(from, from + 24h, answer, std::equal_to<bool>());
  ASSERT_TRUE(found);
  EXPECT_LE(*found - from, crossing_precision + 20s);
}

// A listing shows five of eight. At night that is enough; from the hour on in which most is sold it is not.
std::vector<Explanation> shop_at(const DemandModel& model, Instant now) {
  const Millis blind = 20min;
  const auto demand = sku_demand(model, model.level(0, now), now, Instant{}, 24h, blind, {});
  std::vector<ListingFacts> listings(1);
  auto& one = listings[0];
  one.account = AccountId::literal("shop");
  one.listing = ListingId::literal("TEA");
  one.components = {
      {.sku = SkuId::literal("TEA"), .certainty = model::Certainty::known, .available = Units(8)}};
  one.shown = Units(5);
  one.offer.exposure = {.units = 5, .settled_units = 5, .heading_units = 5, .known = true};
  fill_demand(model, demand, {.seen_until = now - 5min, .flight = 15min}, now, blind, one.offer.terms);
  return decide_together(std::move(listings), now);
}

TEST(Crossing, TheHourInWhichMostIsSoldCallsForMore) {
  DemandModel model;
  model.grow(1, monday - 60 * 24h);
  forecasting::ProfileLearner learner;
  for (int hour = 0; hour < forecasting::hours_per_week; ++hour)
    ASSERT_TRUE(learner.add(hour, hour % 24 == 14 ? 100 : 1, 10));
  model.set_profile(forecasting::WeekProfile::make(learner.factors()).value());
  model.selling(0, monday - 60 * 24h, true);
  for (auto day = monday - 60 * 24h; day < monday; day += 24h)
    for (int i = 0; i < 30; ++i) model.sold(0, day + 14h + i * 2min, 1);

  const auto answer = [&](Instant at) { return shop_at(model, at); };
  const auto same = [](const auto& a, const auto& b) { return same_answer(a, b); };
  const Instant night = monday + 2h;
  ASSERT_EQ(answer(night)[0].decision.reason, Reason::not_worth_it);
  const auto at = first_crossing(night, night + 24h, answer, same);
  ASSERT_TRUE(at);
  EXPECT_EQ(answer(*at - crossing_precision)[0].decision.reason, Reason::not_worth_it);
  EXPECT_EQ(answer(*at)[0].decision.reason, Reason::restocked);
  EXPECT_EQ(answer(*at)[0].decision.target, Units(8));
  // The window that begins then reaches into the hour.
  EXPECT_GT(*at, monday + 13h);
  EXPECT_LE(*at, monday + 14h + 20min);
}

TEST(Crossing, WhatNobodyWouldActOnIsTheSameAnswer) {
  std::vector<Explanation> a(1), b(1);
  a[0].decision = {Reason::fits, Units(5)};
  b[0].decision = {Reason::not_worth_it, Units(6)};
  EXPECT_TRUE(same_answer(a, b));
  b[0].decision = {Reason::restocked, Units(6)};
  EXPECT_FALSE(same_answer(a, b));
  a[0].decision = {Reason::back_in_stock, Units(6)};
  EXPECT_TRUE(same_answer(a, b));
  a[0].plan.emplace();
  b[0].plan.emplace();
  b[0].plan->verdict.regime = forecasting::Regime::scarce;
  EXPECT_FALSE(same_answer(a, b)) << "what is shared is not what is split";
}

}  // namespace
}  // namespace forestall::guard
