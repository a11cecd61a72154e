// SPDX-License-Identifier: Apache-2.0
// Policy around the planner: what a listing shows where stock is plenty and where it is scarce, what a person
// or doubtful data forbids, and that every explanation can be told again from its JSON.
#include "daemon/guard/plan_rule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "daemon/guard/rule.hpp"

namespace forestall::guard {
namespace {

using model::Certainty;
using ::testing::HasSubstr;

const Instant now{Millis(1'700'000'000'000)};

ComponentFacts cup(std::int64_t available) {
  return {.sku = SkuId::literal("CUP"),
          .certainty = Certainty::known,
          .available = Units(available),
          .as_of = now};
}

// A listing whose shoppers ask for `a_day` units; blind for half an hour, thirty days to the receipt.
ListingFacts listing(const std::string& name, std::int64_t available, std::int64_t shown, double a_day) {
  ListingFacts f{.account = AccountId::literal(name),
                 .listing = ListingId::literal("CUP"),
                 .components = {cup(available)},
                 .shown = Units(shown),
                 .activity = model::ListingActivity::active,
                 .zero_is_ours = true};
  const auto units = static_cast<std::int32_t>(shown);
  f.offer.exposure = {.units = units, .settled_units = units, .heading_units = units, .known = true};
  f.offer.terms.until_receipt = {a_day * 30, a_day * 36};
  f.offer.terms.blind = {a_day / 48, a_day / 40};
  f.offer.terms.cancel_cost = 20;
  return f;
}

std::vector<ListingFacts> three(std::int64_t available, std::int64_t shown, double a_day) {
  return {listing("one", available, shown, a_day * .6), listing("two", available, shown, a_day * .25),
          listing("three", available, shown, a_day * .15)};
}

TEST(PlanRule, PlentyIsLeftAlone) {
  for (const auto& e : decide_together(three(50, 50, 2), now)) {
    EXPECT_EQ(e.decision.reason, Reason::fits);
    EXPECT_EQ(e.rule, "planner");
    ASSERT_TRUE(e.plan);
    EXPECT_EQ(e.plan->step.regime, planner::Regime::plenty);
  }
}

// Sales elsewhere need no write while many are left.
TEST(PlanRule, ASaleElsewhereIsNotWorthAWriteWhileThereIsPlenty) {
  for (const auto& e : decide_together(three(45, 46, 1), now))
    EXPECT_EQ(e.decision.reason, Reason::not_worth_it);
}

// What is on its way may take the last units: they are kept off the listings until it is seen, and given out
// then, so that together they never show more than there is.
TEST(PlanRule, TheLastUnitsAreShownOnce) {
  auto all = three(2, 2, 1);
  std::size_t emptied = 0;
  for (const auto& e : decide_together(all, now, Detail::all)) {
    EXPECT_TRUE(e.decision.reason == Reason::scarce || e.decision.reason == Reason::anchor) << to_text(e);
    EXPECT_THAT(e.counterfactual, HasSubstr("units of CUP"));
    emptied += e.decision.is_act() && e.decision.target == Units(0) ? 1 : 0;
  }
  EXPECT_GE(emptied, 2U);
  all = three(2, 0, 1);
  Units shown;
  for (const auto& e : decide_together(all, now))
    if (e.decision.is_act()) shown += e.decision.target;
  EXPECT_EQ(shown, Units(2));
}

TEST(PlanRule, NothingLeftIsZeroEverywhere) {
  for (const auto& e : decide_together(three(0, 3, 2), now)) {
    EXPECT_EQ(e.decision.reason, Reason::sold_out);
    EXPECT_EQ(e.decision.target, Units(0));
    EXPECT_THAT(e.counterfactual, HasSubstr("resumes at"));
  }
}

// An unresolved write may land after all: what it would show counts against the others.
TEST(PlanRule, AnUnresolvedWriteKeepsTheOthersDown) {
  auto all = three(2, 0, 12);
  all[1].offer.exposure.units = 2;
  all[1].offer.exposure.pending = 1;
  const auto decided = decide_together(all, now);
  EXPECT_FALSE(decided[0].decision.is_act()) << to_text(decided[0]);
  EXPECT_FALSE(decided[2].decision.is_act()) << to_text(decided[2]);
}

TEST(PlanRule, UnseenOrdersKeepScarceListingsFromRising) {
  auto all = three(2, 0, 12);
  EXPECT_EQ(decide_together(all, now)[0].decision.reason, Reason::back_in_stock);
  all[2].provisional = true;
  all[2].offer.exposure.known = false;
  EXPECT_EQ(decide_together(all, now)[0].decision.reason, Reason::awaits_orders);
}

TEST(PlanRule, AnUnprovenChannelGetsOneLot) {
  const auto most = [](bool unproven) {
    auto all = three(4, 0, 60);
    for (auto& one : all) one.offer.unproven = unproven;
    Units most;
    for (const auto& e : decide_together(all, now))
      if (e.decision.is_act()) most = std::max(most, e.decision.target);
    return most;
  };
  EXPECT_GT(most(false), Units(1));
  EXPECT_EQ(most(true), Units(1));
}

TEST(PlanRule, SoldInOnePlaceItShowsWhatTheBooksSay) {
  const auto decided = [](std::int64_t available, std::int64_t shown) {
    return decide_together({listing("one", available, shown, 1)}, now)[0].decision;
  };
  EXPECT_EQ(decided(3, 5).reason, Reason::sold_elsewhere);
  EXPECT_EQ(decided(3, 5).target, Units(3));
  EXPECT_EQ(decided(0, 5).reason, Reason::sold_out);
  EXPECT_EQ(decided(4, 0).reason, Reason::back_in_stock);
  EXPECT_EQ(decided(4, 0).target, Units(4));
  EXPECT_EQ(decided(5, 5).reason, Reason::fits);
}

TEST(PlanRule, TheCapIsKept) {
  auto f = listing("one", 500, 150, 1);
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::over_cap);
  EXPECT_EQ(decide_together({f}, now)[0].decision.target, f.cap);
}

TEST(PlanRule, WhatIsBelievedCountsNotTheBooks) {
  auto f = listing("one", 4, 4, 1);
  f.components[0].believed = Units(2);
  EXPECT_EQ(decide_together({f}, now)[0].decision.target, Units(2));
  f.buffer = Units(1);
  const auto e = decide_together({f}, now)[0];
  EXPECT_EQ(e.decision.target, Units(1));
  EXPECT_THAT(to_text(e), HasSubstr("4 available, 2 of them believed"));
}

// --- what is not the planner's to decide ---

TEST(PlanRule, UnknownIsNotZero) {
  auto all = three(2, 5, 12);
  all[1].components[0].certainty = Certainty::unknown;
  const auto decided = decide_together(all, now);
  EXPECT_EQ(decided[1].decision.reason, Reason::stock_unknown);
  all = three(2, 5, 12);
  all[0].shown.reset();
  EXPECT_EQ(decide_together(all, now)[0].decision.reason, Reason::listing_unread);
}

// A bundle with a part of unknown stock goes on selling the other part.
TEST(PlanRule, WhatIsNotDecidedAboutCountsForTheOthers) {
  auto all = three(5, 0, 12);
  auto set = listing("set", 5, 5, 1);
  set.components.push_back({.sku = SkuId::literal("LID"), .certainty = Certainty::unknown, .as_of = now});
  all.push_back(set);
  auto decided = decide_together(all, now);
  EXPECT_EQ(decided[3].decision.reason, Reason::stock_unknown);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_FALSE(decided[i].decision.is_act()) << to_text(decided[i]) << ": all five may go with the set";
  // Without it they are filled; so also once it was removed.
  all[3].activity = model::ListingActivity::removed;
  decided = decide_together(all, now);
  EXPECT_TRUE(decided[0].decision.is_act()) << to_text(decided[0]);
}

TEST(PlanRule, NothingScarceRisesBesideAListingThatNobodyRead) {
  auto all = three(5, 0, 12);
  all[2].shown.reset();
  all[2].offer.exposure = {};
  const auto decided = decide_together(all, now);
  EXPECT_EQ(decided[2].decision.reason, Reason::listing_unread);
  EXPECT_EQ(decided[0].decision.reason, Reason::awaits_others) << to_text(decided[0]);
  EXPECT_FALSE(decided[1].decision.is_act()) << to_text(decided[1]);
}

TEST(PlanRule, APersonsHoldStandsAndTheOthersCountOnIt) {
  auto all = three(3, 3, 12);
  all[1].hold = Hold{.kind = HoldKind::held, .since = now};
  const auto decided = decide_together(all, now, Detail::all);
  EXPECT_EQ(decided[1].decision.reason, Reason::held);
  // The three that it holds are the stock: nothing is left for anybody else.
  EXPECT_EQ(decided[0].decision.target, Units(0)) << to_text(decided[0]);
  EXPECT_EQ(decided[2].decision.target, Units(0)) << to_text(decided[2]);
}

TEST(PlanRule, NeverResumesWhatItDidNotPause) {
  auto f = listing("one", 9, 0, 1);
  f.zero_is_ours = false;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::not_ours);
  f = listing("one", 9, 5, 1);
  f.activity = model::ListingActivity::inactive;
  f.zero_is_ours = false;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::not_ours);
}

