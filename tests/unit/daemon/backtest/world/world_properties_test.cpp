// SPDX-License-Identifier: Apache-2.0
// What holds in every world, tried on many random ones: the books of every line add up, units are conserved,
// the same seed gives the same truth, and the references without latency never sell twice.
#include <gtest/gtest.h>

#include "daemon/backtest/world/fixed_buffer.hpp"
#include "daemon/backtest/world/run.hpp"
#include "daemon/backtest/world/shoppers.hpp"
#include "tests/unit/daemon/backtest/world/small_world.hpp"

namespace forestall::world {
namespace {

// Writes anything anywhere at any time: the rudest policy there is.
class Vandal {
 public:
  Vandal(std::uint64_t seed, Instant start) : stream_(seed, Purpose::arrivals), next_(start) {}
  Instant next_wake() const { return next_; }
  void wake(const World& world, std::vector<Write>& writes) {
    next_ = world.now() + Millis{1 + static_cast<std::int64_t>(stream_.below(7'200'000))};
    for (std::uint64_t n = stream_.below(20); n > 0; --n)
      writes.push_back({.listing = static_cast<ListingIndex>(stream_.below(world.catalogue().listings())),
                        .kind = static_cast<WriteKind>(stream_.below(3)),
                        .value = static_cast<std::int32_t>(stream_.below(9)) - 2,
                        .expected = static_cast<std::int32_t>(stream_.below(4))});
  }

 private:
  Stream stream_;
  Instant next_;
};

struct Setting {
  Catalogue catalogue;
  Demand demand;
  Scenario scenario;
};

Setting random_setting(std::uint64_t seed) {
  Stream stream(seed, Purpose::rate);
  const auto minutes = [&](std::uint64_t most) {
    return std::chrono::minutes(static_cast<int>(stream.below(most)));
  };
  Setting s;
  s.catalogue = Catalogue::plain(20, 3);
  s.demand =
      shoppers({.seed = seed, .start = day0, .end = day0 + std::chrono::days{50}, .lines_per_sku_day = 3},
               s.catalogue);
  // Some listings are bundles of two SKUs.
  Catalogue bundled{.skus = 20, .channels = 3};
  for (ListingIndex listing = 0; listing < s.catalogue.listings(); ++listing) {
    const SkuIndex sku = listing / 3;
    std::vector<Component> parts{{sku, 1 + static_cast<std::int32_t>(stream.below(2))}};
    if (stream.below(4) == 0) parts.push_back({(sku + 1) % 20, 1});
    bundled.add(listing % 3, parts);
  }
  s.catalogue = bundled;
  s.scenario = {.seed = seed, .start = day0 + std::chrono::days{28}, .end = day0 + std::chrono::days{50}};
  for (int i = 0; i < 3; ++i)
    s.scenario.channels.push_back({.visible_after = minutes(30),
                                   .live_after = minutes(60),
                                   .countdown_after = stream.below(2) == 0 ? Millis{0} : minutes(5),
                                   .restores_on_cancel = stream.below(2) == 0,
                                   .pending_share = stream.below(2) == 0 ? 0 : stream.unit(),
                                   .pending_for = minutes(300),
                                   .pending_dies = stream.unit(),
                                   .pending_reserves = stream.below(2) == 0});
  s.scenario.stock.loss_rate = stream.below(2) == 0 ? 0 : 0.05;
  s.scenario.stock.lead_time = std::chrono::days{1 + static_cast<int>(stream.below(5))};
  s.scenario.stock.count_every_days = static_cast<int>(stream.below(10));
  s.scenario.fulfilment = {.pick_after = minutes(600),
                           .stock_reported_after = minutes(30),
                           .withdrawn_share = stream.below(2) == 0 ? 0 : 0.2,
                           .withdrawn_after = minutes(600)};
  return s;
}

// Shelf and books follow from the start, the receipts, the picks, the losses and the recounts.
void expect_units_conserved(const World& world) {
  const auto& catalogue = world.catalogue();
  std::vector<std::int64_t> picked(catalogue.skus), open(catalogue.skus), received(catalogue.skus),
      adjusted(catalogue.skus);
  for (LineIndex i = 0; i < world.demand().size(); ++i) {
    const ListingIndex listing = world.demand().listing[i];
    for (auto c = catalogue.first[listing]; c < catalogue.first[listing + 1]; ++c) {
      picked[catalogue.components[c].sku] += world.lines()[i].filled * catalogue.components[c].each;
      open[catalogue.components[c].sku] += world.lines()[i].open() * catalogue.components[c].each;
    }
  }
  for (const StockEvent& event : world.stock_events(0)) {
    if (event.cause == StockCause::receipt)
      received[event.sku] += event.delta;
    else if (event.cause != StockCause::pick_failed)
      adjusted[event.sku] += event.delta;
  }
  std::int64_t missing = 0;
  for (SkuIndex sku = 0; sku < catalogue.skus; ++sku) {
    EXPECT_EQ(world.book(sku), world.initial_stock(sku) + received[sku] - picked[sku] + adjusted[sku]) << sku;
    EXPECT_EQ(world.stock().open(sku), open[sku]) << sku;
    EXPECT_GE(world.stock().physical(sku), 0) << sku;
    missing += world.initial_stock(sku) + received[sku] - picked[sku] - world.stock().physical(sku);
  }
  EXPECT_EQ(missing, world.truth().lost_units);
}

TEST(WorldProperties, BooksAddUpUnderAnyPolicyAtAnyMoment) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    auto setting = random_setting(seed);
    setting.scenario.fulfilment.stock_reported_after = Millis{0};  // so that the log below is complete
    World world(setting.scenario, setting.catalogue, setting.demand);
    Vandal vandal(seed, setting.scenario.start);
    std::vector<Write> writes;
    while (vandal.next_wake() < setting.scenario.end) {
      world.advance_to(vandal.next_wake());
      writes.clear();
      vandal.wake(world, writes);
      for (const Write& write : writes) world.write(write);
      ASSERT_TRUE(check_books(setting.demand, world.lines()).has_value());
    }
    expect_units_conserved(world);
    const Truth truth = world.truth();
    for (const Tally& tally : {truth.units, truth.lines, truth.orders})
      EXPECT_EQ(tally.offered, tally.accepted + tally.refused);
    EXPECT_EQ(truth.units.accepted,
              truth.units.filled + truth.units.oversold + truth.units.withdrawn + truth.units.open);
    EXPECT_GT(truth.units.filled, 0);
  }
}

