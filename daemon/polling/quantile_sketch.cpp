// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/quantile_sketch.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::polling {

namespace {

const double log_ratio = std::log(QuantileSketch::ratio);

// Bucket i > 0 holds (ratio^(i-1), ratio^i] milliseconds.
std::size_t bucket_of(Millis value) {
  if (value <= Millis(1)) return 0;
  const double at = std::ceil(std::log(static_cast<double>(value.count())) / log_ratio);
  return std::min(static_cast<std::size_t>(at), QuantileSketch::buckets - 1);
}

// The middle of a bucket in relative terms: no value of the bucket is further away than half the ratio.
Millis value_of(std::size_t bucket) {
  if (bucket == 0) return Millis(0);
  const double upper = std::pow(QuantileSketch::ratio, static_cast<double>(bucket));
  return Millis(std::llround(2 * upper / (1 + QuantileSketch::ratio)));
}

}  // namespace

void QuantileSketch::add(Millis value, double weight) {
  weights_[bucket_of(value)] += weight;
  weight_ += weight;
}

void QuantileSketch::scale(double factor) {
  for (auto& weight : weights_) weight *= factor;
  weight_ *= factor;
}

Millis QuantileSketch::quantile(double q) const {
  if (weight_ <= 0) return Millis(0);
  const double wanted = std::clamp(q, 0.0, 1.0) * weight_;
  double below = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    if (weights_[i] <= 0) continue;
    last = i;
    below += weights_[i];
    if (below >= wanted) break;
  }
  return value_of(last);
}

}  // namespace forestall::polling
