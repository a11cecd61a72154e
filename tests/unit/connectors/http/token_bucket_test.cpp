// SPDX-License-Identifier: Apache-2.0
// The bucket never promises more than rate·t + burst calls in any interval, whatever is done to it.
#include "connectors/http/token_bucket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "config/base/random.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;

Monotonic at(std::chrono::nanoseconds t) { return Monotonic(t); }

TEST(TokenBucket, GivesTheBurstAtOnceThenTheSteadyRate) {
  TokenBucket bucket(Rate{.per_second = 5, .burst = 3});
  EXPECT_EQ(bucket.available(at(0s)), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bucket.reserve(at(0s))->when, at(0s));
  EXPECT_EQ(bucket.available(at(0s)), 0);
  EXPECT_EQ(bucket.next_free(at(0s)), at(200ms));
  EXPECT_EQ(bucket.reserve(at(0s))->when, at(200ms));
  EXPECT_EQ(bucket.reserve(at(0s))->when, at(400ms));
  EXPECT_EQ(bucket.available(at(100s)), 3);
}

TEST(TokenBucket, TheSlowestDocumentedRateIsExactToTheSecond) {
  TokenBucket bucket(Rate{.per_second = 0.0056, .burst = 20});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(bucket.reserve(at(0s))->when, at(0s));
  const auto next = bucket.next_free(at(0s));
  EXPECT_GE(next, at(178571ms));
  EXPECT_LT(next, at(178572ms));
}

TEST(TokenBucket, TakesNothingThatWouldComeTooLate) {
  TokenBucket bucket(Rate{.per_second = 1, .burst = 1});
  bucket.reserve(at(0s));
  EXPECT_FALSE(bucket.reserve(at(0s), at(999ms)));
  EXPECT_EQ(bucket.next_free(at(0s)), at(1s));
  EXPECT_TRUE(bucket.reserve(at(0s), at(1s)));
}

TEST(TokenBucket, OnlyTheNewestReservationComesBack) {
  TokenBucket bucket(Rate{.per_second = 1, .burst = 1});
  const auto first = *bucket.reserve(at(0s));
  const auto second = *bucket.reserve(at(0s));
  bucket.give_back(first);
  EXPECT_EQ(bucket.next_free(at(0s)), at(2s));
  bucket.give_back(second);
  EXPECT_EQ(bucket.next_free(at(0s)), at(1s));
}

TEST(TokenBucket, A429EmptiesItAndVoidsWhatWasPromised) {
  TokenBucket bucket(Rate{.per_second = 2, .burst = 10});
  const auto promised = *bucket.reserve(at(0s));
  bucket.empty(at(1s));
  EXPECT_FALSE(bucket.holds(promised));
  EXPECT_EQ(bucket.reserve(at(1s))->when, at(1500ms));
  EXPECT_EQ(bucket.reserve(at(1s))->when, at(2s));
  bucket.empty(at(2s), 30s);
  EXPECT_EQ(bucket.next_free(at(2s)), at(32s));
  bucket.give_back(promised);
  EXPECT_EQ(bucket.next_free(at(2s)), at(32s));
}

TEST(TokenBucket, FollowsTheHeaderOnlyWhereItIsANumber) {
  TokenBucket bucket(Rate{.per_second = 5, .burst = 5});
  for (const char* header :
       {"", "string", "nan", "inf", "-inf", "0", "-1", "5 per second", "0x5", "1e999", "5,0"})
    EXPECT_FALSE(bucket.observe_limit(header, at(0s))) << header;
  EXPECT_EQ(bucket.rate().per_second, 5);
  EXPECT_TRUE(bucket.observe_limit(" 2.5 ", at(0s)));
  EXPECT_EQ(bucket.rate().per_second, 2.5);
  EXPECT_TRUE(bucket.observe_limit("1e9", at(0s)));
  EXPECT_EQ(bucket.rate().per_second, 500);
  EXPECT_TRUE(bucket.observe_limit("1e-9", at(0s)));
  EXPECT_EQ(bucket.rate().per_second, 0.05);
}

TEST(TokenBucket, WhatIsOwedIsOwedInCallsWhenTheRateChanges) {
  TokenBucket bucket(Rate{.per_second = 10, .burst = 1});
  for (int i = 0; i < 11; ++i) bucket.reserve(at(0s));
  EXPECT_EQ(bucket.next_free(at(0s)), at(1100ms));
  bucket.observe_limit("1", at(0s));
  EXPECT_EQ(bucket.next_free(at(0s)), at(11s));
}

// Reservations, reservations given back and 429s at random, at rates from one in seven minutes to 400 a
// second.
TEST(TokenBucket, NeverExceedsRateTimesTimePlusBurstOverAnyInterval) {
  SeededRandom random(11);
  for (int round = 0; round < 100; ++round) {
    const Rate rate{.per_second = std::exp(random.unit() * 12 - 6), .burst = 1 + double(random.below(20))};
    TokenBucket bucket(rate);
    const double interval = 1e9 / rate.per_second;
    Monotonic now{};
    std::vector<TokenBucket::Reservation> slots;
    for (int step = 0; step < 300; ++step) {
      now += std::chrono::nanoseconds(
          static_cast<std::int64_t>(interval * random.unit() * (random.below(20) == 0 ? 40 : 1.2)));
      const auto choice = random.below(20);
      if (choice == 0 && !slots.empty() && bucket.holds(slots.back())) {
        bucket.give_back(slots.back());
        slots.pop_back();
      } else if (choice == 1) {
        bucket.empty(now, Millis(static_cast<std::int64_t>(random.below(1000))));
        std::erase_if(slots, [&](const auto& slot) { return slot.when > now; });  // void
      } else {
        slots.push_back(*bucket.reserve(now));
      }
    }
    std::ranges::sort(slots, {}, &TokenBucket::Reservation::when);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      for (std::size_t j = i; j < slots.size(); ++j) {
        const double t = std::chrono::duration<double>(slots[j].when - slots[i].when).count();
        ASSERT_LE(static_cast<double>(j - i + 1), rate.per_second * t + rate.burst + 1e-6)
            << "round " << round << " from " << i << " to " << j;
      }
    }
  }
}

}  // namespace
}  // namespace forestall::http
