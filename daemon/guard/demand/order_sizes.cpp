// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/order_sizes.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::guard {

namespace {
constexpr std::size_t strata = 8;
constexpr float newest = 1.0F / 8;  // weight of the newest order in a SKU's mean
// Where nothing was seen: one order in ten of SKUs sold singly is for more than one.
double prior_mean(std::size_t stratum) { return 1.1 * std::exp2(static_cast<double>(stratum)); }
}  // namespace

OrderSizes::OrderSizes() {
  for (std::size_t i = 0; i < strata; ++i) strata_.emplace_back(prior_mean(i));
}

std::size_t OrderSizes::stratum(std::uint32_t sku) const {
  return std::min(strata - 1, static_cast<std::size_t>(std::ilogb(std::max(1.0F, mean_[sku]))));
}

void OrderSizes::add(std::uint32_t sku, double units) {
  if (!(units > 0)) return;
  strata_[stratum(sku)].add(units);
  mean_[sku] += newest * (static_cast<float>(units) - mean_[sku]);
}

}  // namespace forestall::guard
