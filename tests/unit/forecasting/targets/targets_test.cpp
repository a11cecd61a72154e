// SPDX-License-Identifier: Apache-2.0
// One SKU: the choice against trying everything, and what must hold whatever the numbers are.
#include "forecasting/targets/targets.hpp"

#include <gtest/gtest.h>

#include <array>

#include "forecasting/targets/hold_back.hpp"
#include "forecasting/targets/ladder.hpp"
#include "tests/unit/forecasting/targets/problems.hpp"

namespace forestall::forecasting {
namespace {

using test::best_split;
using test::overdispersed;
using test::plain_curve;
using test::plain_ladder;
using test::random_channels;

struct Answer {
  SkuVerdict verdict;
  std::vector<ListingTarget> targets;
};

Answer choose(int stock, const std::vector<ListingTerms>& listings) {
  Answer out;
  out.targets.resize(listings.size());
  const StockTerms sku{stock};
  const auto ok = choose_targets({&sku, 1}, listings, {&out.verdict, 1}, out.targets);
  EXPECT_TRUE(ok) << error_name(ok.error());
  return out;
}

// Every q in {0..S}^3 with sum <= S, and sharing.
TEST(Targets, OneSkuMatchesExhaustiveSearch) {
  std::mt19937_64 random(1);
  int scarce = 0, plenty = 0, kept = 0, short_way = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const int stock = 1 + static_cast<int>(random() % 12);
    const auto listings = random_channels(random, stock);
    const auto ladder = plain_ladder(listings, stock);
    double margin = 0, shared = ladder.pooled - ladder.later;
    for (const auto& l : listings) {
      margin = std::max(margin, l.margin);
      if (l.exposure_units > stock || l.exposure_units == 0) shared -= l.write_cost;
    }
    const double lost = std::max(0.0, 1 - ladder.bid / margin);
    double split = -1e300;
    for (int a = 0; a <= stock; ++a)
      for (int b = 0; a + b <= stock; ++b)
        for (int c = 0; a + b + c <= stock; ++c)
          split = std::max(split, plain_curve(listings[0], a, lost) + plain_curve(listings[1], b, lost) +
                                      plain_curve(listings[2], c, lost));
    split -= ladder.race_now;

    const auto [verdict, targets] = choose(stock, listings);
    if (verdict.reason == Reason::race_below_write) {
      // The short way gives up less than one write's price beside the writes that splitting would save.
      EXPECT_LE(split - shared, listings[0].write_cost * (1 + 2 * (stock - 1) + 4 + 3)) << trial;
      ++short_way;
      ++plenty;
      continue;
    }
    const double scale = 1e-9 * (1 + std::abs(split) + std::abs(shared));
    EXPECT_NEAR(verdict.scarce_value, split, scale) << trial;
    EXPECT_NEAR(verdict.plenty_value, shared, scale) << trial;
    int total = 0;
    double reached = -verdict.race_cost_now;
    for (std::size_t l = 0; l < 3; ++l) {
      total += targets[l].units;
      reached += plain_curve(listings[l], targets[l].units, lost);
      kept += targets[l].units == listings[l].exposure_units;
    }
    if (verdict.regime == Regime::scarce) {
      ++scarce;
      EXPECT_GE(split, shared - scale) << trial;
      EXPECT_LE(total, stock - verdict.hold_back_units) << trial;
      if (verdict.hold_back_units == 0) {
        EXPECT_NEAR(reached, split, scale) << trial;
      }
    } else {
      ++plenty;
      EXPECT_GE(shared, split - scale) << trial;
      for (const auto& t : targets) EXPECT_EQ(t.units, stock);
    }
  }
  // The sample holds both regimes and listings left alone in numbers.
  EXPECT_GT(scarce, 150);
  EXPECT_GT(plenty, 150);
  EXPECT_GT(kept, 100);
  EXPECT_GT(short_way, 50);
}

LadderTerms climbed(std::span<const SkuListing> listings, int units) {
  LadderStarts starts;
  return climb(listings, sum_up(listings), units, starts);
}

TEST(Targets, GreedySplitOfTheLadderIsTheBestSplit) {
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 300; ++trial) {
    const int stock = 1 + static_cast<int>(random() % 12);
    const auto listings = random_channels(random, stock);
    std::vector<SkuListing> seen;
    seen.reserve(listings.size());
    for (const auto& l : listings)
      seen.push_back({l.until_receipt, l.blind, l.margin, l.cancel_cost, l.write_cost, l.exposure_units,
                      l.cap_units, l.through_zero});
    EXPECT_NEAR(climbed(seen, stock).split_value, best_split(listings, 0, stock), 1e-10);
  }
}

