// SPDX-License-Identifier: Apache-2.0
// The window distribution against 50-digit sums, and the identities any count distribution keeps.
#include "forecasting/window_demand.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace forestall::forecasting {
namespace {

using Wide = boost::multiprecision::cpp_dec_float_50;

struct Exact {
  Wide above;
  Wide excess;
};

// Sums the tail term by term with 50 digits.
Exact exact_tail(double mean_units, double variance_units2, int units) {
  const Wide mean(mean_units);
  const Wide variance(variance_units2);
  const bool poisson = variance_units2 <= mean_units;
  const Wide slope = poisson ? Wide(0) : Wide(1 - mean / variance);
  const Wide step = poisson ? mean : Wide(mean * mean / variance);
  Wide f = poisson ? Wide(exp(Wide(-mean)))
                   : Wide(exp(Wide(mean * mean / (variance - mean) * log(Wide(mean / variance)))));
  Exact out{0, 0};
  for (int x = 0; x < 2'000'000; ++x) {
    if (x > units) {
      out.above += f;
      out.excess += f * (x - units);
      const Wide ratio = (step + slope * x) / (x + 1);
      if (ratio < 1 && f * (x - units + 1) < Wide("1e-30") * out.excess * (1 - ratio) * (1 - ratio)) break;
    }
    f *= (step + slope * x) / (x + 1);
  }
  return out;
}

void expect_relative(double got, const Wide& want, double tolerance, const char* what) {
  if (want < Wide("1e-300")) {
    EXPECT_LT(got, 1e-299) << what;
    return;
  }
  EXPECT_LT(abs(Wide(got) / want - 1), Wide(tolerance)) << what << ": got " << got << ", want " << want;
}

TEST(WindowDemand, TailsAgreeWithFiftyDigits) {
  for (const double mean : {1e-9, 1e-4, 0.02, 0.5, 3.0, 17.0, 60.0}) {
    for (const double dispersion : {1.0, 1.0 + 1e-7, 1.05, 1.5, 3.0, 12.0, 60.0}) {
      for (const int units : {0, 1, 2, 5, 12, 50, 199, 300}) {
        const WindowDemand demand{mean, mean * dispersion};
        SCOPED_TRACE(testing::Message() << mean << " x " << dispersion << " > " << units);
        const Exact exact = exact_tail(mean, mean * dispersion, units);
        // Below 1e-100 no decision looks; the integrals of Boost.Math lose some digits there.
        const double tolerance = exact.above > Wide("1e-100") ? 1e-9 : 1e-6;
        expect_relative(probability_above(demand, units), exact.above, tolerance, "above");
        expect_relative(expected_excess(demand, units), exact.excess, tolerance, "excess");
      }
    }
  }
}

TEST(WindowDemand, LargeMeansAgreeWithFiftyDigits) {
  for (const double mean : {300.0, 2500.0}) {
    for (const double dispersion : {1.0, 1.3, 9.0}) {
      for (const double z : {-6.0, -1.0, 0.0, 1.0, 4.0, 9.0}) {
        const int units = static_cast<int>(mean + z * std::sqrt(mean * dispersion));
        SCOPED_TRACE(testing::Message() << mean << " x " << dispersion << " > " << units);
        const Exact exact = exact_tail(mean, mean * dispersion, units);
        const WindowDemand demand{mean, mean * dispersion};
        expect_relative(probability_above(demand, units), exact.above, 1e-9, "above");
        expect_relative(expected_excess(demand, units), exact.excess, 1e-8, "excess");
      }
    }
  }
}

TEST(WindowDemand, KnownValues) {
  const WindowDemand poisson{2, 2};
  EXPECT_NEAR(probability_none(poisson), std::exp(-2.0), 1e-15);
  EXPECT_NEAR(probability_exactly(poisson, 3), std::exp(-2.0) * 8 / 6, 1e-15);
  const WindowDemand geometric{1, 2};  // r = 1, p = 1/2
  EXPECT_NEAR(probability_above(geometric, 9), std::pow(0.5, 10), 1e-17);
  EXPECT_NEAR(expected_excess(geometric, 9), std::pow(0.5, 10) * 2, 1e-16);
  EXPECT_EQ(quantile(geometric, 0.5), 0);
  EXPECT_EQ(quantile(geometric, 0.51), 1);
}

TEST(WindowDemand, NothingExpectedMeansNothing) {
  const WindowDemand none{0, 0};
  EXPECT_EQ(probability_none(none), 1);
  EXPECT_EQ(probability_above(none, 0), 0);
  EXPECT_EQ(probability_at_most(none, 0), 1);
  EXPECT_EQ(expected_excess(none, 0), 0);
  EXPECT_EQ(quantile(none, 0.999), 0);
  EXPECT_EQ(probability_above(none, -1), 1);
}

TEST(WindowDemand, MassAndTailsBelongTogether) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> log_mean(-6, 4);
  std::uniform_real_distribution<double> log_dispersion(-1, 4);
  for (int round = 0; round < 400; ++round) {
    const double mean = std::exp(log_mean(random));
    const WindowDemand demand{mean, mean * std::max(1.0, std::exp(log_dispersion(random)))};
    SCOPED_TRACE(testing::Message() << demand.mean_units << " " << demand.variance_units2);
    std::vector<double> f(400);
    pmf(demand, f);
    double below = 0;
    double filled = 0;
    double last_above = 1;
    double last_excess = demand.mean_units + 1e-9;
    for (int x = 0; x < 400; ++x) {
      below += f[static_cast<std::size_t>(x)];
      const double above = probability_above(demand, x);
      ASSERT_NEAR(f[static_cast<std::size_t>(x)], probability_exactly(demand, x), 1e-11);
      ASSERT_NEAR(below + above, 1, 1e-10);
      ASSERT_NEAR(probability_at_most(demand, x) + above, 1, 1e-10);
      ASSERT_LE(above, last_above * (1 + 1e-12) + 1e-300);
      const double excess = expected_excess(demand, x);
      ASSERT_LE(excess, last_excess * (1 + 1e-12) + 1e-300);
      ASSERT_GE(excess, above * (1 - 1e-9));
      ASSERT_NEAR(expected_filled(demand, x), filled, 1e-9 * (1 + filled));
      filled += above;  // E[min(D, x + 1)] = sum over s <= x of P(D > s)
      last_above = above;
      last_excess = excess;
    }
  }
}

