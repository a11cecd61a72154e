// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/crossing.hpp"

#include <algorithm>

namespace forestall::guard {

bool same_answer(std::span<const Explanation> a, std::span<const Explanation> b) {
  return std::ranges::equal(a, b, [](const Explanation& x, const Explanation& y) {
    if (x.decision.is_act() != y.decision.is_act()) return false;
    if (x.decision.is_act() && x.decision.target != y.decision.target) return false;
    if (x.plan.has_value() != y.plan.has_value()) return false;
    return !x.plan || x.plan->verdict.regime == y.plan->verdict.regime;
  });
}

}  // namespace forestall::guard
