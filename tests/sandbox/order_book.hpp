// SPDX-License-Identifier: Apache-2.0
// The orders of one account as its seller may read them by now.
#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/backtest/world/world.hpp"

namespace forestall::sandbox {

enum class CancelledBy : std::uint8_t { nobody, buyer, merchant, amazon };

struct OrderItem {
  world::LineIndex line = 0;
  std::int32_t ordered = 0, shipped = 0, cancelled = 0;
  CancelledBy by = CancelledBy::nobody;
  bool pending = false;
  bool cancel_requested = false;  // by the buyer, and nobody has acted on it
};

struct Order {
  std::uint32_t number = 0;  // in the demand
  std::string id{};
  Instant created{}, updated{}, shipped_at{};
  Instant label_at{};  // the first hand-over: the parcel's label
  std::vector<OrderItem> items{};

  Instant ship_by() const { return created + std::chrono::hours(48); }
  Instant deliver_by() const { return created + std::chrono::hours(168); }

  std::string_view status() const;  // of the API: PENDING, UNSHIPPED, ...
};

// Of its one parcel: USPS, 22 digits, the order's number in them.
std::string tracking_number(const Order& order);

class OrderBook {
 public:
  OrderBook(world::ChannelIndex channel, const std::vector<std::string>& names)
      : channel_(channel), names_(names) {}

  void update(const world::World& world);
  // From now on this share of the orders have a buyer who asks to cancel an hour and a half after placing.
  void let_buyers_ask(std::uint64_t seed, double share) { asking_ = {seed, share}; }
  struct Asked {
    std::string order{};
    Instant at{};
  };
  const std::vector<Asked>& asked() const { return asked_; }
  const std::vector<Order>& orders() const { return orders_; }
  // The buyer asks to cancel what is not shipped yet; false where the order is unknown.
  bool request_cancellation(std::string_view id, Instant now);
  const Order* find(std::string_view id) const;
  const Order* find_number(std::uint32_t number) const;
  // Positions of orders updated (created) in [from, to), oldest first.
  std::vector<std::uint32_t> updated_between(Instant from, Instant to) const;
  std::vector<std::uint32_t> created_between(Instant from, Instant to) const;

 private:
  void touch(std::uint32_t position, Instant when);
  Order& order_of(const world::World& world, world::LineIndex line);
  std::string make_id(std::uint32_t number) const;

  world::ChannelIndex channel_;
  const std::vector<std::string>& names_;
  std::size_t cursor_ = 0;
  std::vector<Order> orders_;  // by creation
  std::unordered_map<std::uint32_t, std::uint32_t> by_number_;
  std::unordered_map<std::string, std::uint32_t> by_id_;
  std::set<std::pair<Instant, std::uint32_t>> by_update_;
  std::pair<std::uint64_t, double> asking_{0, 0};
  std::deque<std::pair<Instant, std::uint32_t>> will_ask_;  // when, and the order's place
  std::vector<Asked> asked_;
};

}  // namespace forestall::sandbox