TEST(WorldProperties, NothingStaysOpenAfterTheEnd) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto setting = random_setting(seed);
    World world(setting.scenario, setting.catalogue, setting.demand);
    Vandal vandal(seed, setting.scenario.start);
    run(world, vandal);
    EXPECT_EQ(world.truth().units.open, 0) << seed;
  }
}

TEST(WorldProperties, SameSeedSameTruthHoweverTimeIsCutUp) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto setting = random_setting(seed);
    const auto truth_of = [&](Millis step) {
      World world(setting.scenario, setting.catalogue, setting.demand);
      while (world.now() < setting.scenario.end)
        world.advance_to(std::min(world.now() + step, setting.scenario.end));
      return std::pair{world.truth().digest, std::vector(world.lines().begin(), world.lines().end())};
    };
    const auto whole = truth_of(std::chrono::days{22});
    EXPECT_TRUE(truth_of(7min) == whole) << seed;
    EXPECT_TRUE(truth_of(std::chrono::days{22}) == whole) << seed;
  }
  EXPECT_NE(random_setting(1).demand.time, random_setting(2).demand.time);
}

TEST(WorldProperties, SharedCountersNeverSellTwice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto setting = random_setting(seed);
    setting.scenario.fulfilment.pick_after = Millis{0};
    setting.scenario.fulfilment.withdrawn_share = 0;
    for (auto& rules : setting.scenario.channels) rules.pending_share = 0;
    Nobody nobody;
    setting.scenario.acceptance = Acceptance::shared_physical;
    World bound(setting.scenario, setting.catalogue, setting.demand);
    run(bound, nobody);
    EXPECT_EQ(bound.truth().units.oversold, 0) << seed;
    setting.scenario.acceptance = Acceptance::shared_book;
    World shared(setting.scenario, setting.catalogue, setting.demand);
    run(shared, nobody);
    if (setting.scenario.stock.loss_rate <= 0) {
      EXPECT_EQ(shared.truth().units.oversold, 0) << seed;
      EXPECT_EQ(shared.truth().digest, bound.truth().digest) << seed;
    }
  }
}

TEST(WorldProperties, OneAtomicChannelLeftAloneNeverOversells) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto catalogue = Catalogue::plain(30, 1);
    const auto demand = shoppers({.seed = seed,
                                  .start = day0,
                                  .end = day0 + std::chrono::days{60},
                                  .lines_per_sku_day = 2,
                                  .channel_shares = {1}},
                                 catalogue);
    Scenario scenario{
        .seed = seed, .start = day0 + std::chrono::days{28}, .end = day0 + std::chrono::days{60}};
    scenario.channels.resize(1);
    World world(scenario, catalogue, demand);
    Nobody nobody;
    run(world, nobody);
    EXPECT_EQ(world.truth().units.oversold, 0);
  }
}

// The race between channels grows with the time between polls; a buffer buys it off with sales.
TEST(WorldProperties, SlowerPollingOversellsMoreAndBuffersLess) {
  const auto catalogue = Catalogue::plain(300, 3);
  const auto demand = shoppers(
      {.seed = 7, .start = day0, .end = day0 + std::chrono::days{88}, .lines_per_sku_day = 2}, catalogue);
  Scenario scenario{.seed = 7, .start = day0 + std::chrono::days{28}, .end = day0 + std::chrono::days{88}};
  scenario.channels.resize(3);
  const auto truth_of = [&](int factor, std::int32_t buffer) {
    World world(scenario, catalogue, demand);
    FixedBuffer policy(world,
                       {.buffer = buffer, .poll_every = {factor * 5min, factor * 1min, factor * 15min}});
    run(world, policy);
    return world.truth().units;
  };
  const Tally fast = truth_of(1, 0), slow = truth_of(12, 0), slowest = truth_of(96, 0),
              buffered = truth_of(96, 2);
  EXPECT_GT(fast.oversold, 0);
  EXPECT_GT(slow.oversold, fast.oversold);
  EXPECT_GT(slowest.oversold, slow.oversold);
  EXPECT_LT(buffered.oversold, slowest.oversold);
  EXPECT_LT(buffered.filled, slowest.filled);
}

}  // namespace
}  // namespace forestall::world
