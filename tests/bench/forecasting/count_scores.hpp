// SPDX-License-Identifier: Apache-2.0
// Sums of count scores over windows, and the line they print.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "forecasting/mixture.hpp"

namespace forestall::test {

class CountScores {
 public:
  explicit CountScores(std::string name) : name_(std::move(name)) {}

  // `scale` divides pinball and CRPS (mean |difference| of the training part, or 1); windows with scale 0
  // count for the PIT only. `steps` divides both once more.
  void add(std::span<const forecasting::WeightedDemand> forecast, int units, double scale, double steps);
  void add(const forecasting::WindowDemand& forecast, int units, double scale, double steps);

  // "name  windows  SPL  upper  CRPS  log score  PIT distance  sold  expected"
  std::string line();
  static std::string head();

 private:
  std::string name_;
  std::mt19937_64 random_{20'240'101};  // fixed: the randomised PIT repeats
  std::vector<double> pit_;
  std::vector<double> scratch_ = std::vector<double>(8192);
  double scaled_ = 0;
  double pinball_ = 0;
  double upper_ = 0;
  double crps_ = 0;
  double log_score_ = 0;
  double sold_ = 0;
  double expected_ = 0;
};

}  // namespace forestall::test
