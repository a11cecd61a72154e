// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/tail.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "daemon/guard/budget/limit.hpp"

namespace forestall::guard::budget {
namespace {

// Polya's urn, order by order: the chance of exactly k cancellations of n.
std::vector<double> urn(std::int64_t n, Belief belief) {
  std::vector<double> p(static_cast<std::size_t>(n) + 1, 0.0);
  p[0] = 1;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = i + 1; k >= 0; --k) {
      const auto di = static_cast<double>(i);
      const auto cancel = [&](std::int64_t have) {
        return (belief.a + static_cast<double>(have)) / (belief.a + belief.b + di);
      };
      const double stays = k <= i ? p[static_cast<std::size_t>(k)] * (1 - cancel(k)) : 0;
      const double comes = k > 0 ? p[static_cast<std::size_t>(k - 1)] * cancel(k - 1) : 0;
      p[static_cast<std::size_t>(k)] = stays + comes;
    }
  return p;
}

// Chances of a breach of "under 2.5 %" by luck alone, as 1 - sum of comb(n, k) p^k (1 - p)^(n - k) gives it.
TEST(CancelTail, BinomialIsExact) {
  const Limit amazon{};
  struct Case {
    std::int64_t orders;
    double at_1, at_1_5;
  };
  for (const auto& c : {Case{20, 0.182093062, 0.260863567}, Case{40, 0.331028241, 0.453677333},
                        Case{41, 0.063439538, 0.125883733}, Case{80, 0.190841866, 0.337915150},
                        Case{200, 0.051746264, 0.183458973}, Case{400, 0.007803586, 0.082363477}}) {
    const auto most = most_allowed(amazon, c.orders);
    EXPECT_NEAR(binomial_tail(c.orders, 0.01, most), c.at_1, 1e-8) << c.orders;
    EXPECT_NEAR(binomial_tail(c.orders, 0.015, most), c.at_1_5, 1e-8) << c.orders;
  }
}

TEST(CancelTail, BetaBinomialIsTheUrn) {
  for (const auto belief : {prior, Belief{3.5, 80}, Belief{1, 1}, Belief{40, 2}})
    for (const std::int64_t n : {1, 2, 7, 41, 200}) {
      const auto p = urn(n, belief);
      double tail = 0;
      for (std::int64_t most = n; most >= -1; --most) {
        EXPECT_NEAR(beta_binomial_tail(n, belief, most), tail, 1e-11) << n << " " << most << " " << belief.a;
        if (most >= 0) tail += p[static_cast<std::size_t>(most)];
      }
    }
}

TEST(CancelTail, HugeNumbersNeitherVanishNorOverflow) {
  const Belief sure{2'000, 98'000};  // 2 % of 100,000
  const auto half = beta_binomial_tail(50'000, sure, 1'000);
  EXPECT_GT(half, 0.4);
  EXPECT_LT(half, 0.6);
  EXPECT_LT(beta_binomial_tail(50'000, sure, 1'500), 1e-12);
  EXPECT_GT(beta_binomial_tail(50'000, sure, 700), 1 - 1e-9);
}

// Every sequence of cancellations of a few orders, by the urn, against the chain.
TEST(CancelTail, ChanceOfABreachIsExact) {
  const Belief belief{0.7, 6};
  const std::vector<Look> looks = {{2, 1}, {0, 0}, {3, 1}, {1, 3}, {4, 2}};
  double crossed = 0;
  constexpr int n = 10;
  for (unsigned bits = 0; bits < (1U << n); ++bits) {
    double p = 1;
    int have = 0;
    for (int i = 0; i < n; ++i) {
      const double c = (belief.a + have) / (belief.a + belief.b + i);
      const bool cancel = (bits >> i & 1U) != 0;
      p *= cancel ? c : 1 - c;
      have += cancel ? 1 : 0;
    }
    std::int64_t seen = 0, count = 0;
    bool breach = false;
    for (const auto& look : looks) {
      for (std::int64_t i = 0; i < look.orders; ++i) count += bits >> seen++ & 1U;
      breach = breach || count > look.spare;
    }
    if (breach) crossed += p;
  }
  EXPECT_NEAR(chance_of_breach(looks, belief), crossed, 1e-12);
}

TEST(CancelTail, ChanceOfABreachAgreesWithSimulation) {
  const Belief belief{2.5, 150};
  const std::vector<Look> looks(7, Look{12, 3});
  std::mt19937_64 random(20261123);
  std::gamma_distribution<double> ga(belief.a, 1), gb(belief.b, 1);
  constexpr int runs = 200'000;
  int breaches = 0;
  for (int r = 0; r < runs; ++r) {
    const double x = ga(random), y = gb(random);
    std::binomial_distribution<int> draw(84, x / (x + y));
    if (draw(random) > 3) ++breaches;
  }
  const auto p = chance_of_breach(looks, belief);
  EXPECT_NEAR(p, static_cast<double>(breaches) / runs, 4 * std::sqrt(p * (1 - p) / runs));
}

TEST(CancelTail, ChanceOfABreachKnowsItsLimits) {
  EXPECT_EQ(chance_of_breach({}, prior), 0);
  const std::vector<Look> lost = {{5, -1}};
  EXPECT_EQ(chance_of_breach(lost, prior), 1);
  // Beyond exact_up_to the tightest look is taken by itself: never more than the truth of one look.
  const std::vector<Look> wide = {{1000, 100}, {1000, 200}};
  EXPECT_NEAR(chance_of_breach(wide, {50, 5000}),
              std::max(beta_binomial_tail(1000, {50, 5000}, 100), beta_binomial_tail(2000, {50, 5000}, 200)),
              1e-12);
}

}  // namespace
}  // namespace forestall::guard::budget
