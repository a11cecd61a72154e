// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/retry.hpp"

#include <algorithm>
#include <array>

namespace forestall::http {

bool RetryBudget::withdraw() {
  if (balance_ < 1) return false;
  balance_ -= 1;
  return true;
}

std::string_view verdict_name(RetryVerdict verdict) {
  static constexpr std::array<std::string_view, 5> names = {"retry", "not_retryable", "attempts_exhausted",
                                                            "past_deadline", "budget_exhausted"};
  return names[static_cast<std::size_t>(verdict)];
}

RetryDecision decide_retry(const RetryRules& rules, int attempts, const Error& error,
                           std::optional<Millis> retry_after, std::chrono::nanoseconds remaining,
                           RetryBudget& budget, Random& random) {
  if (!error.retryable) return {RetryVerdict::not_retryable};
  if (attempts >= rules.attempts) return {RetryVerdict::attempts_exhausted};
  const auto jittered = [&](std::chrono::nanoseconds most) {
    return std::chrono::nanoseconds(
        static_cast<std::int64_t>(random.unit() * static_cast<double>(most.count())));
  };
  std::chrono::nanoseconds wait{};
  if (retry_after) {
    if (*retry_after > rules.retry_after_cap) return {RetryVerdict::past_deadline};
    wait = *retry_after + jittered(rules.base);
  } else {
    const int doublings = std::clamp(attempts - 1, 0, 30);
    wait = jittered(std::min(rules.cap, rules.base * (std::int64_t{1} << doublings)));
  }
  if (wait >= remaining) return {RetryVerdict::past_deadline};
  if (!budget.withdraw()) return {RetryVerdict::budget_exhausted};
  return {RetryVerdict::retry, wait};
}

}  // namespace forestall::http
