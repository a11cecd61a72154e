// SPDX-License-Identifier: Apache-2.0
// The loop sleeps until a decision changes by itself, and acts then: not before, and not an hour later.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "daemon/guard/crossing.hpp"
#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

// Forty days of thirty units a day, all of them between two and three in the afternoon; shipped long ago.
void sold_in_the_afternoon(ActingRoom& room, const std::string& name) {
  std::vector<model::Observation> page;
  const Instant today = std::chrono::floor<std::chrono::days>(room.clock.now());
  for (int day = 1; day <= 40; ++day)
    for (int i = 0; i < 30; ++i) {
      model::OrderUpsert order;
      order.account = room.shop;
      order.id = OrderId::literal(fmt::format("past-{}-{}", day, i));
      order.placed_at = today - day * 24h + 14h + i * 2min;
      order.placed_day = std::chrono::floor<std::chrono::days>(order.placed_at);
      order.from = {SourceId::literal(room.shop.str()), model::Version(1), order.placed_at + 1h};
      order.state = model::OrderState::shipped;
      order.closed_at = order.placed_at + 1h;
      model::OrderLine line;
      line.id = OrderLineId::literal("1");
      line.listing = ListingId::literal(name);
      line.ordered = Units(1);
      line.portions.push_back({Units(1), {}, {}, order.closed_at});
      order.lines.push_back(line);
      page.push_back(order);
    }
  room.apply(std::move(page));
}

TEST(Foresight, TheLoopWakesWhenTheDecisionChangesByItself) {
  ActingRoom room;
  room.list("TEA", 5, 8);
  sold_in_the_afternoon(room, "TEA");
  room.clock.advance(2h);
  room.stock("TEA", 8);
  room.poll_listing("TEA");
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->foresight().looks() > 0; }));
  ASSERT_TRUE(room.channel.writes.empty()) << "five are enough at night";

  const auto& floor = room.acts->floor();
  const auto sku = room.ledger->mirror().find_sku("TEA").value();
  const auto at = room.acts->foresight().next();
  ASSERT_NE(at, Instant::max());
  const auto then = [&](Instant when) { return floor.decide(sku, guard::Detail::acts, nullptr, when); };
  EXPECT_TRUE(guard::same_answer(then(room.clock.now()), then(at - guard::crossing_precision)));
  EXPECT_FALSE(guard::same_answer(then(room.clock.now()), then(at)));

  // Before anything of the shelf was stored nobody knows when it was looked at last: a long history without a
  // count is no empty shelf.
  EXPECT_EQ(then(room.clock.now()).front().facts.components.front().believed, Units(8));

  while (room.clock.now() < at - 20min) {
    room.clock.advance(10min);
    room.pass(0ms);
  }
  EXPECT_TRUE(room.channel.writes.empty());
  ASSERT_TRUE(room.until([&] { return !room.channel.writes.empty(); }, 35min));
  EXPECT_EQ(room.channel.writes.front().quantity, Units(8));
  EXPECT_LT(room.channel.writes.front().at - at, 10min);
  room.stop();
}

TEST(Foresight, EverythingIsDecidedAgainWithinADay) {
  ActingRoom room;
  for (int i = 0; i < 24; ++i) room.list(fmt::format("L{}", i), 50, 50);
  room.start();
  ASSERT_TRUE(room.until([&] { return room.acts->decided() >= 24 && !room.acts->foresight().wanting(); }));
  const auto before = room.acts->decided();
  const auto half_a_day = [&] {
    for (int i = 0; i < 24; ++i) {
      room.clock.advance(30min);
      room.pass(0ms);
    }
  };
  half_a_day();
  EXPECT_GE(room.acts->decided() - before, 10u);
  EXPECT_LE(room.acts->decided() - before, 14u) << "evenly, not all at once";
  half_a_day();
  EXPECT_GE(room.acts->decided() - before, 23u);
  room.stop();
}

}  // namespace
}  // namespace forestall::test
