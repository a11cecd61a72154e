// SPDX-License-Identifier: Apache-2.0
// The rule of the live guard: policy around the planner. What a person, a mode or doubtful data forbids is
// decided here; how many units each listing shows is the planner's answer. Pure.
#pragma once

#include <span>
#include <vector>

#include "daemon/guard/decision.hpp"
#include "daemon/guard/facts.hpp"

namespace forestall::guard {

inline constexpr std::string_view plan_rule_name = "planner";

enum class Detail : std::uint8_t {
  acts,  // counterfactuals for what is to be written: it is logged
  all,   // and for everything else: a person asks
};

// One explanation for each listing, in order. The listings are all those of one SKU, and of the SKUs that
// bundles tie to it. Where there are more than the planner divides (forecasting::max_listings, max_skus,
// max_components), each is decided by the fixed-buffer rule.
std::vector<Explanation> decide_together(std::vector<ListingFacts> listings, Instant now,
                                         Detail detail = Detail::acts);

}  // namespace forestall::guard