TEST(PlanRule, DoubtLowersAndNeverRaises) {
  auto f = listing("one", 9, 0, 1);
  f.components[0].certainty = Certainty::suspect;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::suspect);
  f.components[0].certainty = Certainty::known;
  f.components[0].stale = true;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::stale);
  f = listing("one", 0, 5, 1);
  f.components[0].certainty = Certainty::suspect;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::sold_out);
}

TEST(PlanRule, WhatTheAccountMayNotWriteIsNotWritten) {
  auto f = listing("one", 0, 5, 1);
  f.writes = config::Writes::none;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::writes_off);
  f.writes = config::Writes::lower_only;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::sold_out);
  f = listing("one", 5, 0, 1);
  f.writes = config::Writes::lower_only;
  EXPECT_EQ(decide_together({f}, now)[0].decision.reason, Reason::lower_only);
}

// --- more listings than are divided at once ---

std::vector<ListingFacts> twenty(std::int64_t available, std::int64_t shown, double a_day) {
  std::vector<ListingFacts> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(listing(fmt::format("a{:02}", i), available, shown, a_day * (20 - i) / 210));
  return all;
}

// Carries out what was decided, at once: what it shows and may sell afterwards.
std::int64_t carry_out(std::vector<ListingFacts>& all, const std::vector<Explanation>& decided) {
  std::int64_t exposed = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (decided[i].decision.is_act()) {
      const auto units = static_cast<std::int32_t>(decided[i].decision.target.count());
      all[i].shown = Units(units);
      auto& exposure = all[i].offer.exposure;
      exposure.units = exposure.settled_units = exposure.heading_units = units;
    }
    exposed += all[i].offer.exposure.units;
  }
  return exposed;
}

