// SPDX-License-Identifier: Apache-2.0
// A SKU that will run short, and stock that will lie for too long, as alerts. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "config/settings/seller.hpp"
#include "daemon/alerting/alert.hpp"
#include "forecasting/supply/demand_rate.hpp"

namespace forestall::alerting {

// What is known of one SKU in the pool that is sold from.
struct StockFacts {
  std::string sku{};
  int available = 0;  // units that may still be sold
  forecasting::DemandRate demand{};
};

// nullopt: what there is lasts, with the seller's service level, until a delivery ordered in a week arrives;
// or nothing is believed of its demand. A day of the alert is a day on the seller's calendar.
std::optional<Alert> shortfall_alert(const StockFacts& facts, const config::SellerSettings& seller,
                                     Instant now);

// More of a SKU than its demand will want within the seller's excess_cover, with probability .9.
struct Excess {
  std::string sku{};
  int units = 0;     // too many
  double weeks = 0;  // that the stock will last
};
std::optional<Excess> excess_of(const StockFacts& facts, const config::SellerSettings& seller);

// All of it as one alert, the largest first; nullopt where there is none. `count`, `units`: of all, also
// those that `largest` leaves out.
std::optional<Alert> excess_alert(std::vector<Excess> largest, std::size_t count, long long units,
                                  const config::SellerSettings& seller);
inline constexpr std::size_t most_excess_named = 20;

}  // namespace forestall::alerting
