// SPDX-License-Identifier: Apache-2.0
// Shoppers from a seed, where no order history is at hand: a long tail of rates, a profile over the week, and
// clusters. The shape follows what real order sets show (README, "Where the numbers come from").
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "daemon/backtest/world/catalogue.hpp"
#include "daemon/backtest/world/demand.hpp"

namespace forestall::world {

struct ShopperRules {
  std::uint64_t seed = 1;
  Instant start{};
  Instant end{};
  double lines_per_sku_day = 0.2;  // mean over the SKUs
  double rate_spread = 1.6;        // sd of the logarithm of a SKU's rate: the long tail; 0 to 3
  double burst_least = 2,
         burst_most = 6;         // pairs of one SKU within 15 minutes, as a multiple of no clustering
  double units_above_one = 0.1;  // share of lines that ask for more than one unit; geometric
  std::vector<double> channel_shares{0.60, 0.25, 0.15};
};

// Relative rate of each hour of the week, Monday 00:00 UTC first, mean 1: nights at a fifth, evenings high,
// weekends a little lower.
std::array<double, 168> week_profile();

// Needs a catalogue with one listing a SKU and channel (Catalogue::plain). Throws std::logic_error where the
// rules make no sense.
Demand shoppers(const ShopperRules& rules, const Catalogue& catalogue);

}  // namespace forestall::world
