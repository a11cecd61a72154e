// SPDX-License-Identifier: Apache-2.0
// Redis has done it, and its answer never came: what changed in that call is decided on all the same, and
// nothing is decided while what is known is being read again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/acting/acting_room.hpp"
#include "tests/support/ledger/sync_redis.hpp"

namespace forestall::test {
namespace {

using config::Mode;
using namespace std::chrono_literals;

class LostAnswer : public ::testing::Test {
 protected:
  LostAnswer() {
    room.times.tick = 20ms;
    room.list("CUP", 5, 5);
    room.start();
    room.watermark();
    room.pass(1min);
    EXPECT_EQ(room.state("CUP"), "none");
  }
  // The page is applied in Redis, and the connection breaks before its answer.
  void lose(const std::vector<model::Observation>& page) {
    const auto before = sequence();
    room.link->set({.lose_answers = true});
    std::optional<Result<ledger::Applied>> ended;
    room.loop.spawn(room.flow.apply(*room.seller, page), [&](auto result) { ended = std::move(result); });
    room.loop.run_until([&] { return sequence() != before; });
    room.link->cut_all();  // while answers are still lost: one that was on its way must not pass
    room.link->set({});
    room.loop.run_until([&] { return ended.has_value(); });
    ASSERT_FALSE(*ended);
    EXPECT_EQ(ended->error().code, ErrorCode::outcome_unknown);
  }
  std::string sequence() {
    const auto reply = sync_.call({"GET", "forestall:{acme}:seq"});
    return reply && reply->text() != nullptr ? *reply->text() : "";
  }
  std::int64_t dirty() {
    const auto reply = sync_.call({"HEXISTS", "forestall:{acme}:dirty", "CUP"});
    return reply && reply->integer() != nullptr ? *reply->integer() : -1;
  }
  model::StockLevel stock(std::int64_t units) {
    return {{SourceId::literal("wms"), model::Version(50), room.clock.now()},
            SkuId::literal("CUP"),
            LocationId::literal("berlin"),
            Units(units),
            false};
  }

  ActingRoom room{Mode::guard, false, true};

 private:
  SyncRedis sync_{room.server.socket()};
};

TEST_F(LostAnswer, WhatWasAppliedIsDecidedOnWhenThePageComesAgain) {
  const std::vector<model::Observation> page = {stock(2)};
  lose(page);
  const auto again = room.loop.run(room.flow.apply(*room.seller, page));
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_THAT(again->outcomes, ::testing::ElementsAre(ledger::Outcome::known));
  EXPECT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2; }));
  room.stop();
}

TEST_F(LostAnswer, WhatWasAppliedIsDecidedOnEvenIfNobodySendsItAgain) {
  lose({stock(2)});
  EXPECT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2; }));
  room.stop();
}

// A reading of the listing in the lost call shows a person's doing.
TEST_F(LostAnswer, AReadingIsJudged) {
  room.channel.set("CUP", 0);
  room.pass(10s);
  model::ListingState state;
  state.from = {SourceId::literal(room.shop.str()), model::Version(2'000'000), room.clock.now()};
  state.account = room.shop;
  state.listing = ListingId::literal("CUP");
  state.quantity = Units{};
  state.activity = model::ListingActivity::active;
  room.pass(10s);
  room.watermark();
  lose({state});
  EXPECT_TRUE(room.until([&] { return room.hold("CUP") == "outside_pause"; }));
  EXPECT_TRUE(room.channel.writes.empty());
  room.stop();
}

// An order that was placed and shipped in the lost call is in no mirror: only the page tells of it.
TEST_F(LostAnswer, AClosedOrderExplainsAFall) {
  room.pass(10s);
  model::OrderUpsert order;
  order.from = {SourceId::literal(room.shop.str()), model::Version(77), room.clock.now()};
  order.account = room.shop;
  order.id = OrderId::literal("o-77");
  order.placed_at = room.clock.now();
  order.placed_day = std::chrono::year{2026} / 1 / 5;
  order.state = model::OrderState::shipped;
  order.closed_at = room.clock.now() + 1s;
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal("CUP");
  line.ordered = Units(2);
  line.portions.push_back({Units(2), {}, {}, order.closed_at});
  order.lines.push_back(line);
  room.channel.set("CUP", 3);
  room.pass(10s);
  lose({order});
  ASSERT_TRUE(room.loop.run(room.flow.apply(*room.seller, std::vector<model::Observation>{order})));
  room.watermark();
  room.poll_listing("CUP");
  room.pass(1min);
  EXPECT_EQ(room.hold("CUP"), "none");
  room.stop();
}

