// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/retry.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace forestall::http {
namespace {

using namespace std::chrono_literals;

const Error passing{ErrorCode::unavailable, true, "503"};
const Error lasting{ErrorCode::outcome_unknown, false, "lost"};

TEST(Retry, NeverRepeatsWhatSaysItMayNotBeRepeated) {
  SeededRandom random(1);
  RetryBudget budget;
  EXPECT_EQ(decide_retry({}, 1, lasting, {}, 1h, budget, random).verdict, RetryVerdict::not_retryable);
  EXPECT_EQ(decide_retry({}, 1, lasting, 1s, 1h, budget, random).verdict, RetryVerdict::not_retryable);
}

TEST(Retry, WaitsAreSpreadEvenlyUnderADoublingCap) {
  SeededRandom random(2);
  const RetryRules rules{.attempts = 100, .base = 100ms, .cap = 1s};
  for (int attempts = 1; attempts <= 40; ++attempts) {
    const auto most = attempts <= 4 ? 100ms * (1 << (attempts - 1)) : 1000ms;
    std::chrono::nanoseconds low = 1h, high = 0s;
    double sum = 0;
    for (int i = 0; i < 400; ++i) {
      RetryBudget budget;
      const auto decision = decide_retry(rules, attempts, passing, {}, 1h, budget, random);
      ASSERT_EQ(decision.verdict, RetryVerdict::retry);
      low = std::min(low, decision.wait);
      high = std::max(high, decision.wait);
      sum += static_cast<double>(decision.wait.count());
    }
    EXPECT_LT(high, most);
    EXPECT_GT(high, most * 9 / 10);
    EXPECT_LT(low, most / 10);
    EXPECT_NEAR(sum / 400, static_cast<double>(std::chrono::nanoseconds(most).count()) / 2,
                static_cast<double>(std::chrono::nanoseconds(most).count()) * 0.08);
  }
}

TEST(Retry, HonoursRetryAfterAndGivesUpWhereItIsTooLong) {
  SeededRandom random(3);
  RetryBudget budget;
  const auto decision = decide_retry({}, 1, passing, 10s, 1h, budget, random);
  EXPECT_EQ(decision.verdict, RetryVerdict::retry);
  EXPECT_GE(decision.wait, 10s);
  EXPECT_LT(decision.wait, 10500ms);
  EXPECT_EQ(decide_retry({}, 1, passing, 1h, 24h, budget, random).verdict, RetryVerdict::past_deadline);
  EXPECT_EQ(decide_retry({}, 1, passing, 10s, 10s, budget, random).verdict, RetryVerdict::past_deadline);
}

TEST(Retry, StopsAfterTheLastAttempt) {
  SeededRandom random(4);
  RetryBudget budget;
  EXPECT_EQ(decide_retry({}, 3, passing, {}, 1h, budget, random).verdict, RetryVerdict::retry);
  EXPECT_EQ(decide_retry({}, 4, passing, {}, 1h, budget, random).verdict, RetryVerdict::attempts_exhausted);
}

// An outage: every call fails and wants three retries. What is really sent stays near 1.1 times the calls.
TEST(Retry, AnOutageIsNotMetWithAStorm) {
  SeededRandom random(5);
  RetryBudget budget;
  int sent = 0;
  for (int call = 0; call < 10'000; ++call) {
    budget.first_attempt();
    for (int attempts = 1;; ++attempts) {
      ++sent;
      if (decide_retry({}, attempts, passing, {}, 1h, budget, random).verdict != RetryVerdict::retry) break;
    }
  }
  EXPECT_LE(sent, 11'011);
  EXPECT_GE(sent, 10'990);
}

TEST(Retry, VerdictsHaveWords) {
  EXPECT_EQ(verdict_name(RetryVerdict::retry), "retry");
  EXPECT_EQ(verdict_name(RetryVerdict::budget_exhausted), "budget_exhausted");
}

}  // namespace
}  // namespace forestall::http
