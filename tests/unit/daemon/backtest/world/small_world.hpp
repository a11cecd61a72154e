// SPDX-License-Identifier: Apache-2.0
// A world small enough to follow by hand: given stock, no replenishment, shoppers at stated minutes.
#pragma once

#include <vector>

#include "daemon/backtest/world/world.hpp"

namespace forestall::world {

inline const Instant day0 = std::chrono::sys_days(std::chrono::year{2026} / 1 / 5);

inline Scenario small_scenario(std::vector<std::int32_t> stock, std::size_t channels) {
  Scenario scenario{.start = day0, .end = day0 + std::chrono::days{30}};
  scenario.channels.resize(channels);
  scenario.stock.lead_time = std::chrono::days{3650};  // nothing ever arrives
  scenario.stock.count_every_days = 0;
  scenario.initial_stock = std::move(stock);
  return scenario;
}

struct Shopper {
  Millis at;
  ListingIndex listing;
  std::int32_t units = 1;
};

inline Demand demand_of(const std::vector<Shopper>& shoppers) {
  Demand demand;
  std::uint32_t order = 0;
  for (const auto& [at, listing, units] : shoppers) demand.push(day0 + at, listing, units, order++);
  return demand;
}

}  // namespace forestall::world