TEST(PlanRule, TwentyListingsOfThreeUnitsNeverShowMoreThanThreeOnceTheyAreScarce) {
  auto all = twenty(3, 3, 12);
  auto decided = decide_together(all, now, Detail::all);
  for (const auto& e : decided) {
    EXPECT_EQ(e.rule, "planner");
    EXPECT_LE(e.decision.target, Units(3)) << to_text(e);
    EXPECT_THAT(to_text(e), HasSubstr("20 or more listings are tied together"));
    EXPECT_EQ(retell(to_json(e)).value(), to_text(e));
  }
  std::int64_t exposed = 0;
  for (int round = 0; round < 4; ++round) {
    exposed = carry_out(all, decided);
    decided = decide_together(all, now, Detail::all);
  }
  EXPECT_LE(exposed, 3);
  EXPECT_GT(exposed, 0) << "somebody sells it";
  std::size_t crowded = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_FALSE(decided[i].decision.is_act()) << i << " " << to_text(decided[i]);
    if (decided[i].decision.reason == Reason::crowded) ++crowded;
  }
  EXPECT_EQ(crowded, 4U);
}

// What those without a place may still sell is taken off before anybody else rises.
TEST(PlanRule, WhatTheListingsOverTheLimitMaySellIsNotShownASecondTime) {
  auto all = twenty(3, 0, 12);
  for (std::size_t i = 16; i < 19; ++i) {
    all[i].shown = Units(1);
    auto& exposure = all[i].offer.exposure;
    exposure.units = exposure.settled_units = exposure.heading_units = 1;
    all[i].hold = Hold{.kind = HoldKind::held, .since = now};
  }
  for (const auto& e : decide_together(all, now)) {
    EXPECT_FALSE(e.decision.is_act()) << to_text(e);
  }
  // Lowered, and the write unresolved: it still may.
  for (std::size_t i = 16; i < 19; ++i) {
    all[i].hold.reset();
    all[i].shown = Units(0);
    all[i].offer.exposure = {.units = 1, .settled_units = 1, .heading_units = 0, .pending = 1, .known = true};
  }
  const auto decided = decide_together(all, now);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_FALSE(decided[i].decision.is_act()) << to_text(decided[i]);
  EXPECT_EQ(decided[16].decision.reason, Reason::awaits_outcome);
}

