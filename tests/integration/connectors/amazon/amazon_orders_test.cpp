// SPDX-License-Identifier: Apache-2.0
// Orders of the sandbox as the connector tells them: every one, once it can be seen, and what becomes of it.
#include <map>

#include "amazon_at_sandbox.hpp"
#include "config/base/text.hpp"

namespace forestall::amazon {
namespace {

using namespace std::chrono_literals;
using ports::Cursor;
using ports::Feed;

// What a ledger would make of it.
struct Known {
  std::map<std::string, model::OrderUpsert> orders;
  void keep(const std::vector<model::Observation>& page) {
    for (auto& order : only<model::OrderUpsert>(page)) {
      auto& kept = orders[order.id.str()];
      if (kept.id.empty() || order.from.version >= kept.from.version) kept = order;
    }
  }
  std::int64_t units(Instant before, Units (*of)(const model::OrderLine&)) const {
    Units sum;
    for (const auto& [id, order] : orders)
      if (order.placed_at < before)
        for (const auto& line : order.lines) sum += of(line);
    return sum.count();
  }
};

Units ordered(const model::OrderLine& line) { return line.ordered; }
Units cancelled(const model::OrderLine& line) { return line.cancelled ? line.cancelled->units : Units(); }
Units shipped(const model::OrderLine& line) {
  Units sum;
  for (const auto& portion : line.portions) sum += portion.units;
  return sum;
}

// Units of a column of the sandbox's truth, of orders placed before.
std::int64_t truth(const AtSandbox& at, std::string_view account, std::size_t column, Instant before) {
  std::int64_t sum = 0;
  const std::string csv = at.sandbox.control("lines").reply.body;
  for (const auto line : split(csv, '\n')) {
    const auto fields = split(line, ',');
    if (fields.size() != 10 || fields[1] != account) continue;
    if (const auto time = parse_instant(fields[0]); time && *time < before)
      sum += parse_integer<std::int64_t>(fields[column]).value();
  }
  return sum;
}
constexpr std::size_t accepted_column = 5, filled_column = 6, open_column = 9;

TEST(AmazonOrders, EveryOrderOlderThanTheWatermarkIsKnown) {
  AtSandbox at({"--skus", "10", "--rate", "40", "--pending", "0.3"});
  at.advance(30h);
  const auto amazon = at.make();
  Known known;
  Cursor history, recent;
  known.keep(at.sweep(*amazon, Feed::order_history, history));
  ASSERT_TRUE(at.last.complete_before);
  const Instant start = *at.last.complete_before;
  EXPECT_GT(known.orders.size(), 100u);
  EXPECT_EQ(known.units(start, ordered), truth(at, "amazon-us", accepted_column, start));
  std::optional<Instant> watermark;
  int moved = 0;
  for (int i = 0; i < 60; ++i) {
    known.keep(at.sweep(*amazon, Feed::orders, recent));
    if (at.last.complete_before) {
      EXPECT_GT(*at.last.complete_before, watermark.value_or(Instant{}));
      watermark = at.last.complete_before;
      ++moved;
      EXPECT_EQ(known.units(*watermark, ordered), truth(at, "amazon-us", accepted_column, *watermark));
      EXPECT_LE(at.clock.now() - *watermark, 4min);
    }
    at.advance(5min);
  }
  EXPECT_GT(moved, 25);
  const auto calls = at.sandbox.control("truth");
  EXPECT_EQ(calls.number("/accounts/amazon-us/calls/searchOrders/throttled"), 0);
}

TEST(AmazonOrders, WhatBecomesOfOrdersIsSeen) {
  AtSandbox at(
      {"--skus", "10", "--rate", "30", "--pending", "0.2", "--pending-dies", "0.5", "--withdrawn", "0.2"});
  const auto amazon = at.make();
  Known known;
  Cursor recent;
  std::vector<model::ShipmentUpdate> parcels;
  for (int i = 0; i < 12 * 14; ++i) {
    const auto page = at.sweep(*amazon, Feed::orders, recent);
    known.keep(page);
    for (const auto& parcel : only<model::ShipmentUpdate>(page)) parcels.push_back(parcel);
    at.advance(5min);
  }
  const Instant settled = at.clock.now() - 7h;  // picked four hours after the payment, read ten minutes later
  EXPECT_EQ(known.units(settled, ordered), truth(at, "amazon-us", accepted_column, settled));
  EXPECT_EQ(known.units(settled, shipped), truth(at, "amazon-us", filled_column, settled));
  EXPECT_GT(known.units(settled, cancelled), 0);
  EXPECT_EQ(known.units(settled, ordered) - known.units(settled, shipped) - known.units(settled, cancelled),
            truth(at, "amazon-us", open_column, settled));
  ASSERT_FALSE(parcels.empty());
  EXPECT_EQ(parcels.front().carrier.str(), "usps");
  for (const auto& [id, order] : known.orders) {
    EXPECT_EQ(order.placed_day, TimeZone::utc().civil_date(order.placed_at));
    if (order.state == model::OrderState::shipped) EXPECT_TRUE(order.closed_at) << id;
  }
}

}  // namespace
}  // namespace forestall::amazon
