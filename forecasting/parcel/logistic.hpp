// SPDX-License-Identifier: Apache-2.0
// Logistic regression with a ridge, by Newton's method: a handful of features to one probability. Used for
// the blend of several clues and for the weekly recalibration of what came out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

inline constexpr std::size_t most_features = 32;

double log_odds(double probability);  // of a probability cut to [1e-6, 1 - 1e-6]
double from_log_odds(double x);

// Cases as they were seen when they could still be judged; `features` holds `width` numbers a case.
struct Cases {
  std::size_t width = 0;
  std::vector<float> features;
  std::vector<float> weight;
  std::vector<float> offset;  // log odds that are known already; 0 unless set
  std::vector<std::uint8_t> happened;
  std::size_t size() const { return happened.size(); }
  void add(std::span<const double> x, bool did, double w);
  void clear();
};

// probability = 1 / (1 + exp(-(intercept + sum slope (x - centre) / scale)))
struct Logistic {
  std::size_t width = 0;
  double intercept = 0;
  std::array<double, most_features> slope{};
  std::array<double, most_features> centre{};
  std::array<double, most_features> scale{};  // 0: the feature never varied and is left out

  // Features beyond four standard deviations count as four: one absurd value moves no probability far.
  double log_odds_of(std::span<const double> x) const;
  double probability(std::span<const double> x) const { return from_log_odds(log_odds_of(x)); }
};

// Maximum of the weighted likelihood less ridge/2 * |slope|^2 (slopes of standardised features; Hoerl,
// Kennard 1970). too_few: fewer than 20 cases, or one outcome only. out_of_range: too many features.
Expected<Logistic> fit_logistic(const Cases& cases, double ridge);

// p -> logistic(shift + slope * log odds of p): how a forecast was wrong lately. Identity until taught.
struct Recalibration {
  double shift = 0;
  double slope = 1;
  double apply(double probability) const;
};

struct Judged {
  double probability = 0;  // as forecast
  bool happened = false;
  double weight = 1;
};

// Cox 1958 (Biometrika 45:562-565), with a normal prior around the identity: `prior_shift` and `prior_slope`
// are its standard deviations, so that a quiet month changes little. The prior of the shift is of that at the
// cases' mean log odds: rare events lie far from even odds, and a slope that turned there would move the
// level. A slope stays within [0.25, 2].
Recalibration fit_recalibration(std::span<const Judged> cases, double prior_shift, double prior_slope);

}  // namespace forestall::forecasting
