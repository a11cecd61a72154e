// SPDX-License-Identifier: Apache-2.0
// The fixed-buffer rule: show what the books say is left, less a constant, never more than a cap. Pure.
#pragma once

#include "daemon/guard/decision.hpp"
#include "daemon/guard/facts.hpp"

namespace forestall::guard {

inline constexpr std::string_view rule_name = "fixed_buffer";

// target = min(cap, min over components of floor((available - (buffer - reserve)+) / units)), at least 0.
//
// `buffer` is [[seller]] reserve: units of every SKU held back from all channels. Where the ledger holds back
// units of this SKU already (`reserve`), only what exceeds them is held back here: the larger of the two
// counts, never both.
Explanation decide(ListingFacts facts, Instant now);

// It lowers, and would not if no order had come in: a sell-out, not a mistake in some file.
bool explained_by_orders(const Explanation& explanation);

}  // namespace forestall::guard
