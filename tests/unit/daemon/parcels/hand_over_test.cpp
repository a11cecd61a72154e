// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/hand_over.hpp"

#include <gtest/gtest.h>

#include "daemon/parcels/models.hpp"
#include "tests/unit/daemon/parcels/parcel_fixture.hpp"

namespace forestall::parcels {
namespace {

struct HandOver : testing::Test {
  HandOver() { model.top_up(day_of(start)); }
  // Orders of the morning leave the same day at 17:00, those of the evening on the next.
  void weeks(int n) {
    for (int d = 0; d < 7 * n; ++d)
      for (const int hour : {9, 10, 20, 21}) {
        const Instant placed = start + days(d) + hours(hour);
        const Instant left = start + days(hour < 12 ? d : d + 1) + hours(17) - minutes(20);
        for (int order = 0; order < 8; ++order) {
          model.waiting(shop, zone, placed, placed, left);
          model.handed_over(shop, zone, placed, left);
        }
      }
    model.refresh();
  }
  const Instant start = at("2026-03-02T00:00:00Z");  // a Monday
  TimeZone zone = TimeZone::utc();
  HandOverModel model;
};

TEST_F(HandOver, LearnsByTheHourOfTheOrder) {
  weeks(8);
  const Instant day = start + days(56);
  const Instant ship_by = day + hours(18);
  EXPECT_LT(model.late(shop, zone, day + hours(9), ship_by, day + hours(10)), 0.1);
  EXPECT_GT(model.late(shop, zone, day - hours(3), day + hours(12), day - hours(2)), 0.8)
      << "of the evening before, and due at noon";
}

TEST_F(HandOver, TheCollectionIsTheLastHourInWhichThingsUsuallyLeave) {
  const Instant day = start + days(56);
  EXPECT_FALSE(model.last_collection(zone, day + hours(23), day)) << "nobody knows yet";
  weeks(8);
  EXPECT_EQ(model.last_collection(zone, day + hours(23), day), day + hours(17));
  EXPECT_EQ(model.last_collection(zone, day + hours(16), day), std::nullopt) << "too early for today's";
  EXPECT_EQ(model.last_collection(zone, day + hours(16), day - days(1)), day - hours(7));
}

TEST_F(HandOver, ABacklogSlowsWhatIsLeft) {
  weeks(8);
  const Instant day = start + days(56);
  const double usual = model.late(shop, zone, day + hours(9), day + hours(26), day + hours(10));
  EXPECT_NEAR(model.pace(), 1, 0.01);
  model.moved(60, 3, hours(6));  // sixty should have left
  EXPECT_LT(model.pace(), 0.2);
  EXPECT_GT(model.late(shop, zone, day + hours(9), day + hours(26), day + hours(10)), usual);
  for (int i = 0; i < 20; ++i) model.moved(10, 10, hours(6));
  EXPECT_GT(model.pace(), 0.85);
}

// The martingale of counting processes: what is expected is what leaves, as far as the model is right.
TEST_F(HandOver, ThePaceOfUsualDaysIsOne) {
  weeks(12);
  const Instant day = start + days(84);
  double expected = 0;
  int left = 0;
  for (int d = 0; d < 7; ++d)
    for (const int hour : {9, 10, 20, 21}) {
      const Instant placed = day + days(d) + hours(hour);
      const Instant leaves = day + days(hour < 12 ? d : d + 1) + hours(17) - minutes(20);
      expected += model.hazard(shop, zone, placed, placed, leaves);
      ++left;
    }
  EXPECT_GT(expected / left, 0.6);
  EXPECT_LT(expected / left, 1.6);
}

TEST_F(HandOver, APassedShipByIsLate) {
  EXPECT_EQ(model.late(shop, zone, start, start + hours(1), start + hours(2)), 1);
}

TEST_F(HandOver, ComesBackFromBytes) {
  weeks(2);
  const std::string bytes = encode(model);
  const auto back = decode_hand_over(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), bytes);
  EXPECT_FALSE(decode_hand_over(std::string_view(bytes).substr(1)));
  EXPECT_FALSE(decode_hand_over(""));
}

}  // namespace
}  // namespace forestall::parcels
