// SPDX-License-Identifier: Apache-2.0
// Every game of a few moves on small stock: two listings of one SKU, each way of writing, and a bundle.
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/daemon/guard/planner/adversary.hpp"

namespace forestall::planner {
namespace {

struct Search {
  std::vector<std::vector<std::int32_t>> wishes;  // the targets among which the seller's mind changes
  std::int64_t games = 0;
  bool broken = false, too_low = false;

  void leaf(Adversary game) {
    ++games;
    too_low = too_low || game.counted_too_low();
    game.drain();
    broken = broken || game.oversold();
  }
  void go(const Adversary& game, int depth, int writes) {
    if (broken) return;
    leaf(game);
    if (depth == 0) return;
    const auto move = [&](auto&& play) {
      Adversary next = game;
      if (play(next)) go(next, depth - 1, writes);
    };
    for (std::size_t w = 0; w < wishes.size(); ++w)
      move([&](Adversary& g) {
        const auto before = g.writes();
        if (before >= writes) return false;
        g.plan(wishes[w]);
        return g.writes() > before;  // a plan without a write changes nothing
      });
    for (std::size_t l = 0; l < game.listings(); ++l) {
      move([&](Adversary& g) { return g.buy(l, 1); });
      if (game.readings() < 2) move([&](Adversary& g) { return g.take_reading(l); });
      move([&](Adversary& g) { return g.pass_watermark(l); });
    }
    for (std::size_t i = 0; i < game.copies(); ++i) {
      move([&](Adversary& g) { return g.land(i); });
      if (depth > 2) move([&](Adversary& g) { return g.lose(i); });
    }
    for (std::size_t i = 0; i < game.readings(); ++i)
      move([&](Adversary& g) { return g.deliver_reading(i, false); });
    for (std::size_t i = 0; i < game.orders(); ++i) {
      move([&](Adversary& g) { return g.show_order(i); });
      if (game.orders() < 2) move([&](Adversary& g) { return g.cancel(i); });
      move([&](Adversary& g) { return g.show_cancel(i); });
    }
  }
};

struct Case {
  const char* name;
  WriteKind writes;
  bool restores;
  std::int32_t stock;
  std::uint16_t units_of_second;
};

class Exhaustive : public testing::TestWithParam<Case> {
 protected:
  static Search run(const Case& c, ExposureRule rule, int depth) {
    const std::vector<AdversaryListing> listings{
        {.writes = c.writes, .restores = c.restores, .parts = {{0, 1}}, .shows = c.stock},
        {.writes = c.writes, .restores = c.restores, .parts = {{0, c.units_of_second}}, .shows = 0}};
    Search search;
    search.wishes = {{0, c.stock / c.units_of_second}, {c.stock, 0}};
    search.go(Adversary({c.stock}, listings, rule), depth, 4);
    return search;
  }
};

TEST_P(Exhaustive, NoGameOfSixMovesSellsAUnitTwice) {
  const Search search = run(GetParam(), {}, 6);
  EXPECT_FALSE(search.broken);
  EXPECT_FALSE(search.too_low);
  EXPECT_GT(search.games, 500);
  RecordProperty("games", static_cast<int>(search.games));
}

TEST_P(Exhaustive, TheSearchFindsTheGameThatAWeakerRuleLoses) {
  ExposureRule rule;
  if (GetParam().writes == WriteKind::absolute) {
    rule.waits_for_watermark = false;
  } else {
    rule.larger_counts = false;
  }
  EXPECT_TRUE(run(GetParam(), rule, 7).broken);
}

INSTANTIATE_TEST_SUITE_P(Planner, Exhaustive,
                         testing::Values(Case{"absolute_1", WriteKind::absolute, false, 1, 1},
                                         Case{"absolute_2", WriteKind::absolute, false, 2, 1},
                                         Case{"absolute_restoring_2", WriteKind::absolute, true, 2, 1},
                                         Case{"absolute_bundle_2", WriteKind::absolute, false, 2, 2},
                                         Case{"relative_1", WriteKind::relative, false, 1, 1},
                                         Case{"relative_2", WriteKind::relative, true, 2, 1},
                                         Case{"relative_bundle_2", WriteKind::relative, false, 2, 2},
                                         Case{"cas_1", WriteKind::compare_and_set, false, 1, 1},
                                         Case{"cas_2", WriteKind::compare_and_set, true, 2, 1},
                                         Case{"cas_bundle_2", WriteKind::compare_and_set, false, 2, 2}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace forestall::planner
