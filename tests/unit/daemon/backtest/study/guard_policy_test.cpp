// SPDX-License-Identifier: Apache-2.0
// The guard in worlds small enough to know the answer.
#include "daemon/backtest/policies/guard_policy.hpp"

#include <gtest/gtest.h>

#include "daemon/backtest/world/run.hpp"

namespace forestall::backtest {
namespace {

using namespace std::chrono_literals;
constexpr Instant start = Instant{} + std::chrono::days{19000};

struct Case {
  world::Catalogue catalogue = world::Catalogue::plain(1, 2);
  world::Demand demand;
  world::Scenario scenario;
  GuardSettings guard;

  explicit Case(std::int32_t stock, planner::WriteKind writes = planner::WriteKind::absolute) {
    scenario.start = start + std::chrono::days{30};
    scenario.end = scenario.start + std::chrono::days{5};
    scenario.channels.resize(2);
    scenario.initial_stock = {stock};
    scenario.stock.lead_time = std::chrono::days{300};
    guard.poll_every = {5min, 5min};
    guard.writes = {writes, writes};
    // A month of about three orders a day.
    for (int i = 0; i < 90; ++i)
      demand.push(start + 8h * i, static_cast<world::ListingIndex>(i % 2), 1, demand.size());
  }
  void shopper(Millis after, world::ListingIndex listing) {
    demand.push(scenario.start + after, listing, 1, demand.size());
  }
  world::Truth play() {
    world::World world(scenario, catalogue, demand);
    GuardPolicy policy(world, guard);
    world::run(world, policy);
    return world.truth();
  }
};

TEST(GuardPolicy, SplitsTheLastUnitsBeforeTheyRace) {
  for (const auto writes :
       {planner::WriteKind::absolute, planner::WriteKind::relative, planner::WriteKind::compare_and_set}) {
    Case game(2, writes);
    // Everybody at once, a day later: four shoppers on each channel in one minute.
    for (int i = 0; i < 8; ++i) game.shopper(24h + i * 5s, static_cast<world::ListingIndex>(i % 2));
    const auto truth = game.play();
    EXPECT_EQ(truth.units.oversold, 0);
    EXPECT_GE(truth.units.filled, 1);
  }
}

TEST(GuardPolicy, WritesNextToNothingInPlenty) {
  Case game(500);
  for (int i = 0; i < 40; ++i) game.shopper(2h * i, static_cast<world::ListingIndex>(i % 2));
  const auto truth = game.play();
  EXPECT_EQ(truth.units.filled, 40);
  EXPECT_LE(truth.writes, 2);
}

TEST(GuardPolicy, NeedsSettingsForEachChannel) {
  Case game(2);
  game.guard.writes.pop_back();
  EXPECT_THROW(game.play(), std::logic_error);
}

}  // namespace
}  // namespace forestall::backtest
