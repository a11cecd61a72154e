// SPDX-License-Identifier: Apache-2.0
// What a SKU is believed to sell before it has sold anything: learned from its mature fellows, stratum by
// stratum.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "forecasting/error.hpp"
#include "forecasting/lanes.hpp"

namespace forestall::forecasting {

// Gamma prior of a level in units per profile-weighted hour, and the pooled settings of a stratum.
struct StratumPrior {
  double units_per_hour = 0.5 / 24;
  double strength_hours = 24;     // exposure the prior is worth
  double dispersion = 1.4;        // variance / mean of window demand
  double dispersion_units = 30;   // expected units the pooled dispersion is worth
  double promotion_uplift = 1.5;  // demand during a promotion / demand without
  double promotion_units = 20;    // expected units the pooled uplift is worth
  std::array<float, lane_count> lane_deficit_nats = {0.7F, 0, 0, 0.3F};
};

// One mature SKU: what it sold over how much exposure.
struct MatureSku {
  double units = 0;
  double exposure_hours = 0;
};

// Empirical Bayes for the marginal y_i ~ NB(a, b / (b + s_i)) with dispersion phi (Robbins 1956; moments,
// then Newton steps on log a and log b of the marginal likelihood). too_few below three SKUs or without a
// single sale.
struct GammaPrior {
  double units_per_hour;
  double strength_hours;
};
Expected<GammaPrior> fit_gamma_prior(std::span<const MatureSku> skus, double dispersion);

// Strata by three keys, most specific first: (category, price band, seller), (category, price band),
// (category), everything. Each level is shrunk to the coarser one with the weight of `fallback_skus` SKUs.
struct StratumKey {
  std::uint32_t category = 0;
  std::uint8_t price_band = 0;  // see price_band()
  std::uint32_t seller = 0;
  friend bool operator==(const StratumKey&, const StratumKey&) = default;
};

// log2 of the price in whole currency units, 0 .. 15.
std::uint8_t price_band(double price);

class StratumPriors {
 public:
  struct Member {
    StratumKey key;
    MatureSku sku;
  };
  static StratumPriors learn(std::span<const Member> members, double dispersion, double fallback_skus = 20);

  // Never fails: falls back to the next coarser stratum that is known, at last to the built-in prior.
  StratumPrior prior(const StratumKey& key) const;
  // How many levels the answer fell back: 0 = exact stratum, 3 = everything, 4 = nothing was ever learned.
  int fallback(const StratumKey& key) const;

 private:
  struct Node {
    std::uint64_t id;
    GammaPrior prior;
  };
  const Node* find(int level, const StratumKey& key) const;
  std::vector<Node> nodes_;  // sorted by id
};

// A new variant of a known parent starts from the parent's level, worth at most ten times the stratum's
// prior.
StratumPrior variant_prior(const StratumPrior& stratum, double parent_units_per_hour,
                           double parent_exposure_hours, double variants);

}  // namespace forestall::forecasting
