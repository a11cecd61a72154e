// SPDX-License-Identifier: Apache-2.0
// Proper scores for count forecasts (Gneiting, Raftery 2007; Czado, Gneiting, Held 2009, Biometrics
// 65:1254-1261).
#pragma once

#include <array>
#include <span>

namespace forestall::forecasting {

// The nine levels of the M5 uncertainty competition, ascending.
inline constexpr std::array m5_levels = {0.005, 0.025, 0.165, 0.25, 0.5, 0.75, 0.835, 0.975, 0.995};
inline constexpr std::size_t m5_first_upper_level = 6;  // .835 .975 .995: the tail that oversells

// (y - q) u where q <= y, else (q - y)(1 - u): at its least for the u-quantile. In units.
constexpr double pinball(double y, double q, double u) { return q <= y ? (y - q) * u : (q - y) * (1 - u); }

// Mean |y_t - y_{t-1}|: what makes pinballs of series of different size comparable. 0 for fewer than two
// values.
double mean_absolute_difference(std::span<const float> history);
// The same from the first sale on, as in the M5 competition.
double mean_absolute_difference_from_first_sale(std::span<const float> history);

// sum_x (F(x) - 1{y <= x})^2, the continuous ranked probability score of a count; at_most[x] = P(D <= x),
// taken as 1 beyond its end. In units.
double ranked_probability_score(std::span<const double> at_most, int y);

// F(y-1) + v f(y), v uniform on (0,1): uniform if and only if the forecast is calibrated.
constexpr double randomised_pit(double at_most_below, double at_most, double v) {
  return at_most_below + v * (at_most - at_most_below);
}

// The largest distance between the empirical law of `values` (sorted in place) and the uniform one; compare
// with 1.36 / sqrt(n) at the 5 % level (Kolmogorov, Smirnov).
double distance_from_uniform(std::span<double> values);

// Sums over outcomes of a probability forecast, for reliability and the Brier score.
struct EventScore {
  double count = 0;
  double sum_probability = 0;
  double sum_outcome = 0;
  double sum_squared_error = 0;
  constexpr void add(double probability, bool happened) {
    const double outcome = happened ? 1 : 0;
    count += 1;
    sum_probability += probability;
    sum_outcome += outcome;
    sum_squared_error += (probability - outcome) * (probability - outcome);
  }
};

}  // namespace forestall::forecasting
