// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/waiting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace forestall::guard {
namespace {

// A Poisson window.
forecasting::ListingTerms of(double mean, double k = 10) {
  forecasting::ListingTerms terms;
  terms.blind = {mean, mean};
  terms.margin = 1;
  terms.cancel_cost = k - 1;
  return terms;
}
double cost(double mean, std::int64_t shown, std::int64_t target, double k = 10) {
  return cost_of_waiting(of(mean, k), Units(shown), Units(target));
}

TEST(CostOfWaiting, IsTheSumOverEveryDemand) {
  for (const double mean : {0.01, 0.7, 3.0, 40.0})
    for (const int less : {0, 1, 5})
      for (const int more : {5, 6, 90}) {
        double sum = 0, p = std::exp(-mean);
        for (int d = 0; d < 400; ++d) {
          const auto sold = std::min(d, more);
          if (sold > less) sum += p * (sold - less);
          p *= mean / (d + 1);
        }
        EXPECT_NEAR(cost(mean, more, less), 10 * sum, 1e-6) << mean << " " << less << " " << more;
        EXPECT_NEAR(cost(mean, less, more), sum, 1e-6) << "a refused sale costs its margin";
      }
}

TEST(CostOfWaiting, TheListingAboutToOversellGoesFirst) {
  // What is left hardly matters where nobody comes; the last unit of a fast one does.
  EXPECT_GT(cost(2.0, 5, 0), cost(0.1, 50, 0));
  EXPECT_GT(cost(2.0, 5, 0), cost(2.0, 5, 3));
  EXPECT_GT(cost(2.0, 5, 0, 20), cost(2.0, 5, 0, 5));
  EXPECT_GT(cost(2.0, 5, 0), cost(2.0, 0, 5)) << "a lost sale costs one margin";
}

TEST(CostOfWaiting, WithoutDemandTheLargerChangeGoesFirst) {
  EXPECT_GT(cost(0, 50, 0), cost(0, 5, 4));
  EXPECT_GT(cost(0, 5, 4), 0);
  EXPECT_LT(cost(0, 1000, 0), cost(0.001, 5, 0)) << "and after the least demand";
  EXPECT_EQ(cost(3, 5, 5), 0);
}

}  // namespace
}  // namespace forestall::guard
