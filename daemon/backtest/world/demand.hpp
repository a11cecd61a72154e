// SPDX-License-Identifier: Apache-2.0
// What shoppers want, in time order: a struct of arrays, read once from front to back.
#pragma once

#include <cstdint>
#include <vector>

#include "config/base/time.hpp"
#include "daemon/backtest/world/catalogue.hpp"

namespace forestall::world {

using LineIndex = std::uint32_t;

struct Demand {
  std::vector<Instant> time{};  // not descending
  std::vector<ListingIndex> listing{};
  std::vector<std::int32_t> units{};   // of the listing, >= 1
  std::vector<std::uint32_t> order{};  // lines of one order share a number below `orders`
  std::uint32_t orders = 0;

  std::uint32_t size() const { return static_cast<std::uint32_t>(time.size()); }
  void reserve(std::size_t lines) {
    time.reserve(lines);
    listing.reserve(lines);
    units.reserve(lines);
    order.reserve(lines);
  }
  void push(Instant when, ListingIndex what, std::int32_t quantity, std::uint32_t order_number) {
    time.push_back(when);
    listing.push_back(what);
    units.push_back(quantity);
    order.push_back(order_number);
    if (order_number >= orders) orders = order_number + 1;
  }
};

// invalid_argument where times fall, a listing is unknown or a quantity is not 1..1,000,000.
Status check(const Demand& demand, const Catalogue& catalogue);

}  // namespace forestall::world
