// SPDX-License-Identifier: Apache-2.0
// The warehouse: what the books do not know, how they learn it, and what is ordered when.
#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/daemon/backtest/world/small_world.hpp"

namespace forestall::world {
namespace {

// One unit a day for `days` days, the first at day0 + `from`.
Demand daily(int from, int days, std::int32_t units = 1) {
  std::vector<Shopper> shoppers;
  for (int day = from; day < from + days; ++day)
    shoppers.push_back({std::chrono::hours{24 * day + 12}, 0, units});
  return demand_of(shoppers);
}

TEST(WorldStock, LossesLeaveTheShelfAndNotTheBooks) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = daily(0, 20, 100);
  auto scenario = small_scenario({100'000}, 1);
  scenario.stock.loss_rate = 0.1;
  World world(scenario, catalogue, demand);
  world.advance_to(scenario.end);
  EXPECT_EQ(world.book(0), 98'000);
  EXPECT_EQ(world.stock().physical(0), 98'000 - world.truth().lost_units);
  EXPECT_NEAR(static_cast<double>(world.truth().lost_units), 200, 60);  // 4 sd of a binomial
}

TEST(WorldStock, FailedPickIsReportedAndCorrectedEightHoursLater) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = demand_of({{1h, 0, 10}, {2h, 0, 1}, {11h, 0, 1}});
  auto scenario = small_scenario({11}, 1);
  scenario.stock.loss_rate = 0.999;  // what is asked for vanishes as well
  World world(scenario, catalogue, demand);
  world.advance_to(day0 + 90min);
  EXPECT_EQ(world.book(0), 1);
  EXPECT_EQ(world.stock().physical(0), 0);
  world.advance_to(day0 + 10h);
  EXPECT_EQ(world.lines()[1].oversold, 1);
  ASSERT_EQ(world.stock_events(0).size(), 2U);
  EXPECT_EQ(world.stock_events(0)[0].cause, StockCause::pick_failed);
  EXPECT_EQ(world.stock_events(0)[0].delta, 1);
  EXPECT_EQ(world.stock_events(0)[1].cause, StockCause::correction);
  EXPECT_EQ(world.stock_events(0)[1].at, day0 + 10h);
  EXPECT_EQ(world.stock_events(0)[1].delta, -1);
  EXPECT_EQ(world.book(0), 0);
}

TEST(WorldStock, EverySkuIsCountedOncePerCycle) {
  const auto catalogue = Catalogue::plain(50, 1);
  const auto demand = demand_of({});
  auto scenario = small_scenario(std::vector<std::int32_t>(50, 5), 1);
  scenario.stock.count_every_days = 10;
  scenario.end = day0 + std::chrono::days{20};
  World world(scenario, catalogue, demand);
  world.advance_to(scenario.end);
  std::vector<int> counts(50);
  for (const StockEvent& event : world.stock_events(0)) {
    EXPECT_EQ(event.cause, StockCause::count);
    ++counts[event.sku];
  }
  EXPECT_EQ(counts, std::vector<int>(50, 2));
}

TEST(WorldStock, OrderPointsComeFromTheTrailingDaysOnly) {
  const auto catalogue = Catalogue::plain(1, 1);
  Scenario scenario{.start = day0 + std::chrono::days{28}, .end = day0 + std::chrono::days{90}};
  scenario.channels.resize(1);
  // 2 a day, so sd = 0: s = 20, S = 62; a start between them.
  const auto steady = daily(0, 28, 2);
  World quiet(scenario, catalogue, steady);
  EXPECT_GE(quiet.initial_stock(0), 20);
  EXPECT_LE(quiet.initial_stock(0), 62);
  auto busy_later = steady;
  for (int i = 0; i < 30; ++i)
    busy_later.push(day0 + std::chrono::days{29 + i}, 0, 500, static_cast<std::uint32_t>(28 + i));
  World busy(scenario, catalogue, busy_later);
  EXPECT_EQ(busy.initial_stock(0), quiet.initial_stock(0)) << "the future must not be known";
}

TEST(WorldStock, OrdersUpToTheLevelAndReceivesAfterTheLeadTime) {
  const auto catalogue = Catalogue::plain(1, 1);
  Scenario scenario{.start = day0 + std::chrono::days{28}, .end = day0 + std::chrono::days{120}};
  scenario.channels.resize(1);
  const auto demand = daily(0, 110, 2);
  World world(scenario, catalogue, demand);
  Instant ordered{};
  const std::int32_t before = world.initial_stock(0);
  while (world.stock().on_order(0) == 0) world.advance_to(world.now() + 1h);
  ordered = world.now();
  EXPECT_EQ(world.stock().on_order(0), 62 - world.book(0));
  EXPECT_LE(world.book(0), 20);
  EXPECT_LE(world.book(0), before);
  world.advance_to(ordered + std::chrono::days{10});
  ASSERT_FALSE(world.stock_events(0).empty());
  const auto events = world.stock_events(0);
  const auto receipt = std::ranges::find(events, StockCause::receipt, &StockEvent::cause);
  ASSERT_NE(receipt, events.end());
  EXPECT_EQ(receipt->at, ordered + std::chrono::days{10});
  world.advance_to(scenario.end);
  EXPECT_EQ(world.truth().units.oversold, 0);
}

TEST(WorldStock, PhaseOfTheCycleDependsOnTheSeed) {
  const auto catalogue = Catalogue::plain(1, 1);
  const auto demand = daily(0, 28, 50);
  std::vector<std::int32_t> starts;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Scenario scenario{
        .seed = seed, .start = day0 + std::chrono::days{28}, .end = day0 + std::chrono::days{29}};
    scenario.channels.resize(1);
    starts.push_back(World(scenario, catalogue, demand).initial_stock(0));
  }
  std::ranges::sort(starts);
  EXPECT_EQ(std::ranges::unique(starts).size(), 0U);
}

}  // namespace
}  // namespace forestall::world
