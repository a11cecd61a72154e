// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/study/study.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "daemon/backtest/study/report.hpp"
#include "daemon/backtest/world/shoppers.hpp"

namespace forestall::backtest {
namespace {

constexpr Instant start = Instant{} + std::chrono::days{19000};

OrderHistory made(std::uint64_t seed) {
  OrderHistory history;
  history.catalogue = world::Catalogue::plain(60, 3);
  history.channels = {"a", "b", "c"};
  world::ShopperRules rules;
  rules.seed = seed;
  rules.start = start;
  rules.end = start + std::chrono::days{120};
  rules.lines_per_sku_day = 1;
  history.demand = world::shoppers(rules, history.catalogue);
  return history;
}

StudySettings small() {
  StudySettings settings;
  settings.train_until = start + std::chrono::days{60};
  settings.seeds = {1, 2};
  settings.poll_every = {std::chrono::minutes{5}, std::chrono::minutes{1}, std::chrono::minutes{15}};
  settings.scales = {12, 96};
  settings.writes = {*parse_writes("absolute", 3), *parse_writes("relative", 3), *parse_writes("cas", 3)};
  settings.bootstrap = 100;
  return settings;
}

TEST(Study, EqualSettingsGiveEqualNumbersOnAnyNumberOfThreads) {
  StudyHooks hooks{.history = made};
  auto settings = small();
  settings.threads = 1;
  const auto one = run_study(settings, hooks);
  settings.threads = 3;
  const auto three = run_study(settings, hooks);
  EXPECT_EQ(one.digest, three.digest);
  EXPECT_NE(one.digest, 0U);
  ASSERT_EQ(one.cells.size(), 8U);
  for (std::size_t i = 0; i < one.cells.size(); ++i)
    for (std::size_t w = 0; w < 3; ++w) {
      EXPECT_EQ(one.cells[i].guards[w].ratio, three.cells[i].guards[w].ratio);
      EXPECT_DOUBLE_EQ(one.cells[i].guards[w].interval.high, three.cells[i].guards[w].interval.high);
    }
  EXPECT_EQ(one.worlds_played, one.worlds_planned);
  settings.seeds = {3};
  EXPECT_NE(run_study(settings, hooks).digest, one.digest);
}

TEST(Study, TheBaselinesAreWhatTheySay) {
  const auto result = run_study(small(), {.history = made});
  for (const CellResult& cell : result.cells) {
    // Nothing races without latency; without losses nothing is missing either.
    EXPECT_EQ(cell.known_losses.total().oversold, 0);
    if (cell.loss_rate == 0) {
      EXPECT_EQ(cell.reference.total().oversold, 0);
      EXPECT_EQ(cell.reference.total().filled, cell.known_losses.total().filled);
      EXPECT_EQ(regret(cell.known_law, cell.reference, cell.cancel_cost), 0);
    }
    for (std::size_t b = 1; b < cell.buffers.size(); ++b) {
      EXPECT_LE(cell.buffers[b].total().filled, cell.buffers[0].total().filled);
      EXPECT_LE(cell.buffers[b].total().oversold, cell.buffers[0].total().oversold);
    }
    EXPECT_LE(cell.best_regret, regret(cell.buffers[0], cell.reference, cell.cancel_cost));
    EXPECT_EQ(cell.split.total().offered, cell.reference.total().offered);
  }
}

TEST(Study, TheGuardBeatsNoGuardAndTheBestBuffer) {
  auto settings = small();
  settings.seeds = {1, 2, 3, 4};
  const auto result = run_study(settings, {.history = made});
  SCOPED_TRACE(report_text(result, {"made", made(1)}));
  for (std::size_t w = 0; w < settings.writes.size(); ++w) {
    double guard = 0, none = 0, best = 0;
    for (const CellResult& cell : result.cells) {
      guard += regret(cell.guards[w].score, cell.reference, cell.cancel_cost);
      none += regret(cell.buffers[0], cell.reference, cell.cancel_cost);
      best += cell.best_regret;
    }
    EXPECT_LT(guard, 0.6 * none);
    EXPECT_LT(guard, 0.75 * best);
  }
}

// Most of what a listing that shows too much oversells is one order for more than there is.
TEST(Study, OrdersForSeveralUnitsAreNotSoldFromListingsThatShowTooMuch) {
  auto settings = small();
  settings.seeds = {1, 2, 3, 4};
  settings.scales = {1};
  settings.loss_rates = {0};
  const auto pairs = [](std::uint64_t seed) {
    auto history = made(seed);
    for (std::size_t i = 0; i < history.demand.size(); i += 4) history.demand.units[i] = 2;
    return history;
  };
  const auto result = run_study(settings, {.history = pairs});
  ASSERT_EQ(result.cells.size(), 2U);
  for (const CellResult& cell : result.cells)
    for (const GuardResult& guard : cell.guards)
      EXPECT_LT(guard.ratio.value_or(1), 1) << report_text(result, {"made", made(1)});
}

TEST(Study, StoppedItReportsTheCellsThatAreComplete) {
  std::atomic<bool> stop = false;
  auto settings = small();
  settings.threads = 1;
  settings.loss_rates = {0};
  const auto whole = run_study(settings, {.history = made});
  StudyHooks hooks{.history = made, .stop = &stop};
  // In the middle of the second seed: its first polling is done, its second is not.
  hooks.progress = [&](std::uint64_t done, std::uint64_t of) { stop = done >= of * 7 / 8; };
  const auto result = run_study(settings, hooks);
  EXPECT_TRUE(result.partial);
  EXPECT_EQ(result.seeds, 1U);
  ASSERT_EQ(result.cells.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(result.cells[i].seeds, i < 2 ? 2U : 1U);
    EXPECT_EQ(result.cells[i].scale, whole.cells[i].scale);
  }
  EXPECT_EQ(result.cells[0].guards[1].ratio, whole.cells[0].guards[1].ratio);
  const auto text = report_text(result, {"made", made(1)});
  EXPECT_NE(text.find("PARTIAL: stopped after"), std::string::npos);
  EXPECT_NE(text.find("1 to 2 seeds, cell by cell"), std::string::npos) << text;
  const auto json = boost::json::parse(report_json(result, {"made", made(1)})).as_object();
  EXPECT_TRUE(json.at("partial").as_bool());
  EXPECT_EQ(json.at("cells").at(0).at("seeds"), 2);
  stop = true;
  const auto none = run_study(settings, hooks);
  EXPECT_TRUE(none.cells.empty());
  EXPECT_NE(report_text(none, {"made", made(1)}).find("No cell was complete"), std::string::npos);
}

// A quiet shop: nothing is ever refused or sold twice, so there is nothing to compare with.
TEST(Study, WhereTheBestBufferHasNoRegretThereIsNoRatio) {
  auto settings = small();
  settings.scales = {1};
  settings.loss_rates = {0};
  settings.stock.least = 1000;
  const auto quiet = [](std::uint64_t seed) {
    auto history = made(seed);
    for (auto& listing : history.demand.listing) listing -= listing % 3;  // one channel
    return history;
  };
  const auto result = run_study(settings, {.history = quiet});
  ASSERT_EQ(result.cells.size(), 2U);
  EXPECT_EQ(result.cells[0].best_regret, 0);
  EXPECT_FALSE(result.cells[0].guards[0].ratio);
  for (const Summary& sum : summarise(result)) EXPECT_FALSE(sum.mean);
  EXPECT_NE(report_text(result, {"made", made(1)}).find("no ratio"), std::string::npos);
  const auto json = boost::json::parse(report_json(result, {"made", made(1)})).as_object();
  EXPECT_TRUE(json.at("summary").at(0).at("mean_ratio").is_null());
}

TEST(Study, RefusesMoreChannelsThanTheGuardDivides) {
  auto settings = small();
  settings.poll_every.assign(17, std::chrono::minutes{5});
  settings.writes = {*parse_writes("absolute", 17)};
  const auto checked = check(settings, 17);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().detail.find("17 channels"), std::string::npos);
  settings.poll_every.resize(16);
  settings.writes = {*parse_writes("absolute", 16)};
  EXPECT_TRUE(check(settings, 16));
}

// Stopped in the middle of a world, not at its end.
TEST(Study, StopsWithinAWorld) {
  auto settings = small();
  settings.threads = 1;
  std::atomic<bool> stop = true;
  const auto history = made(1);
  const auto world = scenario(settings, history, 1, 0, Period::test);
  const auto whole = run_buffers(world, history, {0}, settings.poll_every);
  EXPECT_GT(whole.offered_lines, 0);
  EXPECT_EQ(run_buffers(world, history, {0}, settings.poll_every, &stop).offered_lines, 0);
}

TEST(Study, TheJsonHoldsEveryCellParameterAndSeed) {
  const auto result = run_study(small(), {.history = made});
  const auto json = boost::json::parse(report_json(result, {"made", made(1)})).as_object();
  EXPECT_EQ(json.at("cells").as_array().size(), 8U);
  EXPECT_EQ(json.at("settings").at("seeds").as_array().size(), 2U);
  EXPECT_EQ(json.at("cells").at(0).at("policies").as_array().size(), 4 + 6 + 2 + 3U);
  EXPECT_EQ(json.at("settings").at("poll_every").at(2), "15m");
  EXPECT_FALSE(json.at("partial").as_bool());
  EXPECT_GT(json.at("guard_lines_per_second").to_number<double>(), 0);
}

TEST(StudySettings, RefusesWhatMakesNoSense) {
  EXPECT_FALSE(parse_writes("fast", 3));
  EXPECT_FALSE(parse_writes("absolute,cas", 3));
  EXPECT_EQ(writes_text(*parse_writes("absolute,relative,cas", 3)), "absolute,relative,cas");
  EXPECT_EQ(writes_text(*parse_writes("cas", 3)), "cas");
  const auto refused = [](auto&& change) {
    auto settings = small();
    change(settings);
    return !check(settings, 3);
  };
  EXPECT_TRUE(check(small(), 3));
  EXPECT_TRUE(refused([](auto& s) { s.seeds.clear(); }));
  EXPECT_TRUE(refused([](auto& s) { s.poll_every.pop_back(); }));
  EXPECT_TRUE(refused([](auto& s) { s.poll_every[0] = Millis{0}; }));
  EXPECT_TRUE(refused([](auto& s) { s.loss_rates = {1}; }));
  EXPECT_TRUE(refused([](auto& s) { s.cancel_costs = {-1}; }));
  EXPECT_TRUE(refused([](auto& s) { s.scales = {0}; }));
  EXPECT_TRUE(refused([](auto& s) { s.threads = 0; }));
}

TEST(Score, TheIntervalHoldsTheRatio) {
  PolicyScore reference, half, all;
  for (int s = 0; s < 200; ++s) {
    reference.skus.push_back({10, 10, 0});
    all.skus.push_back({10, 8 - s % 3, 0});
    half.skus.push_back({10, 9 - s % 2, 0});
  }
  const double ratio = regret(half, reference, 5) / regret(all, reference, 5);
  const Interval interval = ratio_interval(half, all, reference, 5, 300, 1);
  EXPECT_LT(interval.low, ratio);
  EXPECT_GT(interval.high, ratio);
  EXPECT_LT(interval.high - interval.low, .2);
}

}  // namespace
}  // namespace forestall::backtest