TEST(Targets, RaceBoundIsAboveTheRace) {
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 3000; ++trial) {
    const int stock = static_cast<int>(random() % 30);
    const auto listings = random_channels(random, stock);
    std::vector<SkuListing> seen;
    seen.reserve(listings.size());
    WindowDemand blind;
    double worst = 0;
    for (const auto& l : listings) {
      seen.push_back({l.until_receipt, l.blind, l.margin, l.cancel_cost, l.write_cost, l.exposure_units,
                      l.cap_units, l.through_zero});
      blind.mean_units += l.blind.mean_units;
      blind.variance_units2 += l.blind.variance_units2;
      worst = std::max(worst, l.margin + l.cancel_cost);
    }
    EXPECT_GE(race_bound(sum_up(seen), stock) * (1 + 1e-9) + 1e-300, worst * expected_excess(blind, stock))
        << trial;
  }
}

// The identity the race rests on: of units accepted beyond s, those a listing refuses by itself are not
// oversold.
TEST(Targets, SelfLimitingIdentity) {
  std::mt19937_64 random(4);
  for (int trial = 0; trial < 100000; ++trial) {
    const int s = static_cast<int>(random() % 6);
    int all = 0, shown = 0, own = 0;
    for (int l = 0; l < 3; ++l) {
      const int b = static_cast<int>(random() % 8);
      all += b, shown += std::min(b, s), own += std::max(b - s, 0);
    }
    ASSERT_EQ(std::max(shown - s, 0), std::max(all - s, 0) - own);
  }
}

TEST(Targets, SlowLastUnitStaysOnEveryChannel) {
  // .3 units a month, receipt in a month, blind for a quarter of an hour: a race once in centuries.
  std::vector<ListingTerms> listings(3);
  const double share[] = {.6, .25, .15};
  for (int l = 0; l < 3; ++l) {
    listings[l].until_receipt = overdispersed(.3 * share[l], 1.2);
    listings[l].blind = overdispersed(.3 / 2880 * share[l], 1.2);
    listings[l].cancel_cost = 20;
    listings[l].exposure_units = 1;
  }
  const auto [verdict, targets] = choose(1, listings);
  EXPECT_EQ(verdict.regime, Regime::plenty);
  for (const auto& t : targets) EXPECT_EQ(t.units, 1);
}

TEST(Targets, FastLastUnitsAreSplitAndTheHoursOfTheSlowestDecide) {
  std::vector<ListingTerms> listings(3);
  const double share[] = {.6, .25, .15};
  for (int l = 0; l < 3; ++l) {
    listings[l].until_receipt = overdispersed(40 * share[l], 1.5);
    listings[l].blind = overdispersed(.2 * share[l], 2);
    listings[l].cancel_cost = 20;
    listings[l].exposure_units = 3;
  }
  const auto quick = choose(3, listings);
  EXPECT_EQ(quick.verdict.regime, Regime::scarce);
  const int level = resumes_at_units(std::array{StockTerms{3}}, listings, 0, 200);
  EXPECT_GT(level, 3);
  // A channel that takes hours to go live makes the same stock scarce at a higher level.
  for (auto& l : listings) l.blind = overdispersed(l.blind.mean_units * 20, 2);
  EXPECT_GT(resumes_at_units(std::array{StockTerms{3}}, listings, 0, 200), level);
}

