// SPDX-License-Identifier: Apache-2.0
// When will a decision change by itself? Time alone moves the demand of a window (the hours of the week), the
// wait for the next receipt and what is believed of a SKU that does not sell. Pure.
#pragma once

#include <optional>
#include <span>

#include "config/base/time.hpp"
#include "daemon/guard/decision.hpp"

namespace forestall::guard {

// What of the decisions about one SKU somebody would act on: for each listing whether it is written and to
// what, and whether its stock is shared or split. Explanations of the same listings in the same order.
bool same_answer(std::span<const Explanation> a, std::span<const Explanation> b);

inline constexpr Millis crossing_precision = std::chrono::minutes(1);

// The first instant in (from, until] at which `answer` differs from what it is at `from`, to the precision
// above: it is as at `from` one precision earlier. nullopt: none was found. `answer(at)` is compared by
// `same`. Looked for at every full hour, where the hours of the week change, and halved from there; what
// comes and goes within an hour is not seen.
template <class Answer, class Same>
std::optional<Instant> first_crossing(Instant from, Instant until, const Answer& answer, const Same& same) {
  const auto now = answer(from);
  Instant before = from;
  while (before < until) {
    const Instant hour = std::chrono::floor<std::chrono::hours>(before) + std::chrono::hours(1);
    // The last moment of an hour, and the first of the next: what an hour brings slowly, and at once.
    for (const Instant at : {std::min(hour - crossing_precision, until), std::min(hour, until)}) {
      if (at <= before) continue;
      if (same(now, answer(at))) {
        before = at;
        continue;
      }
      Instant low = before, high = at;
      while (high - low > crossing_precision) {
        const Instant middle = low + (high - low) / 2;
        (same(now, answer(middle)) ? low : high) = middle;
      }
      return high;
    }
  }
  return std::nullopt;
}

}  // namespace forestall::guard
