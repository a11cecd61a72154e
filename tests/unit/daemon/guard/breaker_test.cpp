// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/breaker.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace forestall::guard {
namespace {

using namespace std::chrono_literals;
const Instant start{Millis(1'700'000'000'000)};

Change change(int listing, std::int64_t units = 1) {
  return {.listing = std::to_string(listing), .units = Units(units)};
}

// Admitted, and done at once.
bool admits(Breaker& breaker, const Change& change, const config::BreakerSettings& settings,
            std::size_t listings, Instant now) {
  if (breaker.admit(change, settings, listings, now) != Admission::admitted) return false;
  breaker.confirmed(change.listing, settings, now);
  return true;
}

config::BreakerSettings limits(std::uint32_t listings, double share, Units units = Units(2000),
                               std::uint32_t canary = 5) {
  config::BreakerSettings settings;
  settings.interval = 1h;
  settings.listings = listings;
  settings.share = share;
  settings.units = units;
  settings.canary = canary;
  return settings;
}

TEST(Breaker, CountsListingsOfTheInterval) {
  const auto settings = limits(10, 1.0);
  Breaker breaker;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(admits(breaker, change(i), settings, 100, start));
  EXPECT_TRUE(admits(breaker, change(3), settings, 100, start)) << "the same listing again is one listing";
  EXPECT_FALSE(admits(breaker, change(10), settings, 100, start));
  EXPECT_EQ(breaker.why(), "11 listings in 1h, at most 10");
  EXPECT_FALSE(admits(breaker, change(10), settings, 100, start + 59min));
  EXPECT_TRUE(admits(breaker, change(10), settings, 100, start + 60min));
}

TEST(Breaker, CountsAShareButAlwaysLetsTheCanaryTry) {
  const auto settings = limits(200, 0.2);
  Breaker few;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(admits(few, change(i), settings, 10, start));
  EXPECT_FALSE(admits(few, change(5), settings, 10, start));
  Breaker many;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(admits(many, change(i), settings, 100, start));
  EXPECT_FALSE(admits(many, change(20), settings, 100, start));
}

TEST(Breaker, CountsUnits) {
  const auto settings = limits(200, 1.0, Units(10));
  Breaker breaker;
  EXPECT_TRUE(admits(breaker, change(1, 6), settings, 100, start));
  EXPECT_FALSE(admits(breaker, change(2, 5), settings, 100, start));
  EXPECT_TRUE(admits(breaker, change(2, 4), settings, 100, start));
  EXPECT_EQ(breaker.moved(), Units(10));
  breaker.reset();
  EXPECT_TRUE(admits(breaker, change(2, 10), settings, 100, start));
}

TEST(Breaker, SellOutsThatOrdersExplainAreFree) {
  const auto settings = limits(1, 1.0, Units(2000), 0);
  Breaker breaker;
  auto sold = change(1);
  sold.explained_by_orders = true;
  for (int i = 0; i < 50; ++i) {
    sold.listing = std::to_string(i);
    EXPECT_TRUE(admits(breaker, sold, settings, 100, start));
  }
  EXPECT_EQ(breaker.changed(start, 1h), 0U);
}

TEST(Breaker, CountsWhatTheUnitsAreWorth) {
  auto settings = limits(200, 1.0);
  settings.value = Money(10'000, Currency::literal("EUR"));
  Breaker breaker;
  auto one = change(1, 4);
  one.value = 6'000;
  EXPECT_TRUE(admits(breaker, one, settings, 100, start));
  one = change(2, 4);
  one.value = 4'001;
  EXPECT_FALSE(admits(breaker, one, settings, 100, start));
  EXPECT_EQ(breaker.why(), "100.01 EUR in 1h, at most 100.00 EUR");
  one.value = 4'000;
  EXPECT_TRUE(admits(breaker, one, settings, 100, start));
  EXPECT_EQ(breaker.value(), 10'000);
  // Without a price there is nothing to add: listings and units still hold it.
  EXPECT_TRUE(admits(breaker, change(3), settings, 100, start));
  EXPECT_EQ(breaker.unpriced(), 1U);
  one.explained_by_orders = true;
  one.value = 1'000'000;
  EXPECT_TRUE(admits(breaker, one, settings, 100, start)) << "what orders explain is free";
  one.explained_by_orders = false;
  EXPECT_FALSE(admits(breaker, one, settings, 100, start + 59min));
  one.value = 10'000;
  EXPECT_TRUE(admits(breaker, one, settings, 100, start + 60min));
  EXPECT_EQ(breaker.unpriced(), 0U);
}

TEST(Breaker, AbsurdValuesDoNotOverflow) {
  auto settings = limits(200, 1.0);
  Breaker breaker;
  for (int i = 0; i < 100; ++i) {
    auto one = change(i);
    one.value = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(admits(breaker, one, settings, 100, start));
  }
  EXPECT_GT(breaker.value(), 0);
}

TEST(Canary, AFewGoFirstAndTheRestWaitsForThem) {
  const auto settings = limits(200, 1.0, Units(2000), 3);
  Breaker breaker;
  const auto admit = [&](int listing, Instant now) {
    return breaker.admit(change(listing), settings, 100, now);
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(admit(i, start), Admission::admitted);
  EXPECT_EQ(admit(3, start), Admission::wait);
  EXPECT_EQ(admit(1, start), Admission::admitted) << "a newer wish for one that is under way";
  EXPECT_EQ(breaker.room(settings, start), 0U);
  EXPECT_EQ(breaker.changed(start, 1h), 3U) << "what waits is not counted";
  auto sold = change(50);
  sold.explained_by_orders = true;
  EXPECT_EQ(breaker.admit(sold, settings, 100, start), Admission::admitted) << "a sell-out never waits";
  breaker.confirmed("0", settings, start + 1min);
  EXPECT_EQ(admit(3, start + 1min), Admission::admitted);
  EXPECT_EQ(admit(4, start + 1min), Admission::wait) << "one confirmation makes room for one";
  breaker.confirmed("1", settings, start + 2min);
  breaker.confirmed("2", settings, start + 2min);
  for (int i = 4; i < 60; ++i) EXPECT_EQ(admit(i, start + 2min), Admission::admitted);
  EXPECT_GT(breaker.room(settings, start + 61min), 1000U);
}

TEST(Canary, WhatWillExceedTheLimitIsRefusedBeforeItDoes) {
  const auto settings = limits(20, 1.0, Units(2000), 3);
  Breaker breaker;
  int i = 0;
  for (; i < 3; ++i) EXPECT_EQ(breaker.admit(change(i), settings, 100, start), Admission::admitted);
  for (; i < 20; ++i) EXPECT_EQ(breaker.admit(change(i), settings, 100, start), Admission::wait);
  EXPECT_EQ(breaker.admit(change(7), settings, 100, start), Admission::wait) << "the same one again";
  EXPECT_EQ(breaker.admit(change(i), settings, 100, start), Admission::refused);
  EXPECT_EQ(breaker.why(), "18 listings to change with 3 changed in 1h, at most 20");
}

TEST(Canary, WhatIsNotSentMakesRoomAndProvesNothing) {
  const auto settings = limits(200, 1.0, Units(2000), 2);
  Breaker breaker;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(breaker.admit(change(i), settings, 100, start), Admission::admitted);
    breaker.dropped(std::to_string(i));
  }
  EXPECT_EQ(breaker.unproven(), 0U);
  EXPECT_EQ(breaker.admit(change(30), settings, 100, start), Admission::admitted);
  EXPECT_EQ(breaker.admit(change(31), settings, 100, start), Admission::admitted);
  EXPECT_EQ(breaker.admit(change(32), settings, 100, start), Admission::wait);
}

TEST(Canary, AsManyFailuresAsCanariesSpeakAgainstTheWholeChange) {
  const auto settings = limits(200, 1.0, Units(2000), 2);
  Breaker breaker;
  EXPECT_EQ(breaker.admit(change(0), settings, 100, start), Admission::admitted);
  breaker.failed("0");
  EXPECT_EQ(breaker.failure(settings), "");
  EXPECT_EQ(breaker.admit(change(1), settings, 100, start), Admission::admitted);
  breaker.failed("1");
  EXPECT_EQ(breaker.failure(settings), "the first 2 of a change all failed");
  breaker.reset();
  EXPECT_EQ(breaker.failure(settings), "");
  // One that works in between: it was those listings, not the change.
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(breaker.admit(change(i), settings, 100, start), Admission::admitted);
    if (i % 2 == 0)
      breaker.failed(std::to_string(i));
    else
      breaker.confirmed(std::to_string(i), settings, start);
    EXPECT_EQ(breaker.failure(settings), "");
  }
}

TEST(Canary, WhatNobodyWaitsForIsNotCounted) {
  const auto settings = limits(200, 1.0, Units(2000), 2);
  Breaker breaker;
  breaker.confirmed("stranger", settings, start);
  breaker.confirmed("another", settings, start);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(breaker.admit(change(i), settings, 100, start), Admission::admitted);
  EXPECT_EQ(breaker.admit(change(2), settings, 100, start), Admission::wait);
}

TEST(WriterWatch, SeveralListingsSoonAfterEachOther) {
  WriterWatch watch;
  EXPECT_FALSE(watch.contradicted("a", start));
  EXPECT_FALSE(watch.contradicted("a", start + 1min));
  EXPECT_FALSE(watch.contradicted("b", start + 2min));
  EXPECT_TRUE(watch.contradicted("c", start + 3min));
  WriterWatch slow;
  EXPECT_FALSE(slow.contradicted("a", start));
  EXPECT_FALSE(slow.contradicted("b", start + 50min));
  EXPECT_FALSE(slow.contradicted("c", start + 100min)) << "the first was long ago";
}

}  // namespace
}  // namespace forestall::guard
