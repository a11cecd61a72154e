// SPDX-License-Identifier: Apache-2.0
// Bundles: several SKUs tied by listings, against trying every regime and every quantity.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/forecasting/targets/problems.hpp"

namespace forestall::forecasting {
namespace {

using test::overdispersed;
using test::plain_curve;
using test::plain_ladder;

// As SKU `sku` sees the listings that touch it.
std::vector<ListingTerms> seen_by(std::size_t sku, const std::vector<ListingTerms>& listings) {
  std::vector<ListingTerms> out;
  for (const auto& l : listings)
    for (std::size_t c = 0; c < l.component_count; ++c) {
      if (l.components[c].sku != sku) continue;
      const int u = l.components[c].units;
      auto copy = l;
      copy.until_receipt = {l.until_receipt.mean_units * u, l.until_receipt.variance_units2 * u * u};
      copy.blind = {l.blind.mean_units * u, l.blind.variance_units2 * u * u};
      copy.margin /= u, copy.cancel_cost /= u;
      copy.exposure_units *= u;
      out.push_back(copy);
    }
  return out;
}

struct Whole {
  double value = -1e300;
  std::vector<int> units;
};

struct Problem {
  std::vector<StockTerms> skus;
  std::vector<ListingTerms> listings;
};

int most_of(const Problem& problem, const ListingTerms& l) {
  int most = l.cap_units;
  for (std::size_t c = 0; c < l.component_count; ++c)
    most = std::min(most, problem.skus[l.components[c].sku].usable_units / l.components[c].units);
  return most;
}

// The objective by its definition: every regime of the SKUs whose race matters, every quantity; nothing
// shared with the product but functions of whole windows. `settled` SKUs are plenty by the short way.
Whole try_everything(const Problem& problem, const std::vector<bool>& settled) {
  const auto& [skus, listings] = problem;
  std::vector<test::PlainLadder> ladder;
  std::vector<double> overlap;
  for (std::size_t j = 0; j < skus.size(); ++j) {
    const auto seen = seen_by(j, listings);
    ladder.push_back(settled[j] ? test::PlainLadder{} : plain_ladder(seen, skus[j].usable_units));
    double alone = 0;
    for (const auto& l : seen) alone += l.margin * expected_filled(l.until_receipt, skus[j].usable_units);
    overlap.push_back(std::max(0.0, alone - ladder[j].pooled));
  }
  Whole best;
  for (std::size_t mask = 0; mask < (std::size_t{1} << skus.size()); ++mask) {
    const auto scarce = [&](std::size_t j) { return ((mask >> j) & 1) != 0; };
    bool skip = false;
    double own = 0;
    for (std::size_t j = 0; j < skus.size(); ++j) {
      skip = skip || (settled[j] && scarce(j));
      if (!settled[j]) own -= scarce(j) ? ladder[j].race_now : overlap[j] + ladder[j].later;
    }
    if (skip) continue;
    std::vector<int> units(listings.size());
    const auto go = [&](auto&& self, std::size_t at, double value) -> void {
      if (at == listings.size()) {
        for (std::size_t j = 0; j < skus.size(); ++j) {
          int used = 0;
          for (std::size_t l = 0; l < listings.size(); ++l)
            for (std::size_t c = 0; c < listings[l].component_count; ++c)
              if (listings[l].components[c].sku == j) used += units[l] * listings[l].components[c].units;
          if (scarce(j) && used > skus[j].usable_units) return;
        }
        if (value > best.value) best = {value, units};
        return;
      }
      const auto& l = listings[at];
      const int most = most_of(problem, l);
      bool split = false;
      double lost = 0;
      for (std::size_t c = 0; c < l.component_count; ++c) {
        const auto& part = l.components[c];
        if (!scarce(part.sku)) continue;
        split = true;
        lost = std::max(lost, 1 - ladder[part.sku].bid * part.units / l.margin);
      }
      if (!split) {
        units[at] = most;
        const bool write = l.exposure_units > most || (l.exposure_units == 0 && most > 0);
        return self(self, at + 1,
                    value + l.margin * expected_filled(l.until_receipt, most) - (write ? l.write_cost : 0.0));
      }
      for (units[at] = 0; units[at] <= most; ++units[at])
        self(self, at + 1, value + plain_curve(l, units[at], std::clamp(lost, 0.0, 1.0)));
    };
    go(go, 0, own);
  }
  return best;
}

Problem random_bundles(std::mt19937_64& random) {
  std::uniform_real_distribution<double> unit(0, 1);
  Problem out;
  const std::size_t skus = 1 + random() % 3;
  for (std::size_t j = 0; j < skus; ++j) out.skus.push_back({1 + static_cast<int>(random() % 12)});
  const double level = std::pow(10, -0.5 + 2 * unit(random));
  const double blind = level * std::pow(10, -3 + 2.5 * unit(random));
  const double k = unit(random) < .5 ? 5 : 20;
  for (int i = 0; i < 3; ++i) {
    ListingTerms l;
    const double share = .2 + unit(random);
    l.until_receipt = overdispersed(level * share, 1 + 2 * unit(random));
    l.blind = overdispersed(blind * share, 1 + 3 * unit(random));
    l.margin = .7 + unit(random);
    l.cancel_cost = k;
    l.write_cost = 0.01;
    l.through_zero = unit(random) < .5;
    // At least one listing holds a bundle or a pack.
    const std::size_t first = random() % skus;
    l.components[0] = {static_cast<std::uint16_t>(first),
                       static_cast<std::uint16_t>(i == 0 || random() % 3 == 0 ? 2 : 1)};
    if (skus > 1 && random() % 2 == 0) {
      l.component_count = 2;
      l.components[1] = {static_cast<std::uint16_t>((first + 1) % skus),
                         static_cast<std::uint16_t>(1 + random() % 2)};
    }
    l.exposure_units = random() % 2 == 0 ? most_of(out, l) : static_cast<int>(random() % 3);
    out.listings.push_back(l);
  }
  return out;
}

TEST(Bundles, MatchExhaustiveSearch) {
  std::mt19937_64 random(1);
  int scarce = 0, mixed = 0, exact_problems = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const auto problem = random_bundles(random);
    std::vector<SkuVerdict> verdicts(problem.skus.size());
    std::vector<ListingTarget> targets(problem.listings.size());
    bool exact = false;
    ASSERT_TRUE(choose_targets(problem.skus, problem.listings, verdicts, targets, &exact));
    ASSERT_TRUE(exact);
    std::vector<bool> settled;
    int split = 0, open = 0;
    double value = -1e300;
    for (const auto& v : verdicts) {
      settled.push_back(v.reason == Reason::race_below_write || v.reason == Reason::one_listing);
      split += v.regime == Regime::scarce;
      if (!settled.back()) ++open, value = std::max({value, v.plenty_value, v.scarce_value});
    }
    for (std::size_t j = 0; j < verdicts.size(); ++j) {
      if (verdicts[j].regime != Regime::scarce) continue;
      int used = 0;
      for (std::size_t l = 0; l < targets.size(); ++l)
        for (std::size_t c = 0; c < problem.listings[l].component_count; ++c)
          if (problem.listings[l].components[c].sku == j)
            used += targets[l].units * problem.listings[l].components[c].units;
      EXPECT_LE(used, problem.skus[j].usable_units - verdicts[j].hold_back_units) << trial;
    }
    scarce += split > 0;
    mixed += split > 0 && split < static_cast<int>(verdicts.size());
    if (open == 0) continue;
    ++exact_problems;
    const auto best = try_everything(problem, settled);
    EXPECT_NEAR(value, best.value, 1e-9 * (1 + std::abs(best.value))) << trial;
  }
  EXPECT_GT(exact_problems, 100);
  EXPECT_GT(scarce, 50);
  EXPECT_GT(mixed, 10);
}

TEST(Bundles, APackOfTwoShowsHalf) {
  const StockTerms sku{7};
  std::array<ListingTerms, 1> listings;
  listings[0].until_receipt = {3, 4};
  listings[0].components[0] = {0, 2};
  SkuVerdict verdict;
  ListingTarget target;
  ASSERT_TRUE(choose_targets({&sku, 1}, listings, {&verdict, 1}, {&target, 1}));
  EXPECT_EQ(target.units, 3);
}

TEST(Bundles, AnEmptyComponentClosesTheBundleOnly) {
  const StockTerms skus[] = {{50}, {0}};
  std::array<ListingTerms, 2> listings;
  for (auto& l : listings) l.until_receipt = {3, 4}, l.blind = {.01, .02};
  listings[1].component_count = 2;
  listings[1].components = {Component{0, 1}, Component{1, 1}};
  std::array<SkuVerdict, 2> verdicts;
  std::array<ListingTarget, 2> targets;
  ASSERT_TRUE(choose_targets(skus, listings, verdicts, targets));
  EXPECT_EQ(targets[0].units, 50);
  EXPECT_EQ(targets[1].units, 0);
  EXPECT_EQ(verdicts[1].reason, Reason::nothing_to_sell);
}

TEST(Bundles, ManyListingsFinishWithinTheirBudget) {
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 5; ++trial) {
    std::vector<StockTerms> skus(max_skus);
    for (auto& s : skus) s.usable_units = 5 + static_cast<int>(random() % 200);
    std::vector<ListingTerms> listings(max_listings);
    for (std::size_t i = 0; i < listings.size(); ++i) {
      auto& l = listings[i];
      l.until_receipt = {300, 500};
      l.blind = {60, 200};
      l.cancel_cost = 20;
      l.exposure_units = 0;
      l.component_count = 2;
      l.components[0] = {static_cast<std::uint16_t>(i % max_skus), 1};
      l.components[1] = {static_cast<std::uint16_t>((i + 1 + i / max_skus) % max_skus), 2};
    }
    std::vector<SkuVerdict> verdicts(skus.size());
    std::vector<ListingTarget> targets(listings.size());
    bool exact = true;
    ASSERT_TRUE(choose_targets(skus, listings, verdicts, targets, &exact));
    EXPECT_FALSE(exact);
    int shown = 0;
    for (std::size_t j = 0; j < skus.size(); ++j) {
      if (verdicts[j].regime != Regime::scarce) continue;
      int used = 0;
      for (std::size_t l = 0; l < targets.size(); ++l)
        for (std::size_t c = 0; c < listings[l].component_count; ++c)
          if (listings[l].components[c].sku == j) used += targets[l].units * listings[l].components[c].units;
      EXPECT_LE(used, skus[j].usable_units);
      shown += used;
    }
    EXPECT_GT(shown, 0);
  }
}

}  // namespace
}  // namespace forestall::forecasting
