// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/waiting.hpp"

#include <algorithm>

#include "forecasting/window_demand.hpp"

namespace forestall::guard {

namespace fc = forecasting;

double cost_of_waiting(const fc::ListingTerms& terms, Units shown, Units target) {
  constexpr double without_demand = 1e-9;
  const auto whole = [](Units units) {
    return static_cast<int>(std::clamp<std::int64_t>(units.count(), 0, fc::no_limit));
  };
  const int less = whole(std::min(shown, target)), more = whole(std::max(shown, target));
  const double price = target < shown ? terms.cancel_cost + terms.margin : terms.margin;
  // E[min(B, more)] - E[min(B, less)]
  const double units = fc::expected_excess(terms.blind, less) - fc::expected_excess(terms.blind, more);
  return price * (std::max(0.0, units) + without_demand * (static_cast<double>(more) - less));
}

}  // namespace forestall::guard