TEST(WindowDemand, QuantileIsTheInverse) {
  for (const double mean : {0.01, 0.7, 9.0, 140.0, 900.0, 40'000.0}) {
    for (const double dispersion : {1.0, 2.5, 30.0}) {
      const WindowDemand demand{mean, mean * dispersion};
      int last = 0;
      for (const double p : {0.0, 0.005, 0.25, 0.5, 0.75, 0.975, 0.995, 0.99999, 1.0}) {
        const int q = quantile(demand, p);
        EXPECT_GE(q, last);
        last = q;
        const double target = std::min(p, 1 - 1e-12);
        EXPECT_GE(probability_at_most(demand, q), target * (1 - 1e-12));
        if (q > 0) EXPECT_LT(probability_at_most(demand, q - 1), target * (1 + 1e-12));
      }
    }
  }
}

TEST(WindowDemand, AnyDoubleGivesAProbability) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double values[] = {nan,   -inf, -1e300, -1,  -0.0, 0,    5e-324, 1e-300,
                           1e-12, 0.3,  7,      1e6, 1e9,  1e18, 1e300,  inf};
  for (const double mean : values) {
    for (const double variance : values) {
      const WindowDemand demand{mean, variance};
      for (const int units : {std::numeric_limits<int>::min(), -1, 0, 1, 50, 255, 256, 1000, 2'000'000'000}) {
        SCOPED_TRACE(testing::Message() << mean << " " << variance << " " << units);
        const double above = probability_above(demand, units);
        EXPECT_TRUE(above >= 0 && above <= 1) << above;
        const double at_most = probability_at_most(demand, units);
        EXPECT_TRUE(at_most >= 0 && at_most <= 1) << at_most;
        EXPECT_TRUE(std::isfinite(expected_excess(demand, units)));
        EXPECT_GE(expected_excess(demand, units), 0);
        EXPECT_TRUE(std::isfinite(expected_filled(demand, units)));
        EXPECT_TRUE(std::isfinite(probability_exactly(demand, units)));
      }
      EXPECT_GE(quantile(demand, 0.99), 0);
      EXPECT_GE(quantile(demand, nan), 0);
      std::vector<double> f(64);
      pmf(demand, f);
      for (const double value : f) EXPECT_TRUE(value >= 0 && value <= 1) << mean << " " << variance;
    }
  }
}

TEST(WindowDemand, CheckedRefusesWhatCannotBe) {
  EXPECT_EQ(WindowDemand::checked(std::nan(""), 1).error(), ForecastError::not_finite);
  EXPECT_EQ(WindowDemand::checked(-1, 1).error(), ForecastError::negative);
  EXPECT_EQ(WindowDemand::checked(1, -1).error(), ForecastError::negative);
  EXPECT_EQ(WindowDemand::checked(2e9, 2e9).error(), ForecastError::too_large);
  EXPECT_EQ(WindowDemand::checked(2, 3).value(), (WindowDemand{2, 3}));
}

TEST(WindowDemand, PmfStopsWhereEnoughIsKnownAndSaysTheSame) {
  for (const WindowDemand demand : {WindowDemand{0, 0}, {.004, .006}, {.3, .3}, {7, 19}, {900, 1100}}) {
    std::array<double, 256> whole, part;
    part.fill(-1);
    pmf(demand, whole);
    double left = 1;
    const std::size_t cells = pmf_until(demand, part, 1e-7, left);
    double rest = 1;
    for (std::size_t x = 0; x < cells; ++x) {
      EXPECT_GT(rest, 1e-7);
      EXPECT_EQ(part[x], whole[x]) << demand.mean_units << " at " << x;
      rest -= whole[x];
    }
    EXPECT_EQ(left, rest);
    if (cells < part.size()) {
      EXPECT_LE(left, 1e-7);
    }
  }
}

}  // namespace
}  // namespace forestall::forecasting
