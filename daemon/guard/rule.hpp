// SPDX-License-Identifier: Apache-2.0
// The fixed-buffer rule: show what the books say is left, less a constant, never more than a cap. Decides
// where the planner cannot (more listings tied together than it divides), and says what both agree on. Pure.
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

// --- what every rule shares ---

// Why nothing may be said about a target at all.
std::optional<Reason> silent(const ListingFacts& facts);
// Units of a component that this listing must leave alone.
Units held_back(const ListingFacts& facts, const ComponentFacts& c);
// Units of the component, and units of the listing, that may be shown; at least 0.
std::int64_t usable_of(const ListingFacts& facts, const ComponentFacts& c);
std::int64_t enough_for(const ListingFacts& facts, const ComponentFacts& c);
// What ends a limit that somebody set; empty for every other reason.
std::string limits_end(const ListingFacts& facts, Reason reason);

// It lowers, and would not if no order had come in: a sell-out, not a mistake in some file.
bool explained_by_orders(const Explanation& explanation);

}  // namespace forestall::guard
