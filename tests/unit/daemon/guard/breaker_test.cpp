// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/breaker.hpp"

#include <gtest/gtest.h>

namespace forestall::guard {
namespace {

using namespace std::chrono_literals;
const Instant start{Millis(1'700'000'000'000)};

Change change(int listing, std::int64_t units = 1) {
  return {.listing = std::to_string(listing), .units = Units(units)};
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
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(breaker.admit(change(i), settings, 100, start));
  EXPECT_TRUE(breaker.admit(change(3), settings, 100, start)) << "the same listing again is one listing";
  EXPECT_FALSE(breaker.admit(change(10), settings, 100, start));
  EXPECT_EQ(breaker.why(), "11 listings in 1h, at most 10");
  EXPECT_FALSE(breaker.admit(change(10), settings, 100, start + 59min));
  EXPECT_TRUE(breaker.admit(change(10), settings, 100, start + 60min));
}

TEST(Breaker, CountsAShareButAlwaysLetsTheCanaryTry) {
  const auto settings = limits(200, 0.2);
  Breaker few;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(few.admit(change(i), settings, 10, start));
  EXPECT_FALSE(few.admit(change(5), settings, 10, start));
  Breaker many;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(many.admit(change(i), settings, 100, start));
  EXPECT_FALSE(many.admit(change(20), settings, 100, start));
}

TEST(Breaker, CountsUnits) {
  const auto settings = limits(200, 1.0, Units(10));
  Breaker breaker;
  EXPECT_TRUE(breaker.admit(change(1, 6), settings, 100, start));
  EXPECT_FALSE(breaker.admit(change(2, 5), settings, 100, start));
  EXPECT_TRUE(breaker.admit(change(2, 4), settings, 100, start));
  EXPECT_EQ(breaker.moved(), Units(10));
  breaker.reset();
  EXPECT_TRUE(breaker.admit(change(2, 10), settings, 100, start));
}

TEST(Breaker, SellOutsThatOrdersExplainAreFree) {
  const auto settings = limits(1, 1.0, Units(2000), 0);
  Breaker breaker;
  auto sold = change(1);
  sold.explained_by_orders = true;
  for (int i = 0; i < 50; ++i) {
    sold.listing = std::to_string(i);
    EXPECT_TRUE(breaker.admit(sold, settings, 100, start));
  }
  EXPECT_EQ(breaker.changed(start, 1h), 0U);
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
