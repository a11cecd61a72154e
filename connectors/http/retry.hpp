// SPDX-License-Identifier: Apache-2.0
// Whether, and when, a failed call is made again. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/random.hpp"
#include "config/base/time.hpp"

namespace forestall::http {

struct RetryRules {
  int attempts = 4;  // in all, the first included
  Millis base{500};
  Millis cap{30'000};
  // A longer Retry-After is not waited for; the call fails and the operation's bucket stays empty that long.
  Millis retry_after_cap{15 * 60'000};
};

// Retries are paid for by first attempts: in the long run one for every ten calls, so that an outage is met
// with 1.1 times the traffic and not four times. (Finagle's RetryBudget; gRPC proposal A6, "retry
// throttling".)
class RetryBudget {
 public:
  explicit RetryBudget(double ratio = 0.1, double most = 10) : ratio_(ratio), most_(most), balance_(most) {}
  void first_attempt() { balance_ = balance_ + ratio_ > most_ ? most_ : balance_ + ratio_; }
  bool withdraw();
  double balance() const { return balance_; }

 private:
  double ratio_;
  double most_;
  double balance_;
};

enum class RetryVerdict : std::uint8_t {
  retry,
  not_retryable,       // the error says that repeating is useless or harmful
  attempts_exhausted,  // it was tried often enough
  past_deadline,       // the wait would outlive the call's deadline
  budget_exhausted,    // too many calls are being retried already
};
std::string_view verdict_name(RetryVerdict verdict);

struct RetryDecision {
  RetryVerdict verdict = RetryVerdict::not_retryable;
  std::chrono::nanoseconds wait{0};  // before the next attempt
};

// After `attempts` attempts of which the last failed with `error`. The wait is drawn evenly between zero and
// min(cap, base·2^(attempts-1)) ("full jitter", M. Brooker, AWS Architecture Blog 2015); with Retry-After it
// is that plus up to one base, so that callers who were told the same second do not return in the same
// millisecond.
RetryDecision decide_retry(const RetryRules& rules, int attempts, const Error& error,
                           std::optional<Millis> retry_after, std::chrono::nanoseconds remaining,
                           RetryBudget& budget, Random& random);

}  // namespace forestall::http