TEST(PlanRule, TwentyListingsOfPlentyAllShowIt) {
  auto all = twenty(90, 0, 1);
  for (const auto& e : decide_together(all, now)) {
    EXPECT_EQ(e.decision.target, Units(90)) << to_text(e);
    EXPECT_TRUE(e.decision.is_act());
  }
}

// Stock that others divide: what they may sell is taken off, and it is split though only one listing of it
// is decided here.
TEST(PlanRule, WhatIsDividedElsewhereIsLeftToThoseWhoHaveIt) {
  const auto decided = [](std::int64_t elsewhere, ComponentFacts::Share share) {
    auto f = listing("one", 50, 0, 1);
    f.tied = 17;
    f.components.push_back(cup(5));
    f.components[1].sku = SkuId::literal("BOX");
    f.components[1].share = share;
    f.components[1].elsewhere = Units(elsewhere);
    return decide_together({f}, now)[0];
  };
  EXPECT_EQ(decided(0, ComponentFacts::Share::bound).decision.target, Units(5));
  EXPECT_EQ(decided(2, ComponentFacts::Share::split).decision.target, Units(3));
  EXPECT_EQ(decided(5, ComponentFacts::Share::split).decision.target, Units(0));
  EXPECT_FALSE(decided(5, ComponentFacts::Share::split).decision.is_act());
}

// Random groups: whatever happens to be shown, once exposures are within the stock no round of decisions
// leaves it, and what is scarce gets there.
TEST(PlanRule, GroupsOfAnySizeStayWithinTheStock) {
  std::uint32_t seed = 7;
  const auto draw = [&seed](std::uint32_t below) {
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 16) % below;
  };
  for (int trial = 0; trial < 200; ++trial) {
    const std::int64_t available = draw(7);
    std::vector<ListingFacts> all;
    for (std::uint32_t i = 0, n = 14 + draw(30); i < n; ++i)
      all.push_back(listing(fmt::format("a{:02}", i), available, draw(4), 0.2 + draw(10)));
    bool within = false;
    for (int round = 0; round < 6; ++round) {
      const auto decided = decide_together(all, now);
      const bool scarce = std::ranges::any_of(decided, [](const Explanation& e) {
        return e.decision.reason == Reason::crowded ||
               (e.plan && e.plan->step.regime != planner::Regime::plenty);
      });
      const auto exposed = carry_out(all, decided);
      if (within && scarce) {
        EXPECT_LE(exposed, available) << "trial " << trial << " round " << round;
      }
      within = exposed <= available;
      if (round == 5 && scarce) {
        EXPECT_LE(exposed, available) << "trial " << trial;
      }
    }
  }
}

TEST(PlanRule, OrdersExplainASellOutAndAScarceSplit) {
  auto all = three(2, 2, 12);
  for (auto& one : all) one.components[0].committed = Units(3);
  for (const auto& e : decide_together(all, now))
    if (e.decision.is_act()) {
      EXPECT_TRUE(explained_by_orders(e));
    }
  all = three(0, 40, 12);  // gone from the books, and nobody ordered it
  for (const auto& e : decide_together(all, now)) EXPECT_FALSE(explained_by_orders(e));
}

