// SPDX-License-Identifier: Apache-2.0
// A distribution of waiting times in fixed memory: weights in buckets of equal ratio. Pure, deterministic.
//
// The buckets of DDSketch (Masson, Rim, Lee, "DDSketch", VLDB 2019, section 2.1) without its collapsing:
// every quantile is within 2.5 % of a value that was added.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "config/base/time.hpp"

namespace forestall::polling {

class QuantileSketch {
 public:
  // What is shorter counts as this, what is longer as the longest: 1 ms to 69 days.
  static constexpr double ratio = 1.05;
  static constexpr std::size_t buckets = 464;

  void add(Millis value, double weight = 1);  // a negative value counts as zero
  void scale(double factor);                  // of all weights: forgetting
  double weight() const { return weight_; }
  // The value that a share `q` of the weight does not exceed; zero where nothing was added.
  Millis quantile(double q) const;

 private:
  std::array<double, buckets> weights_{};
  double weight_ = 0;
};

}  // namespace forestall::polling
