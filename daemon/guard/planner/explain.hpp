// SPDX-License-Identifier: Apache-2.0
// A plan for people: the numbers behind each step, the rule that spoke and what would change it.
#pragma once

#include <string>

#include "daemon/guard/planner/plan.hpp"

namespace forestall::planner {

// The counterfactuals of one SKU of a problem; units of the SKU, 0 where there is none up to the limit asked.
struct Counterfactual {
  std::int32_t resumes_at_units = 0;  // scarce: the least stock at which every listing shows it again
  std::int32_t splits_at_units = 0;   // plenty: the highest stock at which it would be split
};
Counterfactual what_if(const Problem& problem, const Plan& plan, std::size_t sku,
                       std::int32_t up_to_units = 200);

// "shows 3, may still sell 5 (2 of a write not yet resolved), should show 0: zero (established; ...)".
std::string step_text(const OfferFacts& offer, const Step& step);
// "4 usable, 7 exposed: entering, the split pays (race 1.90, stranded ... ); resumes at 6".
std::string sku_text(const Problem& problem, const Plan& plan, std::size_t sku, const Counterfactual& what);

}  // namespace forestall::planner
