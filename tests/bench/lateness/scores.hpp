// SPDX-License-Identifier: Apache-2.0
// Scores of probabilities against outcomes, weighted, with bootstrap intervals (seeded).
#pragma once

#include <span>
#include <vector>

namespace forestall::bench {

struct Scored {
  double score = 0;
  bool happened = false;
  double weight = 1;
};

struct Interval {
  double low = 0, value = 0, high = 0;
};

// P(score of a case that happened > score of one that did not), ties half.
double auc(std::span<const Scored> rows);
double brier(std::span<const Scored> rows);  // score is a probability
// auc(a) - auc(b) over the same cases, 90 % interval by resampling cases (Efron, Tibshirani 1993, ch. 13).
Interval auc_gain(std::span<const Scored> a, std::span<const Scored> b, int resamples = 500);
// Slope of the log odds of the outcome on the log odds said (Cox 1958); 90 % interval by resampling.
Interval calibration_slope(std::span<const Scored> rows, int resamples = 300);
// brier(b) - brier(a): positive where a is better.
Interval brier_gain(std::span<const Scored> a, std::span<const Scored> b, int resamples = 500);

}  // namespace forestall::bench
