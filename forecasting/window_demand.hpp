// SPDX-License-Identifier: Apache-2.0
// How many units a window of time will ask for: a count distribution given by its first two moments.
//
// The law is negative binomial (Poisson where variance <= mean, a point at 0 where mean = 0). Orders that
// arrive as a Poisson stream with logarithmic batch sizes, at a rate known up to a Gamma belief, give exactly
// this family (Quenouille 1949, Biometrics 5:162-164); it is used by its moments here because those add up
// over windows.
#pragma once

#include <cstddef>
#include <span>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

// Means above this many units are beyond any count this library is about; checked() refuses them.
inline constexpr double max_window_units = 1e9;

struct WindowDemand {
  double mean_units = 0;
  double variance_units2 = 0;

  // The checked way in for numbers from outside: finite, not negative, mean <= max_window_units.
  static Expected<WindowDemand> checked(double mean_units, double variance_units2);

  friend bool operator==(const WindowDemand&, const WindowDemand&) = default;
};

// All functions below are total: a mean that is negative or not a number counts as 0, a too large one as
// max_window_units; a variance below the mean as the mean. None allocates, none throws.

// P(D = 0).
double probability_none(const WindowDemand& demand);

// P(D > units). Relative error below 1e-9 down to probabilities of 1e-300 (tests compare with 50-digit
// arithmetic). units < 0 gives 1. About 60 ns for units <= 50.
double probability_above(const WindowDemand& demand, int units);

// P(D <= units) = 1 - probability_above, small values computed directly.
double probability_at_most(const WindowDemand& demand, int units);

// P(D = units).
double probability_exactly(const WindowDemand& demand, int units);

// E[(D - units)+], the units that find nothing left. Closed form, from x f(x) recursions of the negative
// binomial:
//   E[(D-S)+] = (M - S) P(D > S) + (S + 1) f(S + 1) / p,   p = M / V.
// units < 0 gives M - units.
double expected_excess(const WindowDemand& demand, int units);

// E[min(D, units)], the units that are filled; = M - expected_excess. units <= 0 gives units.
double expected_filled(const WindowDemand& demand, int units);

// Both numbers a decision needs, in one pass.
struct Shortfall {
  double probability_above;
  double expected_excess;
};
Shortfall shortfall(const WindowDemand& demand, int units);

// out[x] = P(D = x) for x = 0 .. out.size()-1. What lies beyond is left out, not lumped into the last cell.
void pmf(const WindowDemand& demand, std::span<double> out);

// The same cells, as far as they are needed: until what is `left` of the mass (1 at the first call) is at
// most `tail`. Returns how many were filled, at least one of a span that is not empty; the others are
// untouched.
std::size_t pmf_until(const WindowDemand& demand, std::span<double> out, double tail, double& left);

// The smallest x with P(D <= x) >= probability; probability outside [0, 1] is clamped, 1 gives the
// .999999999999 one.
int quantile(const WindowDemand& demand, double probability);

}  // namespace forestall::forecasting
