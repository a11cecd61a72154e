// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/parcel_book.hpp"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/daemon/parcels/parcel_fixture.hpp"

namespace forestall::parcels {
namespace {

using model::ShipmentState;

const Instant now = at("2026-03-10T12:00:00Z");

model::OrderUpsert shipped_order(std::string_view id, Instant placed_at, bool closed = true) {
  model::OrderUpsert o;
  o.account = shop;
  o.id = OrderId::literal(id);
  o.state = model::OrderState::shipped;
  o.placed_at = placed_at;
  o.ship_by = placed_at + hours(48);
  o.deliver_by = placed_at + hours(168);
  if (closed) o.closed_at = placed_at + hours(5);
  model::OrderLine line;
  line.id = OrderLineId::literal("1");
  line.listing = ListingId::literal("L");
  line.ordered = Units(2);
  line.unit_price = Money(1'250, Currency::literal("USD"));
  line.portions.push_back(
      {.units = Units(2), .allocated_at = {}, .picked_at = {}, .shipped_at = placed_at + hours(5)});
  o.lines.push_back(line);
  return o;
}

struct Book : testing::Test {
  Book() {
    book.serve({.serves = [](const CarrierId& c, const TrackingId&) { return c.str() == "usps"; },
                .poll = hours(4)});
    book.serve({.serves = [](const CarrierId&, const TrackingId&) { return true; }, .poll = hours(4)});
  }
  std::vector<std::string> due(std::size_t server, Instant when, std::size_t most = 100) {
    std::vector<std::string> out;
    for (const auto& p : book.due(server, most, when)) out.push_back(p.tracking.str());
    return out;
  }
  void ask(std::size_t server, Instant when) { book.asked(server, book.due(server, 100, when), when); }
  ParcelBook book;
};
using Numbers = std::vector<std::string>;

// A channel tells of shipped orders for weeks, whenever anything about them changes.
TEST_F(Book, WhatEndedIsNotBegunAnewByItsChannel) {
  int ends = 0;
  book.listen([&](const Step& s) { ends += s.parcel.now.ended_at && !s.before.ended_at ? 1 : 0; });
  const auto label = from_channel("1", "T1", now - days(3), now + days(2));
  book.put(label, now - days(3));
  book.put(shipped_order("1", now - days(4)));
  book.put(from_carrier("1", "T1", now, ShipmentState::delivered, now - days(2), now), now);
  book.forget(now + hours(25));
  EXPECT_EQ(book.order({shop, OrderId::literal("1")}), nullptr);
  book.put(label, now + hours(26));
  EXPECT_EQ(book.order({shop, OrderId::literal("1")}), nullptr);
  EXPECT_TRUE(due(0, now + hours(26)).empty()) << "nobody needs to be asked again";
  EXPECT_EQ(ends, 1);
  book.put(from_channel("2", "T1", now + hours(26), now + days(5)), now + hours(26));
  EXPECT_EQ(due(0, now + hours(26)), Numbers{"T1"}) << "the number is used again";
}

TEST_F(Book, ANewParcelIsAskedAboutAtOnceAndThenInItsTurn) {
  book.put(from_channel("1", "T1", now - hours(1), now + days(5)), now);
  EXPECT_EQ(due(0, now), Numbers{"T1"});
  book.put(from_carrier("1", "T1", now, ShipmentState::in_transit, now - hours(1), now - hours(1)), now);
  ask(0, now);
  EXPECT_TRUE(due(0, now + hours(3) - minutes(1)).empty());
  EXPECT_EQ(due(0, now + hours(4)), Numbers{"T1"});
  EXPECT_TRUE(due(1, now + hours(4)).empty()) << "one carrier tells of one parcel";
}

TEST_F(Book, ANumberNobodyKnowsGoesToTheNextCarrier) {
  book.put(from_channel("1", "T1", now, now + days(5)), now);
  for (int i = 0; i < 3; ++i) ask(0, now + hours(4 * i));
  EXPECT_TRUE(due(0, now + days(1)).empty());
  EXPECT_EQ(due(1, now + days(1)), Numbers{"T1"});
}

TEST_F(Book, TheParcelNearItsPromiseGoesFirstAndABatchIsFilled) {
  for (int i = 0; i < 3; ++i) {
    const auto number = "T" + std::to_string(i);
    book.put(from_channel(std::to_string(i), number, now - days(2), now + days(i == 1 ? 1 : 6)),
             now - hours(2));
    book.put(from_carrier(std::to_string(i), number, now - hours(2), ShipmentState::in_transit, now - days(1),
                          now - days(1)),
             now - hours(2));
  }
  ask(0, now - hours(2));
  EXPECT_EQ(due(0, now + hours(2), 1), Numbers{"T1"});
  EXPECT_EQ(due(0, now + hours(2), 3).size(), 3U);
  EXPECT_TRUE(due(0, now - hours(2) + minutes(50)).empty());
}

TEST_F(Book, AnEndedParcelIsNotAskedAboutAndItsOrderIsForgotten) {
  book.put(from_channel("1", "T1", now - days(3)), now - days(3));
  book.put(shipped_order("1", now - days(4)));
  EXPECT_EQ(book.order({shop, OrderId::literal("1")})->value, Money(2'500, Currency::literal("USD")));
  book.put(from_carrier("1", "T1", now, ShipmentState::delivered, now - days(2), now - hours(1)), now);
  EXPECT_TRUE(due(0, now + days(3)).empty());
  book.forget(now + hours(2));
  EXPECT_NE(book.order({shop, OrderId::literal("1")}), nullptr) << "a day longer";
  book.forget(now + hours(30));
  EXPECT_EQ(book.order({shop, OrderId::literal("1")}), nullptr);
  EXPECT_EQ(book.find(TrackingId::literal("T1")), nullptr);
}

TEST_F(Book, AnOpenOrderKeepsItsParcels) {
  book.put(from_channel("1", "T1", now - days(3)), now - days(3));
  book.put(shipped_order("1", now - days(4), false));
  book.put(from_carrier("1", "T1", now, ShipmentState::delivered, now - days(2), now - days(2)), now);
  book.forget(now);
  EXPECT_NE(book.order({shop, OrderId::literal("1")}), nullptr) << "the rest of it is yet to go";
}

// Of two parcels with one number a message belongs to the one handed over last.
TEST_F(Book, ARecycledNumberBelongsToTheLaterParcel) {
  book.put(from_channel("old", "T1", now - days(50)), now - days(50));
  book.put(from_channel("new", "T1", now - days(1)), now - days(1));
  OrderKey key;
  ASSERT_NE(book.find(TrackingId::literal("T1"), &key), nullptr);
  EXPECT_EQ(key.second.str(), "new");
  // The older answer stays the older order's own.
  book.put(from_carrier("old", "T1", now, ShipmentState::delivered, now - days(48), now - days(45)), now);
  EXPECT_TRUE(book.order({shop, OrderId::literal("old")})->parcels[0].now.ended_at);
  EXPECT_FALSE(book.order({shop, OrderId::literal("new")})->parcels[0].now.ended_at);
}

TEST_F(Book, ARequestCountsFromTheFirstTimeAndEndsWithTheOrder) {
  model::CancelRequest request;
  request.account = shop;
  request.order = OrderId::literal("1");
  request.requested_at = now;
  book.put(request);
  request.requested_at = now + hours(5);  // the order changed, the request still stands
  book.put(request);
  const auto* d = book.order({shop, OrderId::literal("1")});
  ASSERT_NE(d, nullptr);
  EXPECT_EQ(d->cancel_asked_at, now);
  book.put_asked({shop, OrderId::literal("1")}, now - hours(2));
  EXPECT_EQ(d->cancel_asked_at, now - hours(2));
  request.state = model::RequestState::refused;
  book.put(request);
  EXPECT_FALSE(d->cancel_asked_at);
  EXPECT_TRUE(d->asked_ever);
}

TEST_F(Book, TheSameSetOfAnswersInAnyOrderIsTheSameBook) {
  const std::array updates{
      from_channel("1", "T1", now - days(3), now + days(3)),
      from_carrier("1", "T1", now - days(2), ShipmentState::in_transit, now - days(2), now - days(2)),
      from_carrier("1", "T1", now - days(1), ShipmentState::in_transit, now - days(2), now - days(1)),
  };
  for (const auto& sequence : {std::array{0, 1, 2}, std::array{2, 1, 0}, std::array{1, 2, 0}}) {
    ParcelBook other;
    for (const int i : sequence) other.put(updates[static_cast<std::size_t>(i)], now);
    const auto& p = other.order({shop, OrderId::literal("1")})->parcels[0].now;
    EXPECT_EQ(p.last_scan_at, now - days(1));
    EXPECT_EQ(p.label_at, now - days(3));
  }
}

}  // namespace
}  // namespace forestall::parcels
