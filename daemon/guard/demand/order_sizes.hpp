// SPDX-License-Identifier: Apache-2.0
// How many units one order of a SKU asks for: learned pooled over SKUs whose orders are alike in size, since
// most SKUs see too few orders to tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "forecasting/order_size.hpp"

namespace forestall::guard {

class OrderSizes {
 public:
  OrderSizes();

  void grow(std::size_t skus) { mean_.resize(skus, 1.0F); }
  // Forgets what its own orders were like.
  void begin(std::uint32_t sku) { mean_[sku] = 1.0F; }
  // An order of `units`.
  void add(std::uint32_t sku, double units);
  const forecasting::OrderSizeLaw& law(std::uint32_t sku) const { return strata_[stratum(sku)].law(); }

 private:
  std::size_t stratum(std::uint32_t sku) const;
  std::vector<float> mean_;                            // units an order of the SKU, of about the last eight
  std::vector<forecasting::OrderSizeLearner> strata_;  // by that mean: below 2, 4, 8, ...
};

}  // namespace forestall::guard
