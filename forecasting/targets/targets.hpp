// SPDX-License-Identifier: Apache-2.0
// What to list: the quantities that maximise
//     sum m E[units filled] - k E[units oversold] - price of the writes,
// where a refused sale is lost only if the unit does not sell elsewhere before the next receipt.
//
// Per SKU there are two ways to hold stock: shared (every listing shows it: nothing is refused, but the last
// units race) or split (exposures together within stock: nothing races, but a unit may be where nobody asks
// for it). Each SKU takes the one that is worth more now, knowing that a shared stock can be split later.
#pragma once

#include <span>

#include "forecasting/error.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::forecasting {

// Fills one verdict per SKU and one target per listing (units only; values by explain_targets). Components
// name SKUs by their place in `skus`. Errors: out_of_range (sizes, indices), not_finite, negative, too_large;
// then the outputs are untouched. No allocation. One SKU: optimal for the objective up to split_steps units,
// beyond that to one part in split_steps, up to
// most_divided_units. Bundles: up to three SKUs all combinations of regimes are compared;
// beyond that each SKU's regime is chosen by itself; *exact (may be null) says whether the search finished.
Expected<void> choose_targets(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                              std::span<SkuVerdict> verdicts, std::span<ListingTarget> targets,
                              bool* exact = nullptr);

// The numbers for people, off the hot path: values of each listing's quantity and of its next unit; for a SKU
// that took the short way (race_below_write, one_listing) also the terms of its verdict.
void explain_targets(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                     std::span<SkuVerdict> verdicts, std::span<ListingTarget> targets);

// The counterfactual "resumes at n units": the least stock of SKU `sku`, above what it has, at which its
// verdict is plenty; 0 where none up to `up_to_units` is. Costs one choice per level (bisection is not valid:
// verdicts need not be monotone in theory, though they are in every case met).
int resumes_at_units(std::span<const StockTerms> skus, std::span<const ListingTerms> listings,
                     std::size_t sku, int up_to_units);

}  // namespace forestall::forecasting
