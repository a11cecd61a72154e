// SPDX-License-Identifier: Apache-2.0
// Gauss rule of a Gamma law.
#include <algorithm>
#include <array>
#include <cmath>

#include "forecasting/supply/shortfall.hpp"

namespace forestall::forecasting {

LevelNodes gamma_levels(double variation) {
  LevelNodes out;
  if (!(variation > 1e-9)) {
    out.level.fill(1);
    out.weight[0] = 1;
    return out;
  }
  // Monic Laguerre polynomials of parameter a - 1, a the shape: p_{n+1} = (x - (2n + a)) p_n - n (n + a - 1)
  // p_{n-1}.
  const double shape = 1 / std::min(variation, 100.0);
  const auto polynomial = [&](int degree, double x) {
    double before = 0, now = 1;
    for (int n = 0; n < degree; ++n) {
      const double next = (x - (2 * n + shape)) * now - n * (n + shape - 1) * before;
      before = now, now = next;
    }
    return now;
  };
  // The roots of degree d separate those of degree d + 1: bisect between them, from degree 1 up.
  std::array<double, level_nodes + 2> root{};
  const double beyond = shape + 4 * level_nodes + 4 * std::sqrt(shape * level_nodes) + 10;
  std::array<double, level_nodes> found{};
  for (int degree = 1; degree <= level_nodes; ++degree) {
    root[0] = 0;
    for (int i = 1; i < degree; ++i)
      root[static_cast<std::size_t>(i)] = found[static_cast<std::size_t>(i - 1)];
    root[static_cast<std::size_t>(degree)] = beyond;
    std::array<double, level_nodes> next{};
    for (int i = 0; i < degree; ++i) {
      const auto at = static_cast<std::size_t>(i);
      double low = root[at], high = root[at + 1];
      const bool rising = polynomial(degree, high) > 0;
      for (int step = 0; step < 200 && high - low > 1e-15 * high; ++step) {
        const double middle = (low + high) / 2;
        ((polynomial(degree, middle) > 0) == rising ? high : low) = middle;
      }
      next[at] = (low + high) / 2;
    }
    found = next;
  }
  // Christoffel: 1 / weight = sum_n p_n(x)^2 / h_n, h_n = n! (shape)_n relative to h_0 = 1.
  for (int i = 0; i < level_nodes; ++i) {
    const double x = found[static_cast<std::size_t>(i)];
    double sum = 0, norm = 1;
    for (int n = 0; n < level_nodes; ++n) {
      if (n > 0) norm *= n * (shape + n - 1);
      const double p = polynomial(n, x);
      sum += p * p / norm;
    }
    out.level[static_cast<std::size_t>(i)] = x / shape;
    out.weight[static_cast<std::size_t>(i)] = 1 / sum;
  }
  return out;
}

}  // namespace forestall::forecasting
