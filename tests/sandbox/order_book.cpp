// SPDX-License-Identifier: Apache-2.0
// Turning the world's log into orders.
#include "tests/sandbox/order_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/backtest/world/draws.hpp"

namespace forestall::sandbox {

namespace {
// 405-8078784-5731545
bool looks_like_amazon(std::string_view id) {
  if (id.size() != 19) return false;
  for (std::size_t i = 0; i < id.size(); ++i)
    if (i == 3 || i == 11 ? id[i] != '-' : id[i] < '0' || id[i] > '9') return false;
  return true;
}
}  // namespace

std::string_view Order::status() const {
  std::int32_t ordered = 0, shipped = 0, cancelled = 0;
  bool pending = false;
  for (const OrderItem& item : items) {
    ordered += item.ordered;
    shipped += item.shipped;
    cancelled += item.cancelled;
    pending = pending || (item.pending && item.cancelled < item.ordered);
  }
  if (cancelled == ordered) return "CANCELLED";
  if (pending) return "PENDING";
  if (shipped == 0) return "UNSHIPPED";
  return shipped + cancelled < ordered ? "PARTIALLY_SHIPPED" : "SHIPPED";
}

std::string tracking_number(const Order& order) { return fmt::format("94001{:017}", order.number); }

std::string OrderBook::make_id(std::uint32_t number) const {
  if (number < names_.size() && looks_like_amazon(names_[number])) return names_[number];
  // The number itself is in the id, so no two are equal.
  const std::uint64_t digits = world::mix(number) % 10'000'000;
  return fmt::format("{:03}-{:07}-{:07}", 100 + channel_, digits, number);
}

Order& OrderBook::order_of(const world::World& world, world::LineIndex line) {
  const std::uint32_t number = world.demand().order[line];
  const auto [it, fresh] = by_number_.try_emplace(number, static_cast<std::uint32_t>(orders_.size()));
  if (fresh) {
    const Instant placed = world.demand().time[line];
    orders_.push_back({.number = number, .id = make_id(number), .created = placed, .updated = placed});
    by_id_.emplace(orders_.back().id, it->second);
    by_update_.emplace(placed, it->second);
    const auto bits = world::mix(world::mix(asking_.first ^ 0x61736bU) ^ world::mix(number));
    if (static_cast<double>(bits >> 11) * 0x1.0p-53 < asking_.second)
      will_ask_.emplace_back(placed + std::chrono::minutes(90), it->second);
  }
  return orders_[it->second];
}

void OrderBook::update(const world::World& world) {
  using world::OrderChange;
  const auto events = world.orders(channel_, cursor_);
  cursor_ += events.size();
  for (const auto& event : events) {
    Order& order = order_of(world, event.line);
    if (event.change == OrderChange::accepted || event.change == OrderChange::accepted_pending)
      order.items.push_back({.line = event.line,
                             .ordered = event.units,
                             .pending = event.change == OrderChange::accepted_pending});
    OrderItem& item = *std::ranges::find(order.items, event.line, &OrderItem::line);
    const auto cancel = [&](CancelledBy who) {
      item.cancelled += event.units;
      item.by = who;
    };
    switch (event.change) {
      case OrderChange::accepted:
      case OrderChange::accepted_pending:
        break;
      case OrderChange::confirmed:
        item.pending = false;
        break;
      case OrderChange::cancelled_unpaid:
        cancel(CancelledBy::amazon);
        break;
      case OrderChange::cancelled_buyer:
        cancel(CancelledBy::buyer);
        break;
      case OrderChange::cancelled_seller:
        cancel(CancelledBy::merchant);
        break;
      case OrderChange::handed_over:
        item.shipped += event.units;
        order.shipped_at = event.at;
        if (order.label_at == Instant{}) order.label_at = event.at;
        break;
    }
    touch(by_number_.at(order.number), event.at);
  }
  // Orders become known in the order of their placing, but for those of one poll: the earliest may wait a
  // little.
  while (!will_ask_.empty() && will_ask_.front().first <= world.now()) {
    const auto [at, position] = will_ask_.front();
    will_ask_.pop_front();
    if (orders_[position].status() != "UNSHIPPED") continue;
    request_cancellation(orders_[position].id, at);
    asked_.push_back({orders_[position].id, at});
  }
}

void OrderBook::touch(std::uint32_t position, Instant when) {
  Order& order = orders_[position];
  by_update_.erase({order.updated, position});
  order.updated = std::max(order.updated, when);
  by_update_.emplace(order.updated, position);
}

bool OrderBook::request_cancellation(std::string_view id, Instant now) {
  const auto found = by_id_.find(std::string(id));
  if (found == by_id_.end()) return false;
  for (OrderItem& item : orders_[found->second].items)
    item.cancel_requested = item.shipped + item.cancelled < item.ordered;
  touch(found->second, now);
  return true;
}

const Order* OrderBook::find(std::string_view id) const {
  const auto found = by_id_.find(std::string(id));
  return found == by_id_.end() ? nullptr : &orders_[found->second];
}

const Order* OrderBook::find_number(std::uint32_t number) const {
  const auto found = by_number_.find(number);
  return found == by_number_.end() ? nullptr : &orders_[found->second];
}

std::vector<std::uint32_t> OrderBook::updated_between(Instant from, Instant to) const {
  std::vector<std::uint32_t> result;
  for (auto it = by_update_.lower_bound({from, 0}); it != by_update_.end() && it->first < to; ++it)
    result.push_back(it->second);
  return result;
}

std::vector<std::uint32_t> OrderBook::created_between(Instant from, Instant to) const {
  std::vector<std::uint32_t> result;
  const auto first = std::ranges::lower_bound(orders_, from, {}, &Order::created);
  for (auto it = first; it != orders_.end() && it->created < to; ++it)
    result.push_back(static_cast<std::uint32_t>(it - orders_.begin()));
  return result;
}

}  // namespace forestall::sandbox