// Whatever the numbers: no raise in doubt, none of a person's, none beyond the books, and, where the
// exposures are within the stock, none that would leave it.
TEST(PlanRule, EveryCombinationOfSmallNumbers) {
  for (std::int64_t available = -1; available <= 5; ++available)
    for (std::int64_t first = 0; first <= 4; ++first)
      for (std::int64_t second = 0; second <= 4; ++second)
        for (const double a_day : {0.1, 20.0})
          for (const bool held : {false, true})
            for (const bool suspect : {false, true}) {
              std::vector all = {listing("one", available, first, a_day),
                                 listing("two", available, second, a_day / 3)};
              if (held) all[1].hold = Hold{.kind = HoldKind::held, .since = now};
              for (auto& one : all)
                if (suspect) one.components[0].certainty = Certainty::suspect;
              const auto decided = decide_together(all, now);
              std::int64_t exposed = first + second;
              bool scarce = false;
              for (const auto& e : decided) {
                if (!e.decision.is_act()) continue;
                EXPECT_GE(e.decision.target, Units(0));
                EXPECT_LE(e.decision.target, std::max(Units(0), Units(available)));
                EXPECT_FALSE(held && e.facts.account.str() == "two");
                scarce = scarce || e.plan->step.regime != planner::Regime::plenty;
                if (e.decision.target > *e.facts.shown) {
                  EXPECT_FALSE(suspect);
                  exposed += e.decision.target.count();
                }
                EXPECT_EQ(retell(to_json(e)).value(), to_text(e));
              }
              if (scarce && first + second <= available) {
                EXPECT_LE(exposed, available);
              }
            }
}

// What was sold unseen is counted down already: the change is what was decided, from what is shown.
TEST(PlanRule, OnAChannelThatAddsOrComparesTheChangeIsDecided) {
  using planner::WriteKind;
  for (const auto kind : {WriteKind::absolute, WriteKind::relative, WriteKind::compare_and_set}) {
    auto one = listing("one", 3, 5, 4);
    one.offer.writes = kind;
    one.shown = Units(4);  // read just now, and one of the five was sold
    const auto decided = decide_together({one}, now);
    ASSERT_TRUE(decided[0].decision.is_act());
    EXPECT_EQ(decided[0].decision.kind, kind);
    EXPECT_EQ(decided[0].decision.target, kind == WriteKind::absolute ? Units(3) : Units(2));
    const auto text = retell(to_json(decided[0])).value();
    EXPECT_EQ(text, to_text(decided[0]));
    EXPECT_THAT(text, HasSubstr(kind == WriteKind::absolute   ? ": 3 to be shown, 4 shown"
                                : kind == WriteKind::relative ? ": 2 to be shown (2 fewer), 4 shown"
                                                              : ": 2 to be shown if it is still 4, 4 shown"));
  }
}

TEST(PlanRule, ADifferenceNeverGoesBelowZero) {
  auto one = listing("one", 0, 5, 4);
  one.offer.writes = planner::WriteKind::relative;
  one.shown = Units(2);
  const auto decided = decide_together({one}, now);
  EXPECT_EQ(decided[0].decision.target, Units(0));
  EXPECT_THAT(to_text(decided[0]), HasSubstr("(2 fewer)"));
  one.shown = Units(0);
  EXPECT_EQ(decide_together({one}, now)[0].decision.reason, Reason::awaits_orders) << "it is at zero already";
}

TEST(Retell, RefusesWhatIsNoExplanation) {
  for (const auto* text : {"", "{", "[]", "{}", "7", "{\"rule\":\"planner\"}"})
    EXPECT_FALSE(retell(text)) << text;
  EXPECT_TRUE(retell(R"({"reason":"fits","components":[7,{"sku":1}],"plan":{"usable":"x"},"shown":null})"));
}

}  // namespace
}  // namespace forestall::guard
