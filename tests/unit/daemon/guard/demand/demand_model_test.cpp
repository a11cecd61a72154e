// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/demand_model.hpp"

#include <gtest/gtest.h>

#include "daemon/guard/demand/offer_demand.hpp"

namespace forestall::guard {
namespace {

namespace fc = forecasting;
using namespace std::chrono_literals;

constexpr Instant start{std::chrono::days{19'000}};

DemandModel model_of_a_busy_shop() {
  DemandModel model;
  fc::ProfileLearner week;
  for (int hour = 0; hour < fc::hours_per_week; ++hour)
    EXPECT_TRUE(week.add(hour, hour % 24 < 8 ? 1 : 12, 8));
  model.set_profile(fc::WeekProfile::make(week.factors()).value());
  fc::BurstLearner bursts;
  for (std::size_t length = 0; length < 4; ++length)
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(bursts.add(length, .2, 0, 1.4, i % 10 == 0 ? 3 : 0));
  model.set_bursts(bursts.model());
  model.grow(1, start);
  model.selling(0, start, true);
  for (int day = 1; day < 30; ++day) model.sold(0, start + std::chrono::days{day}, day % 4);
  return model;
}

// Shapes are kept by the minute for a day: asked for or kept, a window is the same to the last bit.
TEST(DemandModel, AKeptWindowIsTheWindow) {
  const DemandModel model = model_of_a_busy_shop();
  const Instant now = start + std::chrono::days{30} + 13h;
  const auto level = model.level(0, now);
  for (const Millis length :
       {0min + 0ms, 1min + 0ms, 13min + 0ms, 13min + 1ms, 24h + 0ms, 24h + 60'000ms, 72h + 7ms}) {
    const auto direct = fc::DemandFilter::shape(
        std::chrono::duration<double, std::ratio<3600>>(length).count(), model.profile().half_lives_days());
    EXPECT_EQ(model.shape(length).drift, direct.drift) << length.count();
    const auto window = model.window(level, now, length);
    EXPECT_EQ(window, DemandModel::window(level, model.span(now, length))) << length.count();
    EXPECT_EQ(window.mean_units, fc::DemandFilter::mean_units(level, model.exposure_hours(now, length)));
  }
  // And lies between its neighbours.
  EXPECT_GT(model.window(level, now, 13min).variance_units2,
            model.window(level, now, 13min - 1s).variance_units2);
  EXPECT_GT(model.window(level, now, 13min + 1s).variance_units2,
            model.window(level, now, 13min).variance_units2);
}

TEST(DemandModel, BurstsLearnedLaterChangeWhatIsKept) {
  DemandModel model = model_of_a_busy_shop();
  const auto before = model.shape(15min);
  EXPECT_GT(before.burst.pairs, 0);
  model.set_bursts({});
  EXPECT_EQ(model.shape(15min).burst.pairs, 0);
  EXPECT_EQ(model.shape(15min + 1ms).burst.pairs, 0);
}

}  // namespace
}  // namespace forestall::guard
