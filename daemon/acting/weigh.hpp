// SPDX-License-Identifier: Apache-2.0
// What a change weighs for the breaker: in money, and whether orders explain it.
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

}  // namespace forestall::acting
