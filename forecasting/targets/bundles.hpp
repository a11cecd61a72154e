// SPDX-License-Identifier: Apache-2.0
// The choice where bundles tie several SKUs together. Use choose_targets.
#pragma once

#include <span>

#include "forecasting/targets/terms.hpp"

namespace forestall::forecasting {

// Inputs as choose_targets has checked them. True if the search finished within its budget.
bool choose_bundles(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                    std::span<SkuVerdict> verdicts, std::span<ListingTarget> targets);

}  // namespace forestall::forecasting
