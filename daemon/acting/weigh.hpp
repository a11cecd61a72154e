// SPDX-License-Identifier: Apache-2.0
// What a change weighs: for the breaker in money, and whether orders explain it; for the order in which calls
// are spent, what it costs to let it wait.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/acting/floor.hpp"

namespace forestall::acting {

// Units of the listing in minor units of the account's currency: by its own price, else by the mean price of
// the account's listings. nullopt where none is known, or none in that currency.
std::optional<std::int64_t> value_of(const Floor& floor, const AccountDesk& desk, const ListingId& listing,
                                     Units units);

// As guard::explained_by_orders, and what was ordered of its SKUs within the last day counts even where the
// stock source has deducted it already: a source that deducts when an order comes in, or a parcel that left
// at once.
inline constexpr Millis orders_explain_for = std::chrono::hours(24);
bool explained_by_orders(const Floor& floor, const guard::Explanation& explanation);

// The expected loss of one blind window more, in minor units: guard::cost_of_waiting at the seller's margin,
// else at the listing's price, of which a margin is thought to be the same part everywhere. `decided` brings
// the listing's demand, whatever it decided.
double urgency_of(const Floor& floor, const AccountDesk& desk, const guard::Explanation& decided, Units shown,
                  Units target);
// Of a requested intent: as it was decided, else (after a restart, or asked for by a person) as things are
// now.
double urgency_of(const Floor& floor, const AccountDesk& desk, const journal::Record& record);

}  // namespace forestall::acting
