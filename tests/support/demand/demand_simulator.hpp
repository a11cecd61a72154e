// SPDX-License-Identifier: Apache-2.0
// Demand with a known law: compound Poisson orders with an hour-of-week profile, logarithmic batches, bursts.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "forecasting/week_profile.hpp"

namespace forestall::test {

struct SimulatedOrder {
  std::int64_t seconds;
  int units;
};

struct DemandLaw {
  double units_per_hour = 0.1;
  double dispersion = 1;               // variance / mean of a window's units, from batch sizes alone
  forecasting::HourFactors profile{};  // all zero means flat
  double burst_followers = 0;          // mean number of further orders each order draws ...
  double burst_minutes = 10;           // ... within about this time
};

class DemandSimulator {
 public:
  explicit DemandSimulator(std::uint64_t seed) : random_(seed) {}
  // Orders of [from, to), in order of time. With followers the rate of first orders is lowered so that
  // units_per_hour holds.
  std::vector<SimulatedOrder> orders(const DemandLaw& law, std::int64_t from_seconds,
                                     std::int64_t to_seconds);
  // A logarithmic batch whose E[q^2] / E[q] is the dispersion.
  int batch(double dispersion);
  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
};

// Mean units of a logarithmic batch of that dispersion.
double mean_batch(double dispersion);

}  // namespace forestall::test
