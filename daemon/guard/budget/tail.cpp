// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/budget/tail.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

namespace forestall::guard::budget {
namespace {

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}
double log_beta(double x, double y) { return log_gamma(x) + log_gamma(y) - log_gamma(x + y); }

// P(X = k), in logarithms, so that it neither overflows nor vanishes on the way for large n.
double beta_binomial(double n, Belief belief, double k) {
  return std::exp(log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1) +
                  log_beta(k + belief.a, n - k + belief.b) - log_beta(belief.a, belief.b));
}
// P(k + 1) / P(k)
double ratio(double n, Belief belief, double k) {
  return (n - k) * (belief.a + k) / ((k + 1) * (belief.b + n - k - 1));
}

std::int64_t mode(std::int64_t n, Belief belief) {
  if (belief.a > 1 && belief.b > 1)
    return static_cast<std::int64_t>((static_cast<double>(n) + 1) * (belief.a - 1) /
                                     (belief.a + belief.b - 2));
  return belief.a > 1 ? n : 0;
}

// P(X = k) for k = 0 .. min(n, most), from where it is largest in both directions.
void beta_binomial(std::int64_t n, Belief belief, std::int64_t most, std::vector<double>& out) {
  const auto last = std::min(n, most);
  out.assign(static_cast<std::size_t>(last) + 1, 0.0);
  const auto dn = static_cast<double>(n);
  const auto peak = std::clamp<std::int64_t>(mode(n, belief), 0, last);
  const double at_peak = beta_binomial(dn, belief, static_cast<double>(peak));
  out[static_cast<std::size_t>(peak)] = at_peak;
  double p = at_peak;
  for (auto k = peak; k < last && p > 0; ++k) {
    p *= ratio(dn, belief, static_cast<double>(k));
    out[static_cast<std::size_t>(k + 1)] = p;
  }
  p = at_peak;
  for (auto k = peak; k > 0 && p > 0; --k) {
    p /= ratio(dn, belief, static_cast<double>(k - 1));
    out[static_cast<std::size_t>(k - 1)] = p;
  }
}

}  // namespace

Belief learn(Belief belief, std::int64_t orders, std::int64_t cancels) {
  const auto cancelled = std::clamp<std::int64_t>(cancels, 0, std::max<std::int64_t>(orders, 0));
  belief.a += static_cast<double>(cancelled);
  belief.b += static_cast<double>(std::max<std::int64_t>(orders, 0) - cancelled);
  return belief;
}

double binomial_tail(std::int64_t n, double p, std::int64_t most) {
  if (most < 0) return 1;
  if (most >= n || p <= 0) return 0;
  if (p >= 1) return 1;
  return boost::math::cdf(
      boost::math::complement(boost::math::binomial(static_cast<double>(n), p), static_cast<double>(most)));
}

double beta_binomial_tail(std::int64_t n, Belief belief, std::int64_t most) {
  if (most < 0) return 1;
  if (most >= n) return 0;
  // Summed away from the mode, until nothing more is added: a small tail as such, since one less nearly one
  // would lose all digits.
  const auto dn = static_cast<double>(n);
  constexpr double negligible = 1e-17;
  // Beta with a or b at most 1 may be highest at both ends: then everything is summed.
  const bool one_peak = belief.a >= 1 || belief.b >= 1;
  double sum = 0;
  if (most >= mode(n, belief)) {
    double p = beta_binomial(dn, belief, static_cast<double>(most + 1));
    for (auto k = most + 1; k <= n && !(one_peak && p <= negligible * sum); ++k) {
      sum += p;
      p *= ratio(dn, belief, static_cast<double>(k));
    }
    return std::clamp(sum, 0.0, 1.0);
  }
  double p = beta_binomial(dn, belief, static_cast<double>(most));
  for (auto k = most; k >= 0 && !(one_peak && p <= negligible * sum); --k) {
    sum += p;
    if (k > 0) p /= ratio(dn, belief, static_cast<double>(k - 1));
  }
  return std::clamp(1 - sum, 0.0, 1.0);
}

double chance_of_breach(std::span<const Look> looks, Belief belief) {
  std::int64_t widest = 0;
  for (const auto& look : looks) {
    if (look.spare < 0) return 1;
    widest = std::max(widest, look.spare);
  }
  if (widest > exact_up_to) {
    double worst = 0;
    std::int64_t orders = 0;
    const Look* tightest = nullptr;
    std::int64_t tightest_orders = 0;
    double least = 0;
    for (const auto& look : looks) {
      orders += look.orders;
      if (orders <= look.spare) continue;
      const auto n = static_cast<double>(orders);
      // Standard deviations of room, roughly: which look is the most likely to be crossed.
      const auto room = (static_cast<double>(look.spare) - n * belief.mean()) / std::sqrt(n);
      if (tightest == nullptr || room < least) {
        tightest = &look;
        tightest_orders = orders;
        least = room;
      }
    }
    if (tightest != nullptr) worst = beta_binomial_tail(tightest_orders, belief, tightest->spare);
    if (!looks.empty()) worst = std::max(worst, beta_binomial_tail(orders, belief, looks.back().spare));
    return worst;
  }
  // at[x]: the chance of x cancellations so far, and no breach at any look before.
  std::vector<double> at(static_cast<std::size_t>(widest) + 1, 0.0), next(at.size());
  std::vector<double> terms;
  at[0] = 1;
  std::int64_t before = 0;
  double crossed = 0;
  for (const auto& look : looks) {
    std::ranges::fill(next, 0.0);
    for (std::int64_t x = 0; x <= widest; ++x) {
      const auto mass = at[static_cast<std::size_t>(x)];
      if (mass <= 0) continue;
      const auto most = look.spare - x;
      double stays = 0;
      if (most >= 0) {
        beta_binomial(look.orders, learn(belief, before, x), most, terms);
        for (std::size_t k = 0; k < terms.size(); ++k) {
          next[static_cast<std::size_t>(x) + k] += mass * terms[k];
          stays += terms[k];
        }
      }
      crossed += mass * std::max(0.0, most < 0 ? 1.0 : 1.0 - stays);
    }
    std::swap(at, next);
    before += look.orders;
  }
  return std::clamp(crossed, 0.0, 1.0);
}

}  // namespace forestall::guard::budget
