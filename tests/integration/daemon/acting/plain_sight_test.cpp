// SPDX-License-Identifier: Apache-2.0
// What is passed over as plain would have been decided so: over many states of a seller with two channels.
#include "daemon/acting/plain_sight.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

class PlainSight : public testing::Test {
 protected:
  static constexpr int skus = 40;

  PlainSight() {
    room.account->settings.cap = Units(30);
    config::AccountSettings settings = room.account->settings;
    settings.id = market;
    auto& second = room.flow.add(settings);
    second.marketplace = &other;
    second.backfilled = true;
    second_ = &second;
    for (int i = 0; i < skus; ++i) {
      const auto units = any(0, 9) == 0 ? any(0, 3) : any(4, 60);
      const auto shown = std::min<std::int64_t>(30, any(0, 5) == 0 ? units + any(-2, 2) : units);
      room.list(name(i), std::max<std::int64_t>(0, shown), units);
      list_there(i,
                 std::max<std::int64_t>(0, std::min<std::int64_t>(30, any(0, 5) == 0 ? units + 1 : units)));
    }
    // A bundle ties two of them, and one is sold in pairs.
    room.channel.offers["PAIR"] = {.quantity = Units(2)};
    map(room.shop, "PAIR", {{SkuId::literal(name(0)), Units(1)}, {SkuId::literal(name(1)), Units(1)}});
    room.poll_listing("PAIR");
    room.channel.offers["TWO"] = {.quantity = Units(4)};
    map(room.shop, "TWO", {{SkuId::literal(name(2)), Units(2)}});
    room.poll_listing("TWO");
  }

  static std::string name(int i) { return fmt::format("S{}", i); }
  std::int64_t any(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random);
  }
  void map(const AccountId& account, const std::string& listing, std::vector<ledger::Component> parts) {
    std::vector<ledger::Mapping> mappings = {
        {account, ListingId::literal(listing), std::move(parts), model::Pool::own}};
    ASSERT_TRUE(room.loop.run(room.ledger->map(mappings)));
  }
  void list_there(int i, std::int64_t shown) {
    map(market, name(i), {{SkuId::literal(name(i)), Units(1)}});
    read_there(i, shown);
  }
  void read_there(int i, std::int64_t shown) {
    other.offers[name(i)] = {.quantity = Units(shown)};
    model::ListingState state;
    state.from = {SourceId::literal(market.str()), model::Version(++version), room.clock.now()};
    state.account = market;
    state.listing = ListingId::literal(name(i));
    state.quantity = Units(shown);
    state.activity = model::ListingActivity::active;
    room.apply({state});
  }
  // Something that happens to a seller.
  void event() {
    const int i = static_cast<int>(any(0, skus - 1));
    const auto shown = room.channel.shown(name(i));
    switch (any(0, 11)) {
      case 0:
        room.stock(name(i), any(0, 3) == 0 ? any(0, 4) : any(5, 60));
        break;
      case 1:
      case 2:
        if (shown > 0) room.order(name(i), std::min<std::int64_t>(shown, any(1, 3)));
        break;
      case 3:
        if (shown > 0) room.order(name(i), 1, true, {}, model::OrderState::shipped);
        break;
      case 4:
        room.poll_listing(name(i));
        break;
      case 5:
        read_there(i, other.shown(name(i)));
        break;
      case 6:
        room.watermark();
        second_->orders_complete_before = room.clock.now() - std::chrono::minutes(any(0, 30));
        break;
      case 7:
        room.channel.set(name(i), any(0, 40));  // a person
        room.poll_listing(name(i));
        break;
      case 8:
        (any(0, 1) == 0 ? room.account : second_)->cancel_cost_factor = static_cast<double>(any(1, 4));
        break;
      case 9:
        room.seller->settings.reserve = Units(any(0, 2));
        break;
      case 10:
        room.apply({model::PickFailed{
            {SourceId::literal("wms"), model::Version(9'000'000 + ++version), room.clock.now()},
            room.shop,
            OrderId::literal(fmt::format("o-{}", version)),
            OrderLineId::literal("1"),
            SkuId::literal(name(i)),
            {},
            model::Pool::own,
            Units(1)}});
        break;
      default:
        room.pass(std::chrono::minutes(any(1, 30)));
    }
  }
  // Every SKU, at instants up to a day ahead: nothing else would be decided of those that are plain.
  void compare() {
    const auto& floor = room.acts->floor();
    const auto& mirror = room.ledger->mirror();
    const Instant now = room.clock.now();
    for (const Instant at : {now, now + 5h, now + 24h}) {
      acting::PlainSight sight(floor, at);
      for (std::uint32_t i = 0; i < mirror.skus(); ++i) {
        const ledger::SkuRef sku{i};
        const auto plain = sight.fits(sku);
        const auto decided = floor.decide(sku, guard::Detail::acts, nullptr, at);
        ++(plain ? plain_ : general_);
        if (!plain) continue;
        ASSERT_EQ(decided.size(), *plain);
        for (const auto& one : decided) {
          const auto said = guard::to_text(one);
          EXPECT_EQ(one.decision.reason, guard::Reason::fits) << said;
          EXPECT_EQ(one.facts.shown, std::optional(one.decision.target)) << said;
          EXPECT_GT(one.decision.target, Units{}) << said;
          ASSERT_TRUE(one.plan) << said;
          EXPECT_EQ(one.plan->verdict.regime, forecasting::Regime::plenty) << said;
          EXPECT_TRUE(one.plan->verdict.reason == forecasting::Reason::race_below_write ||
                      one.plan->verdict.reason == forecasting::Reason::one_listing)
              << said;
        }
      }
    }
  }

  std::mt19937_64 random{20260105};
  std::uint64_t version = 5'000'000;
  const AccountId market = AccountId::literal("market");
  ActingRoom room;
  ScriptedChannel other{market, room.clock};
  flow::Account* second_ = nullptr;
  std::size_t plain_ = 0, general_ = 0;
};

TEST_F(PlainSight, SaysNothingThatTheGeneralWayWouldNot) {
  room.start();
  for (int n = 0; n < 80 && !HasFatalFailure(); ++n) {
    event();
    if (n % 2 == 0) compare();
  }
  // Or the test would say nothing.
  EXPECT_GT(plain_, 1'000U);
  EXPECT_GT(general_, 1'000U);
  room.stop();
}

TEST_F(PlainSight, IsNotWhereAnAccountIsNotFitOrOnlyJustBecameSo) {
  room.start();
  ASSERT_TRUE(room.until([&] { return !room.acts->sweeping(); }));
  compare();
  ASSERT_GT(plain_, 0U);
  const auto seen = plain_;
  second_->backfilled = false;
  compare();
  EXPECT_EQ(plain_, seen) << "each SKU is sold there too";
  room.stop();
}

// A sweep reconsiders everything, plain or not.
TEST_F(PlainSight, IsCountedAsDecidedInASweep) {
  room.start();
  ASSERT_TRUE(room.until([&] { return !room.acts->sweeping() && room.acts->decided() >= 2 * skus; }));
  const auto before = room.acts->decided();
  room.acts->sweep();
  ASSERT_TRUE(room.until([&] { return !room.acts->sweeping(); }));
  EXPECT_GE(room.acts->decided() - before, 2U * skus);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
