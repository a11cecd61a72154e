// SPDX-License-Identifier: Apache-2.0
// What a promotion, a price cut or a season's event multiplies demand by, pooled over a category: ridge
// Poisson regression by iteratively re-weighted least squares (Nelder, Wedderburn 1972).
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "forecasting/error.hpp"

namespace forestall::forecasting {

inline constexpr std::size_t promotion_features = 6;
using PromotionFeatures =
    std::array<double, promotion_features>;  // e.g. on sale, log price ratio, event, ...

struct PromotionSample {
  PromotionFeatures features{};
  double units = 0;
  double expected_units = 0;  // by the base level and the profile, without promotion
};

struct PromotionModel {
  PromotionFeatures coefficients{};
  // exp(beta' z), within [1/20, 20].
  double uplift(const PromotionFeatures& features) const;
};

// Maximises sum units log(u E) - u E, scaled by 1 / dispersion, minus ridge/2 |beta|^2. Samples without
// expectation are left out; too_few if none is left; values must be finite, features within [-20, 20].
Expected<PromotionModel> fit_promotion(std::span<const PromotionSample> samples, double dispersion,
                                       double ridge = 5);

}  // namespace forestall::forecasting
