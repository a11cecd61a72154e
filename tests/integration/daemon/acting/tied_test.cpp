// SPDX-License-Identifier: Apache-2.0
// More listings tied together by what they sell than are divided at once: the last units are still shown
// once.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/acting/acting_room.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

constexpr int bundles = 20;

std::string set_name(int i) { return fmt::format("SET{:02}", i); }

// A gift box in twenty sets, each with an item of its own; each item is sold by itself too.
void gift_sets(ActingRoom& room, std::int64_t boxes, std::int64_t items) {
  room.stock("BOX", boxes);
  for (int i = 0; i < bundles; ++i) {
    const auto item = fmt::format("ITEM{:02}", i);
    room.list(item, items, items);
    const auto set = set_name(i);
    const auto shown = std::min(boxes, items);
    room.channel.offers[set] = {.quantity = Units(shown)};
    std::vector<ledger::Mapping> mappings = {
        {room.shop,
         ListingId::literal(set),
         {{SkuId::literal("BOX"), Units(1)}, {SkuId::literal(item), Units(1)}},
         model::Pool::own}};
    ASSERT_TRUE(room.loop.run(room.ledger->map(mappings)));
    room.poll_listing(set);
  }
}

// Forty days of a set of each kind every day; shipped long ago.
void sold_every_day(ActingRoom& room) {
  std::vector<model::Observation> page;
  const Instant today = std::chrono::floor<std::chrono::days>(room.clock.now());
  for (int day = 1; day <= 40; ++day)
    for (int i = 0; i < bundles; ++i) {
      model::OrderUpsert order;
      order.account = room.shop;
      order.id = OrderId::literal(fmt::format("past-{}-{}", day, i));
      order.placed_at = today - day * 24h + i * 1h;
      order.placed_day = std::chrono::floor<std::chrono::days>(order.placed_at);
      order.from = {SourceId::literal(room.shop.str()), model::Version(1), order.placed_at + 1h};
      order.state = model::OrderState::shipped;
      order.closed_at = order.placed_at + 1h;
      model::OrderLine line;
      line.id = OrderLineId::literal("1");
      line.listing = ListingId::literal(set_name(i));
      line.ordered = Units(1);
      line.portions.push_back({Units(1), {}, {}, order.closed_at});
      order.lines.push_back(line);
      page.push_back(order);
    }
  room.apply(std::move(page));
}

std::int64_t may_sell(ActingRoom& room, const std::string& listing) {
  return room.acts->floor().exposures.of(room.shop, ListingId::literal(listing)).exposure.units;
}

TEST(Tied, TheLastGiftBoxesAreShownOnceInTwentySets) {
  ActingRoom room;
  gift_sets(room, 3, 9);
  sold_every_day(room);
  room.clock.advance(2h);
  room.stock("BOX", 3);
  for (int i = 0; i < bundles; ++i) {
    room.stock(fmt::format("ITEM{:02}", i), 9);
    room.poll_listing(set_name(i));
    room.poll_listing(fmt::format("ITEM{:02}", i));
  }
  room.start();
  const auto all = [&] {
    std::int64_t sum = 0;
    for (int i = 0; i < bundles; ++i) sum += may_sell(room, set_name(i));
    return sum;
  };
  ASSERT_TRUE(room.until(
      [&] {
        room.watermark();
        return all() <= 3 && room.open_intents() == 0;
      },
      4h))
      << all();
  room.watermark();
  room.pass(30min);
  std::int64_t shown = 0;
  for (int i = 0; i < bundles; ++i) shown += room.channel.shown(set_name(i));
  EXPECT_LE(shown, 3);
  EXPECT_LE(all(), 3);
  // The items are plenty: their own listings are left alone.
  for (int i = 0; i < bundles; ++i) EXPECT_EQ(room.channel.shown(fmt::format("ITEM{:02}", i)), 9) << i;

  // A new delivery of boxes: every set shows again.
  room.stock("BOX", 60);
  ASSERT_TRUE(room.until(
      [&] {
        room.watermark();
        for (int i = 0; i < bundles; ++i)
          if (room.channel.shown(set_name(i)) != 9) return false;
        return true;
      },
      4h));
}

}  // namespace
}  // namespace forestall::test
