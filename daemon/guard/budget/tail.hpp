// SPDX-License-Identifier: Apache-2.0
// Exact probabilities of few cancellations among few orders.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace forestall::guard::budget {

// What is believed of the chance that an order is cancelled: Beta(a, b), a and b > 0.
struct Belief {
  double a = 0.5;
  double b = 49.5;
  double mean() const { return a / (a + b); }
};
// Before anything is known: one in a hundred, and worth fifty orders of evidence. An assumption; half of the
// limit that most channels set.
inline constexpr Belief prior{};
// The same after `cancels` of `orders`: Beta(a + cancels, b + orders - cancels), the conjugate update
// (Johnson, Kemp & Kotz, Univariate Discrete Distributions, 3rd ed. 2005, 6.2.2).
Belief learn(Belief belief, std::int64_t orders, std::int64_t cancels);

// P(X > most) for X ~ Binomial(n, p): n orders, each cancelled with probability p.
double binomial_tail(std::int64_t n, double p, std::int64_t most);

// P(X > most) for X ~ Beta-binomial(n, a, b), the same with p itself uncertain:
//   P(X = k) = C(n, k) B(k + a, n - k + b) / B(a, b)   (Johnson, Kemp & Kotz 6.2.2, there "negative
//   hypergeometric"), summed from the smaller side by the ratio of neighbours.
double beta_binomial_tail(std::int64_t n, Belief belief, std::int64_t most);

// One look at the window, from the nearest to the furthest: `orders` more than at the look before, and at
// most `spare` cancellations among all new orders up to then (negative: it is breached whatever happens).
struct Look {
  std::int64_t orders = 0;
  std::int64_t spare = 0;
};

// The chance that at one of the looks more are cancelled than `spare`. Exact: cancellations of a batch given
// those before it are beta-binomial with the belief learned from them (Polya's urn), so the count so far is a
// Markov chain, and what crosses is absorbed. Costs O(looks x spare^2); where spare exceeds `exact_up_to`,
// only the look with the least room per order and the last one are taken, each by itself, and the larger is
// given: a lower bound that is exact where one look decides.
inline constexpr std::int64_t exact_up_to = 128;
double chance_of_breach(std::span<const Look> looks, Belief belief);

}  // namespace forestall::guard::budget
