// SPDX-License-Identifier: Apache-2.0
// What is learned over many SKUs: priors by stratum, promotion effects, bursts.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "forecasting/burst.hpp"
#include "forecasting/demand_filter.hpp"
#include "forecasting/promotion.hpp"
#include "forecasting/stratum_prior.hpp"
#include "tests/support/demand/demand_simulator.hpp"

namespace forestall::forecasting {
namespace {

std::vector<MatureSku> population(std::mt19937_64& random, int n, double shape, double rate_per_hour,
                                  double dispersion) {
  std::vector<MatureSku> out;
  std::gamma_distribution<double> level(shape, rate_per_hour / shape);
  std::uniform_real_distribution<double> days(20, 400);
  test::DemandSimulator batches(random());
  for (int i = 0; i < n; ++i) {
    const double hours = days(random) * 24;
    const double orders = level(random) * hours / test::mean_batch(dispersion);
    int units = 0;
    for (int k = std::poisson_distribution<int>(orders)(random); k > 0; --k)
      units += batches.batch(dispersion);
    out.push_back({static_cast<double>(units), hours});
  }
  return out;
}

TEST(StratumPrior, TheLawOfThePopulationIsRecovered) {
  std::mt19937_64 random(1);
  for (const double dispersion : {1.0, 2.5}) {
    for (const double shape : {0.4, 2.0}) {
      const auto skus = population(random, 4'000, shape, 0.05, dispersion);
      const auto prior = fit_gamma_prior(skus, dispersion);
      ASSERT_TRUE(prior);
      EXPECT_NEAR(prior->units_per_hour, 0.05, 0.005);
      // Variance of the levels = mean^2 / shape = dispersion x mean / strength.
      EXPECT_NEAR(prior->strength_hours / (dispersion * shape / 0.05), 1, 0.2) << dispersion << " " << shape;
    }
  }
}

TEST(StratumPrior, FallsBackFromFineToCoarse) {
  std::mt19937_64 random(2);
  std::vector<StratumPriors::Member> members;
  for (const auto& sku : population(random, 300, 2, 0.5, 1)) members.push_back({{1, 3, 10}, sku});
  for (const auto& sku : population(random, 300, 2, 0.01, 1)) members.push_back({{2, 3, 10}, sku});
  const StratumPriors priors = StratumPriors::learn(members, 1);
  EXPECT_EQ(priors.fallback({1, 3, 10}), 0);
  EXPECT_EQ(priors.fallback({1, 3, 99}), 1);
  EXPECT_EQ(priors.fallback({1, 9, 99}), 2);
  EXPECT_EQ(priors.fallback({7, 9, 99}), 3);
  EXPECT_EQ(StratumPriors().fallback({1, 3, 10}), 4);
  EXPECT_NEAR(priors.prior({1, 9, 99}).units_per_hour, 0.5, 0.1);
  EXPECT_NEAR(priors.prior({2, 3, 10}).units_per_hour, 0.01, 0.004);
  const double all = priors.prior({7, 9, 99}).units_per_hour;
  EXPECT_GT(all, 0.1);
  EXPECT_LT(all, 0.4);
  EXPECT_GT(StratumPriors().prior({1, 1, 1}).units_per_hour, 0);
}

TEST(StratumPrior, AbsurdPopulationsAreRefused) {
  std::vector<MatureSku> skus(5, {1, 10});
  EXPECT_TRUE(fit_gamma_prior(skus, 1));
  EXPECT_EQ(fit_gamma_prior(skus, 0.5).error(), ForecastError::out_of_range);
  EXPECT_EQ(fit_gamma_prior(std::span(skus).first(2), 1).error(), ForecastError::too_few);
  skus[0].units = NAN;
  EXPECT_EQ(fit_gamma_prior(skus, 1).error(), ForecastError::not_finite);
  skus[0].units = -1;
  EXPECT_EQ(fit_gamma_prior(skus, 1).error(), ForecastError::negative);
  skus.assign(5, {0, 10});
  EXPECT_EQ(fit_gamma_prior(skus, 1).error(), ForecastError::too_few);
}

TEST(StratumPrior, AVariantStartsFromItsParent) {
  StratumPrior stratum;
  stratum.units_per_hour = 0.01;
  stratum.strength_hours = 100;
  const StratumPrior variant = variant_prior(stratum, 0.6, 50'000, 3);
  EXPECT_NEAR(variant.units_per_hour, 0.2, 0.001);
  EXPECT_EQ(variant.strength_hours, 1'000);
  EXPECT_EQ(variant_prior(stratum, NAN, 50'000, 3).units_per_hour, 0.01);
}

TEST(Promotion, EffectsAreRecovered) {
  std::mt19937_64 random(3);
  std::vector<PromotionSample> samples;
  const PromotionModel truth{{0.7, -1.5, 0, 0, 0, 0}};
  std::bernoulli_distribution on(0.3);
  std::uniform_real_distribution<double> price(-0.4, 0.2);
  for (int i = 0; i < 5'000; ++i) {
    PromotionSample sample;
    sample.features = {on(random) ? 1.0 : 0.0, price(random), 0, 0, 0, 0};
    sample.expected_units = 2;
    sample.units = std::poisson_distribution<int>(2 * truth.uplift(sample.features))(random);
    samples.push_back(sample);
  }
  const auto fitted = fit_promotion(samples, 1);
  ASSERT_TRUE(fitted);
  EXPECT_NEAR(fitted->coefficients[0], 0.7, 0.05);
  EXPECT_NEAR(fitted->coefficients[1], -1.5, 0.15);
  EXPECT_EQ(fitted->coefficients[2], 0) << "a feature never seen has no effect";
  samples[0].features[1] = NAN;
  EXPECT_EQ(fit_promotion(samples, 1).error(), ForecastError::not_finite);
  EXPECT_EQ(fit_promotion({}, 1).error(), ForecastError::too_few);
}

TEST(Burst, WithoutBurstsTheShapeIsPlain) {
  std::mt19937_64 random(4);
  BurstLearner learner;
  for (std::size_t i = 0; i < 4; ++i) {
    for (int k = 0; k < 100'000; ++k) {
      const double mean = 0.05 + 0.3 * static_cast<double>(k % 5);
      const WindowDemand window{mean, mean * 2};
      learner.add(i, mean, 0, 2, quantile(window, std::uniform_real_distribution<double>(0, 1)(random)))
          .value();
    }
    const BurstShape shape = learner.model().at(BurstModel::lengths_hours[i]);
    for (const double mean : {0.35, 0.65, 1.25}) {
      EXPECT_NEAR((mean * (1 + shape.share) + mean * mean * shape.pairs) / (2 * mean), 1, 0.06)
          << i << " " << mean;
    }
  }
  EXPECT_EQ(learner.add(9, 1, 0, 1, 1).error(), ForecastError::out_of_range);
  EXPECT_EQ(learner.add(0, NAN, 0, 1, 1).error(), ForecastError::not_finite);
  EXPECT_EQ(learner.add(0, 1, 0, 1, -1).error(), ForecastError::negative);
}

// Orders that draw others within minutes: the variance of each window length is found, and beyond a day it is
// plain.
TEST(Burst, ClusteredOrdersAreFoundAtEachLength) {
  test::DemandSimulator simulator(6);
  BurstLearner learner;
  std::array<double, 4> squares{};
  std::array<double, 4> count{};
  const test::DemandLaw law{
      .units_per_hour = 0.4, .profile = {}, .burst_followers = 0.8, .burst_minutes = 20};
  const std::int64_t hours = 24 * 2'000;
  const auto orders = simulator.orders(law, 0, hours * 3600);
  // Followers of the followers are not simulated: the long-run variance / mean is (1 + 2 f + f^2 + ...) / (1
  // + f).
  const double dispersion = 1 + (2 * 0.8 + 0.8 * 0.8) / 1.8;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto length = static_cast<std::int64_t>(BurstModel::lengths_hours[i] * 3600);
    std::vector<int> windows(static_cast<std::size_t>(hours * 3600 / length));
    for (const auto& o : orders) windows[static_cast<std::size_t>(o.seconds / length)] += o.units;
    const double mean = law.units_per_hour * BurstModel::lengths_hours[i];
    for (const int y : windows) {
      learner.add(i, mean, 0, dispersion, y).value();
      squares[i] += (y - mean) * (y - mean);
      count[i] += 1;
    }
  }
  const BurstModel model = learner.model();
  for (std::size_t i = 0; i < 4; ++i) {
    const double mean = law.units_per_hour * BurstModel::lengths_hours[i];
    const BurstShape shape = model.at(BurstModel::lengths_hours[i]);
    const double variance = mean * (1 + (dispersion - 1) * shape.share) + mean * mean * shape.pairs;
    EXPECT_NEAR(variance / (squares[i] / count[i]), 1, 0.12) << i;
  }
  EXPECT_EQ(model.at(72).share, 1);
  EXPECT_EQ(model.at(72).pairs, 0);
}

}  // namespace
}  // namespace forestall::forecasting