TEST(Targets, EstablishedSplitIsLeftAloneUntilMovingPays) {
  std::vector<ListingTerms> listings(3);
  const double share[] = {.6, .25, .15};
  const int shown[] = {3, 1, 1};
  for (int l = 0; l < 3; ++l) {
    listings[l].until_receipt = overdispersed(30 * share[l], 1.5);
    listings[l].blind = overdispersed(1.5 * share[l], 2);
    listings[l].cancel_cost = 20;
    listings[l].exposure_units = shown[l];
  }
  const auto kept = choose(5, listings);
  EXPECT_EQ(kept.verdict.regime, Regime::scarce);
  EXPECT_EQ(kept.verdict.race_cost_now, 0);
  EXPECT_EQ(kept.verdict.hold_back_units, 0);
  for (int l = 0; l < 3; ++l) EXPECT_EQ(kept.targets[l].units, shown[l]);
  // The main channel is empty and the slow one holds what it will not sell before the receipt.
  listings[0].exposure_units = 0;
  listings[1].exposure_units = 0;
  listings[2].exposure_units = 12;
  const auto moved = choose(12, listings);
  EXPECT_EQ(moved.verdict.regime, Regime::scarce);
  EXPECT_LT(moved.targets[2].units, 12);
  EXPECT_GT(moved.targets[0].units, moved.targets[2].units);
  // Part of it stays where it comes back soon. Where days go by until the zero is seen to hold, what is
  // refused meanwhile outweighs that part: all of it goes to the others.
  for (int l = 0; l < 3; ++l) {
    listings[l].until_receipt = overdispersed(14 * share[l], 1.5);
    listings[l].blind = overdispersed(4 * share[l], 2);
  }
  const auto part = choose(12, listings);
  EXPECT_GT(part.targets[2].units, 0);
  EXPECT_LT(part.targets[2].units, 12);
  listings[2].closed_units = 20;
  EXPECT_EQ(choose(12, listings).targets[2].units, 0);
}

TEST(Targets, APersonsQuantityIsLeftAndCounted) {
  std::vector<ListingTerms> listings(3);
  const double share[] = {.6, .25, .15};
  for (int l = 0; l < 3; ++l) {
    listings[l].until_receipt = overdispersed(40 * share[l], 1.5);
    listings[l].blind = overdispersed(4 * share[l], 2);
    listings[l].cancel_cost = 20;
  }
  listings[2].exposure_units = listings[2].least_units = listings[2].cap_units = 4;
  auto answer = choose(6, listings);
  ASSERT_EQ(answer.verdict.regime, Regime::scarce);
  EXPECT_EQ(answer.targets[2].units, 4);
  EXPECT_LE(answer.targets[0].units + answer.targets[1].units, 2);
  // More than there is: the others get nothing.
  listings[2].exposure_units = listings[2].least_units = listings[2].cap_units = 9;
  answer = choose(6, listings);
  EXPECT_EQ(answer.targets[2].units, 9);
  if (answer.verdict.regime == Regime::scarce) {
    EXPECT_EQ(answer.targets[0].units + answer.targets[1].units, 0);
  }
}

TEST(Targets, AnOpenOrClosedListingNeedsItsFlightBehindIt) {
  std::vector<ListingTerms> listings(2);
  listings[0].until_receipt = overdispersed(20, 1.5);
  listings[0].blind = overdispersed(1, 2);
  listings[1] = listings[0];
  listings[1].quantity = QuantityKind::on_off;
  for (auto& l : listings) l.cancel_cost = 20, l.exposure_units = 0;
  for (int stock = 1; stock <= 30; ++stock) {
    const auto [verdict, targets] = choose(stock, listings);
    if (verdict.regime != Regime::scarce) continue;
    const int open = targets[1].units;
    // Closed, or enough behind it that the flight exceeds it at most once in a thousand times.
    if (open > 0) {
      EXPECT_LT(probability_above(listings[1].blind, open), 1e-3) << stock;
    }
    EXPECT_LE(targets[0].units + open, stock);
  }
}

