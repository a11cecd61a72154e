// SPDX-License-Identifier: Apache-2.0
#include "tests/support/demand/demand_simulator.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::test {

double mean_batch(double dispersion) {
  if (dispersion <= 1) return 1;
  const double theta = 1 - 1 / dispersion;  // E[q^2] / E[q] of the logarithmic law is 1 / (1 - theta)
  return -theta / ((1 - theta) * std::log1p(-theta));
}

int DemandSimulator::batch(double dispersion) {
  if (dispersion <= 1) return 1;
  const double theta = 1 - 1 / dispersion;
  double u = std::uniform_real_distribution<double>(0, 1)(random_);
  double mass = -theta / std::log1p(-theta);
  int q = 1;
  while (u > mass && q < 100'000) {
    u -= mass;
    mass *= theta * q / (q + 1);
    ++q;
  }
  return q;
}

std::vector<SimulatedOrder> DemandSimulator::orders(const DemandLaw& law, std::int64_t from_seconds,
                                                    std::int64_t to_seconds) {
  std::vector<SimulatedOrder> out;
  const double top = std::max(1.0, *std::ranges::max_element(law.profile));
  const bool flat = std::ranges::all_of(law.profile, [](double f) { return f == 0; });
  const double per_second =
      law.units_per_hour / mean_batch(law.dispersion) / (1 + law.burst_followers) / 3600;
  std::exponential_distribution<double> gap(per_second * (flat ? 1 : top));
  std::uniform_real_distribution<double> uniform(0, 1);
  std::poisson_distribution<int> followers(law.burst_followers);
  std::exponential_distribution<double> delay(1 / (law.burst_minutes * 60));
  for (double t = static_cast<double>(from_seconds) + gap(random_); t < static_cast<double>(to_seconds);
       t += gap(random_)) {
    const auto at = static_cast<std::int64_t>(t);
    if (!flat) {
      const auto hour = static_cast<std::size_t>(at % forecasting::seconds_per_week / 3600);
      if (uniform(random_) * top > law.profile[hour]) continue;
    }
    out.push_back({at, batch(law.dispersion)});
    if (law.burst_followers > 0) {
      for (int i = followers(random_); i > 0; --i) {
        const auto later = at + static_cast<std::int64_t>(delay(random_));
        if (later < to_seconds) out.push_back({later, batch(law.dispersion)});
      }
    }
  }
  std::ranges::sort(out, {}, &SimulatedOrder::seconds);
  return out;
}

}  // namespace forestall::test
