// SPDX-License-Identifier: Apache-2.0
// What the shipped priors say, and what a history of one's own makes of it.
#include "daemon/parcels/models.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/daemon/parcels/parcel_fixture.hpp"

namespace forestall::parcels {
namespace {

using model::ShipmentState;

struct Models : testing::Test {
  Models() { models.top_up(day_of(monday)); }
  static Parcel labelled(Instant label_at) {
    Parcel p;
    p.carrier = CarrierId::literal("usps");
    p.tracking = TrackingId::literal("T");
    p.label_at = label_at;
    p.heard_of = true;
    p.state = ShipmentState::label_made;
    return p;
  }
  static Parcel seen(Instant label_at, Instant first, Instant last) {
    Parcel p = labelled(label_at);
    p.first_scan_at = first;
    p.last_scan_at = last;
    p.state = ShipmentState::in_transit;
    return p;
  }
  const Instant monday = at("2026-03-09T10:00:00Z");
  orders::BusinessCalendar calendar{orders::Country::us};
  TimeZone zone = TimeZone::find("America/New_York").value();
  Place place{calendar, zone};
  ParcelModels models;
};

TEST_F(Models, ThePriorsCallFourSilentDaysStuckAndAWeekLost) {
  const Parcel p = seen(monday, monday + hours(6), monday + hours(6));
  const auto after = [&](int h) { return models.look(p, place, {}, monday + hours(6 + h)); };
  EXPECT_GT(after(24).longer_share, 0.2);
  EXPECT_GT(after(48).longer_share, 0.03);
  EXPECT_LT(after(120).longer_share, 0.01);
  EXPECT_LT(after(48).lost, 0.1);
  EXPECT_GT(after(192).lost, 0.3);
}

TEST_F(Models, ThePriorsCallALabelOfThreeDaysNeverHandedOver) {
  const Parcel p = labelled(monday);
  EXPECT_LT(models.look(p, place, {}, monday + hours(20)).never_scanned, 0.05);
  EXPECT_GT(models.look(p, place, {}, monday + hours(72)).never_scanned, 0.3);
  EXPECT_EQ(models.look(p, place, {}, monday + hours(72)).lost, 0);
}

TEST_F(Models, OnesOwnHistoryOutweighsThePriors) {
  // A carrier that scans every six hours, give or take.
  std::mt19937_64 random(5);
  std::exponential_distribution<double> extra(1.0 / 1.5);
  for (int i = 0; i < 1'000; ++i) {
    const Instant first = monday + minutes(7 * i);
    const Parcel p = seen(first - hours(5), first, first);
    const Instant next = first + hours(4) + minutes(static_cast<int>(60 * extra(random)));
    models.silent(p, place, first, next);
    models.scanned(p, place, first, next);
  }
  models.refresh();
  const Instant start = monday + days(6);
  const Parcel p = seen(start - hours(5), start, start);
  EXPECT_LT(models.look(p, place, {}, start + hours(36)).longer_share, 0.01);
  // Another carrier is still judged by what is usual everywhere.
  Parcel other = p;
  other.carrier = CarrierId::literal("dhl");
  EXPECT_GT(models.look(other, place, {}, start + hours(36)).longer_share,
            models.look(p, place, {}, start + hours(36)).longer_share);
}

// Scans every few hours, but round in circles: by Friday evening nothing comes before Monday any more.
TEST_F(Models, WhatIsNotThereOnFridayEveningIsLateForSunday) {
  const Parcel p = seen(monday, monday + hours(6), monday + days(4) + hours(5));
  const Instant sunday = at("2026-03-15T15:00:00Z");
  const auto late = [&](std::string_view when) { return models.look(p, place, sunday, at(when)).late_raw; };
  EXPECT_LT(late("2026-03-13T12:00:00Z"), 0.7) << "Friday morning, all of the day to come";
  EXPECT_GT(late("2026-03-14T02:00:00Z"), late("2026-03-13T12:00:00Z") + 0.15) << "ten in the evening";
  EXPECT_GT(late("2026-03-15T14:00:00Z"), late("2026-03-14T02:00:00Z"));
  // Over the night on which clocks go forward, and with a promise at the end of a day, nothing jumps.
  EXPECT_LT(models.look(p, place, at("2026-03-17T03:59:59Z"), at("2026-03-14T02:00:00Z")).late_raw,
            late("2026-03-14T02:00:00Z"));
}

// Long before its promise is near: what is silent for ten days will not be there in two.
TEST_F(Models, ASilenceThatOutlastsThePromiseIsLate) {
  const Parcel p = seen(monday, monday + hours(6), monday + hours(6));
  const Instant now = monday + days(3);
  const Instant due = monday + days(5);
  const auto chances = models.look(p, place, due, now);
  EXPECT_LT(chances.longer_share, 0.1);
  Parcel moving = p;
  moving.last_scan_at = now - hours(1);
  EXPECT_GT(chances.late_raw, models.look(moving, place, due, now).late_raw);
  EXPECT_LE(chances.late_raw, 1);
}

TEST_F(Models, LateSaysWhetherItRestsOnOnesOwnHistory) {
  const Parcel p = seen(monday, monday + hours(6), monday + hours(6));
  EXPECT_TRUE(models.look(p, place, monday + days(4), monday + days(1)).little_history);
  for (int i = 0; i < 60; ++i) {
    Parcel done = seen(monday, monday + hours(6), monday + days(2));
    done.state = ShipmentState::delivered;
    done.delivered_at = done.ended_at = monday + days(2);
    models.ended(done, place, monday + days(2));
  }
  models.refresh();
  EXPECT_FALSE(models.look(p, place, monday + days(4), monday + days(2)).little_history);
}

TEST_F(Models, LateIsLikelierTheLessIsLeftAndSureOnceItHasPassed) {
  const Parcel p = seen(monday, monday + hours(6), monday + hours(6));
  const Instant now = monday + hours(8);
  double before = 1;
  for (const int d : {1, 2, 3, 5, 8}) {
    const double late = models.look(p, place, monday + days(d) + hours(13), now).late_raw;
    EXPECT_LE(late, before);
    before = late;
  }
  EXPECT_LT(before, 0.1);
  EXPECT_EQ(models.look(p, place, now - hours(1), now).late, 1);
}

// Business days: over a month's end, a leap day, both changes of clocks.
TEST_F(Models, APromiseIsCountedInBusinessDaysOfThePlace) {
  struct Case {
    std::string_view first, due;
    int business_days;
  };
  for (const Case& c : {Case{"2026-02-26T15:00:00Z", "2026-03-04T04:59:59Z", 3},  // over the end of February
                        Case{"2028-02-28T15:00:00Z", "2028-03-03T04:59:59Z", 3},  // 29 February is worked
                        Case{"2026-03-06T15:00:00Z", "2026-03-12T03:59:59Z", 3},  // clocks forward on the 8th
                        Case{"2026-10-30T15:00:00Z", "2026-11-05T04:59:59Z", 3},  // and back on 1 November
                        Case{"2026-03-06T15:00:00Z", "2026-03-11T03:59:59Z", 2},  // a day less
                        Case{"2026-12-31T15:00:00Z", "2027-01-06T04:59:59Z", 2}}) {  // New Year is none
    // Everything arrives on the third business day: whoever has three is not late, whoever has two is.
    ParcelModels fresh;
    for (int i = 0; i < 3'000; ++i) {
      Parcel past = seen(monday, monday + hours(6), monday + hours(6));
      past.delivered_at = past.ended_at = at("2026-03-12T20:00:00Z");
      fresh.ended(past, place, at(c.first));
    }
    const Parcel p = seen(at(c.first) - hours(3), at(c.first), at(c.first));
    const double late = fresh.look(p, place, at(c.due), at(c.first) + minutes(5)).late_raw;
    if (c.business_days >= 3)
      EXPECT_LT(late, 0.2) << c.first;
    else
      EXPECT_GT(late, 0.8) << c.first;
  }
}

TEST_F(Models, RecalibrationPullsWhatWasSaidToWhatHappened) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 2'000; ++i)
    models.judged(0.3, std::bernoulli_distribution(0.1)(random), day_of(monday));
  models.refit(day_of(monday) + 1);
  EXPECT_NEAR(models.recalibration().apply(0.3), 0.1, 0.03);
}

TEST_F(Models, ComeBackFromBytesAndRefuseWhatIsDamaged) {
  const Parcel p = seen(monday, monday + hours(6), monday + hours(6));
  for (int i = 0; i < 50; ++i) {
    models.silent(p, place, monday + hours(6), monday + hours(15));
    models.scanned(p, place, monday + hours(6), monday + hours(15));
    models.judged(0.2, i % 7 == 0, day_of(monday));
  }
  Parcel done = p;
  done.delivered_at = done.ended_at = monday + days(2);
  done.lane = LaneId::literal("usps/ground/TX-SC");
  models.ended(done, place, monday + days(2));
  models.refit(day_of(monday));
  const std::string bytes = encode(models);
  const auto back = decode_models(bytes);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(encode(*back), bytes);
  models.refresh();
  EXPECT_DOUBLE_EQ(back->look(p, place, monday + days(4), monday + hours(30)).late,
                   models.look(p, place, monday + days(4), monday + hours(30)).late);
  EXPECT_EQ(back->scorecard().rows(day_of(monday), 10).size(), 3U);
  for (std::size_t i = 0; i < bytes.size(); i += 97) {
    std::string broken = bytes;
    broken[i] = static_cast<char>(broken[i] ^ 0x5a);
    EXPECT_FALSE(decode_models(broken));
    EXPECT_FALSE(decode_models(std::string_view(bytes).substr(0, i)));
  }
}

}  // namespace
}  // namespace forestall::parcels
