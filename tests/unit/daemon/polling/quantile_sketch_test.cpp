// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/quantile_sketch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "config/base/random.hpp"

namespace forestall::polling {
namespace {

using namespace std::chrono_literals;

TEST(QuantileSketch, NothingAddedIsZero) {
  const QuantileSketch sketch;
  EXPECT_EQ(sketch.quantile(.5), 0ms);
  EXPECT_EQ(sketch.weight(), 0);
}

TEST(QuantileSketch, TheEndsAreKept) {
  QuantileSketch sketch;
  sketch.add(-5s);
  sketch.add(0ms);
  EXPECT_EQ(sketch.quantile(1), 0ms);
  sketch.add(std::chrono::hours(24 * 10'000));
  EXPECT_GT(sketch.quantile(1), std::chrono::hours(24 * 60));
  EXPECT_EQ(sketch.quantile(.5), 0ms);
}

// Against the sorted values, over six orders of magnitude.
TEST(QuantileSketch, EveryQuantileIsWithinItsRatio) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    QuantileSketch sketch;
    std::vector<double> values;
    const auto n = 1 + random.below(3000);
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto millis = static_cast<std::int64_t>(std::exp(random.unit() * 14));
      values.push_back(static_cast<double>(millis));
      sketch.add(Millis(millis));
    }
    std::ranges::sort(values);
    for (const double q : {0.0, .01, .25, .5, .75, .9, .95, .99, .999, 1.0}) {
      const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(q * static_cast<double>(n)))) - 1;
      const auto got = static_cast<double>(sketch.quantile(q).count());
      // Whole milliseconds: below 20 ms rounding is coarser than the ratio.
      EXPECT_NEAR(got, values[rank], values[rank] * .025 + 1) << q << " of " << n;
    }
  }
}

TEST(QuantileSketch, WeightsAreHeeded) {
  QuantileSketch sketch;
  sketch.add(1s, 1);
  sketch.add(100s, 9);
  EXPECT_LT(sketch.quantile(.09), 2s);
  EXPECT_GT(sketch.quantile(.11), 90s);
  sketch.scale(.001);
  EXPECT_NEAR(sketch.weight(), .01, 1e-12);
  sketch.add(1s, 1);
  EXPECT_LT(sketch.quantile(.95), 2s);
}

}  // namespace
}  // namespace forestall::polling