TEST(Targets, AnUnprovenChannelGetsOneLotWhileScarce) {
  std::vector<ListingTerms> listings(2);
  for (auto& l : listings) {
    l.until_receipt = overdispersed(30, 1.5);
    l.blind = overdispersed(3, 2);
    l.cancel_cost = 20;
  }
  listings[1].scarce_cap_units = 1;
  const auto [verdict, targets] = choose(6, listings);
  ASSERT_EQ(verdict.regime, Regime::scarce);
  EXPECT_LE(targets[1].units, 1);
}

TEST(Targets, WhateverTheNumbers) {
  std::mt19937_64 random(5);
  for (int trial = 0; trial < 4000; ++trial) {
    const int stock = static_cast<int>(random() % 40);
    auto listings = random_channels(random, stock);
    const auto cheap = choose(stock, listings);
    long shown = 0;
    for (const auto& t : cheap.targets) {
      EXPECT_GE(t.units, 0);
      EXPECT_LE(t.units, stock);
      shown += t.units;
    }
    if (cheap.verdict.regime == Regime::scarce) {
      EXPECT_LE(shown, stock);
    }
    EXPECT_TRUE(std::isfinite(cheap.verdict.plenty_value) && std::isfinite(cheap.verdict.scarce_value));
    // A dearer cancellation never turns scarce into plenty.
    for (auto& l : listings) l.cancel_cost *= 3;
    const auto dear = choose(stock, listings);
    if (cheap.verdict.regime == Regime::scarce && cheap.verdict.race_cost_now == 0) {
      EXPECT_EQ(dear.verdict.regime, Regime::scarce) << trial;
    }
    EXPECT_GE(dear.verdict.hold_back_units,
              dear.verdict.regime == cheap.verdict.regime ? cheap.verdict.hold_back_units : 0);
  }
}

TEST(Targets, MoreStockIsNeverWorthLess) {
  std::mt19937_64 random(6);
  for (int trial = 0; trial < 300; ++trial) {
    auto listings = random_channels(random, 0);
    for (auto& l : listings) l.exposure_units = 0, l.write_cost = 0;
    double before = 0;
    for (int stock = 1; stock <= 30; ++stock) {
      auto answer = choose(stock, listings);
      const StockTerms sku{stock};
      explain_targets({&sku, 1}, listings, {&answer.verdict, 1}, answer.targets);
      const double value = std::max(answer.verdict.plenty_value, answer.verdict.scarce_value);
      EXPECT_GE(value, before - 1e-9) << trial << ' ' << stock;
      before = value;
    }
  }
}

TEST(Targets, HundredsOfUnitsGoInStrides) {
  std::vector<ListingTerms> listings(3);
  const double share[] = {.6, .25, .15};
  for (int l = 0; l < 3; ++l) {
    listings[l].until_receipt = overdispersed(90000 * share[l], 40);
    listings[l].blind = overdispersed(9000 * share[l], 90);
    listings[l].cancel_cost = 20;
    listings[l].exposure_units = 5000;
  }
  const auto [verdict, targets] = choose(5000, listings);
  ASSERT_EQ(verdict.regime, Regime::scarce);
  long shown = 0;
  for (const auto& t : targets) shown += t.units;
  EXPECT_LE(shown, 5000);
}