// What was told just before is not taken as decided on a mirror that is empty.
TEST_F(LostAnswer, NothingIsDecidedOnWhatIsNotReadYet) {
  const std::vector<model::Observation> page = {stock(2)};
  lose(page);
  room.link->set({.latency = 100ms});  // each piece of the second reading takes its time
  std::optional<Result<ledger::Applied>> ended;
  room.loop.spawn(room.flow.apply(*room.seller, page), [&](auto result) { ended = std::move(result); });
  room.loop.run_until([&] { return ended || room.ledger->mirror().listings() == 0; });
  ASSERT_FALSE(ended) << "the mirror was not read again";
  ASSERT_FALSE(room.ledger->whole());
  ASSERT_EQ(dirty(), 1);
  const auto decided = room.acts->decided();
  ledger::Applied told;
  told.sequence = std::stoull(sequence());
  told.skus.emplace_back().sku = "CUP";
  room.acts->heard({*room.seller, {}, told});
  std::int64_t least = 1;
  room.loop.run_until([&] {
    if (room.ledger->whole()) return true;
    least = std::min(least, dirty());
    return false;
  });
  EXPECT_EQ(least, 1);
  EXPECT_EQ(room.acts->decided(), decided);
  room.link->set({});
  EXPECT_TRUE(room.until([&] { return room.channel.shown("CUP") == 2 && dirty() == 0; }));
  EXPECT_TRUE(ended && *ended);
  room.stop();
}

// What was believed of the demand is made again, although nobody restarts.
TEST_F(LostAnswer, BeliefsAreMadeAgain) {
  for (int i = 0; i < 20; ++i) room.order("CUP", 1, false);
  room.pass(1min);
  const auto per_hour = [&] {
    const auto sku = room.ledger->mirror().find_sku("CUP");
    if (!sku) return 0.0;
    return room.acts->floor()
        .beliefs.model()
        .level(static_cast<std::uint32_t>(*sku), room.clock.now())
        .mean_units_per_hour();
  };
  const auto before = per_hour();
  lose({stock(30)});
  room.apply({stock(30)});
  ASSERT_TRUE(room.until([&] { return room.acts->floor().beliefs.replayed() >= 20; }, 1min));
  EXPECT_NEAR(per_hour(), before, before / 100);
  room.stop();
}

// A cancellation in the lost call: the channel puts the units back, and the book is told when the page comes
// again.
TEST_F(LostAnswer, WhatACancellationPutsBackIsCountedOn) {
  auto order = room.order("CUP", 3);
  room.channel.manners = {{.carried_out = false, .answer = ErrorCode::outcome_unknown}};
  room.apply({stock(4)});
  ASSERT_TRUE(room.until([&] { return room.state("CUP") == "unresolved"; }));
  room.channel.reads_fail = true;
  room.watermark();
  room.pass(10s);
  const auto exposed = [&] {
    return room.acts->floor().exposures.of(room.shop, ListingId::literal("CUP")).exposure.units;
  };
  const auto before = exposed();
  order.from.version = model::Version(1'000'000);
  order.lines.front().cancelled.emplace();
  order.lines.front().cancelled->units = Units(3);
  order.lines.front().cancelled->at = room.clock.now();
  order.lines.front().cancelled->day = std::chrono::year{2026} / 1 / 5;
  lose({order});
  ASSERT_TRUE(room.loop.run(room.flow.apply(*room.seller, std::vector<model::Observation>{order})));
  EXPECT_EQ(exposed(), before + 3);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