TEST(Targets, AbsurdInputIsRefusedAndNothingIsWritten) {
  const StockTerms sku{5};
  const auto error = [&](auto spoil) {
    std::vector<ListingTerms> listings(2);
    for (auto& l : listings) l.until_receipt = {3, 4}, l.blind = {.1, .2};
    spoil(listings);
    SkuVerdict verdict;
    verdict.bid_price = 42;
    std::vector<ListingTarget> targets(2, ListingTarget{7, 0, 0});
    const auto result = choose_targets({&sku, 1}, listings, {&verdict, 1}, targets);
    EXPECT_FALSE(result);
    EXPECT_EQ(verdict.bid_price, 42);
    EXPECT_EQ(targets[0].units, 7);
    return result.error();
  };
  using List = std::vector<ListingTerms>;
  EXPECT_EQ(error([](List& l) { l[1].margin = NAN; }), ForecastError::not_finite);
  EXPECT_EQ(error([](List& l) { l[0].blind.mean_units = NAN; }), ForecastError::not_finite);
  EXPECT_EQ(error([](List& l) { l[0].until_receipt.mean_units = INFINITY; }), ForecastError::not_finite);
  EXPECT_EQ(error([](List& l) { l[0].cancel_cost = -1; }), ForecastError::negative);
  EXPECT_EQ(error([](List& l) { l[0].exposure_units = -1; }), ForecastError::negative);
  EXPECT_EQ(error([](List& l) { l[1].closed_units = -1; }), ForecastError::negative);
  EXPECT_EQ(error([](List& l) { l[1].closed_units = NAN; }), ForecastError::not_finite);
  EXPECT_EQ(error([](List& l) { l[0].margin = 1e13; }), ForecastError::too_large);
  EXPECT_EQ(error([](List& l) { l[0].components[0].sku = 1; }), ForecastError::out_of_range);
  EXPECT_EQ(error([](List& l) { l[0].components[0].units = 0; }), ForecastError::out_of_range);
  EXPECT_EQ(error([](List& l) { l[0].component_count = 9; }), ForecastError::out_of_range);
  EXPECT_EQ(error([](List& l) { l[0].component_count = 2; }),
            ForecastError::out_of_range);  // twice the same SKU
}

// Each unit asked by itself, with the tails computed: what the walk must agree with.
int held_one_by_one(const HoldBackTerms& t) {
  const double missed = std::max(0.0, t.margin - t.bid_price);
  const bool may_empty = missed * probability_above(t.flight, t.usable_units / 2) > 1e-9;
  int held = 0;
  for (; held < t.usable_units; ++held) {
    double price = t.release_cost;
    if (may_empty) price += missed * probability_above(t.flight, t.usable_units - held - 1);
    if (!((t.margin + t.cancel_cost) * probability_above(t.flight, held) > price)) break;
  }
  return held;
}

TEST(HoldBack, TheWalkAgreesWithTailsComputedOneByOne) {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> unit(0, 1);
  int some = 0, all_but_all = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    const int stock = 1 + static_cast<int>(random() % (trial % 10 == 0 ? 1500 : 300));
    const double mean = stock * std::exp(4 * unit(random) - 3);
    const HoldBackTerms terms{{mean, mean * (1 + 8 * unit(random))},
                              stock,
                              1,
                              100 * unit(random) * unit(random),
                              .05 * unit(random),
                              trial % 3 == 0 ? 1 : unit(random)};
    const int held = hold_back_units(terms);
    EXPECT_EQ(held, held_one_by_one(terms)) << trial << ": " << stock << " units, " << mean << " in flight";
    some += held > 0 && held < stock;
    all_but_all += held > stock / 2 && held < stock;
  }
  EXPECT_GT(some, 1000);
  EXPECT_GT(all_but_all, 100);
}

TEST(HoldBack, IsTheTailOfTheFlightByTheCostOfACancellation) {
  const WindowDemand flight{.35, .9};
  int before = 0;
  for (const double k : {1., 5., 20., 100.}) {
    HoldBackTerms terms{flight, 40, 1, k, .02, 1};
    const int held = hold_back_units(terms);
    EXPECT_LE((1 + k) * probability_above(flight, held), .02) << k;
    if (held > 0) {
      EXPECT_GT((1 + k) * probability_above(flight, held - 1), .02) << k;
    }
    EXPECT_GE(held, before);
    before = held;
  }
  EXPECT_EQ(hold_back_units({flight, 2, 1, 1e6, 0, 1}), 2);  // never more than there is
  EXPECT_EQ(hold_back_units({flight, 0, 1, 20, .02, 1}), 0);
  // Where a missing unit is a lost sale, less is held.
  const WindowDemand heavy{5, 12};
  EXPECT_LE(hold_back_units({heavy, 12, 1, 5, .02, 0}), hold_back_units({heavy, 12, 1, 5, .02, 1}));
}

}  // namespace
}  // namespace forestall::forecasting
