// SPDX-License-Identifier: Apache-2.0
// When a feed as a whole is not believed, and when single SKUs are not.
#include "daemon/polling/feed_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forestall::polling {
namespace {

using ::testing::HasSubstr;

std::optional<KnownStock> known(int on_hand, int committed = 0) {
  return KnownStock{Units(on_hand), Units(committed)};
}
model::StockLevel reading(std::optional<int> on_hand) {
  model::StockLevel level;
  if (on_hand) level.on_hand = Units(*on_hand);
  return level;
}
// Whether a page with these counts is believed by a new watch of so many SKUs.
std::string doubt(const PageCounts& page, std::size_t skus = 1000,
                  std::optional<ports::SnapshotSize> size = {}, config::StockSettings settings = {}) {
  FeedWatch watch(settings, skus, true);
  return watch.doubt(page, size).value_or("");
}

TEST(FeedWatch, AZeroThatOrdersTookIsExplained) {
  EXPECT_TRUE(unexplained_zero(known(5), reading(0)));
  EXPECT_TRUE(unexplained_zero(known(5), reading(-3)));
  EXPECT_TRUE(unexplained_zero(known(5, 4), reading(0)));
  EXPECT_FALSE(unexplained_zero(known(5, 5), reading(0)));
  EXPECT_FALSE(unexplained_zero(known(5, 9), reading(0)));
  EXPECT_FALSE(unexplained_zero(known(0), reading(0)));
  EXPECT_FALSE(unexplained_zero(known(-2), reading(0)));
  EXPECT_FALSE(unexplained_zero(std::nullopt, reading(0)));
  EXPECT_FALSE(unexplained_zero(known(5), reading(1)));
  EXPECT_FALSE(unexplained_zero(known(5), reading(std::nullopt))) << "unknown is not zero";
}

TEST(FeedWatch, AJumpIsMoreThanTwiceOrLessThanHalfOfWhatOrdersLeave) {
  EXPECT_TRUE(jumped(known(5), reading(50)));
  EXPECT_TRUE(jumped(known(1), reading(10)));
  EXPECT_TRUE(jumped(known(50), reading(5)));
  EXPECT_FALSE(jumped(known(50), reading(100)));
  EXPECT_FALSE(jumped(known(50), reading(25)));
  EXPECT_FALSE(jumped(known(50, 40), reading(10))) << "sold";
  EXPECT_TRUE(jumped(known(50, 10), reading(10)));
  EXPECT_FALSE(jumped(known(1), reading(3))) << "two units are no news";
  EXPECT_FALSE(jumped(known(5), reading(0))) << "a zero is counted as such";
  EXPECT_FALSE(jumped(known(0), reading(50))) << "a delivery of what had run out";
  EXPECT_FALSE(jumped(std::nullopt, reading(50)));
  EXPECT_FALSE(jumped(known(5), reading(std::nullopt)));
}

TEST(FeedWatch, OfTwoLimitsOnZerosTheSmallerCountsButOneAlwaysMay) {
  const auto most = [](std::uint32_t number, double share, std::size_t skus) {
    config::StockSettings settings;
    settings.max_zeroed = number;
    settings.max_zeroed_share = share;
    std::size_t zeros = 0;
    while (doubt({.zeros = zeros + 1, .read = 500}, skus, {}, settings).empty()) ++zeros;
    return zeros;
  };
  EXPECT_EQ(most(20, .05, 10'000), 20U);
  EXPECT_EQ(most(20, .05, 100), 5U);
  EXPECT_EQ(most(20, .05, 3), 1U);
  EXPECT_EQ(most(0, 0, 0), 1U);
  FeedWatch watch({}, 10'000, true);
  EXPECT_FALSE(watch.doubt({.zeros = 12, .read = 500}, {}));
  EXPECT_THAT(watch.doubt({.zeros = 9, .read = 500}, {}).value_or(""), HasSubstr("21 SKUs fall to zero"))
      << "pages of one reading add up";
}

TEST(FeedWatch, MostOfAPageThatJumpsIsAnotherFile) {
  EXPECT_EQ(doubt({.comparable = 100, .jumped = 50, .read = 100}), "");
  EXPECT_THAT(doubt({.comparable = 100, .jumped = 51, .read = 100}), HasSubstr("51 of 100 SKUs jump"));
  EXPECT_EQ(doubt({.comparable = 9, .jumped = 9, .read = 9}), "") << "too few to say anything";
  // A feed of changes names what changed: only its share of everything tells.
  FeedWatch changes({}, 100, false);
  EXPECT_FALSE(changes.doubt({.comparable = 30, .jumped = 30, .read = 30}, {}));
  EXPECT_TRUE(changes.doubt({.comparable = 30, .jumped = 30, .read = 30}, {}));
}

TEST(FeedWatch, ASnapshotThatLacksManyIsNotTaken) {
  EXPECT_EQ(doubt({.read = 500}, 1000, ports::SnapshotSize{800, 1000}), "");
  EXPECT_THAT(doubt({.read = 500}, 1000, ports::SnapshotSize{799, 1000}),
              HasSubstr("201 of 1000 SKUs are missing, 200 may"));
  EXPECT_EQ(doubt({.read = 5}, 10, ports::SnapshotSize{5, 10}), "") << "five always may";
  EXPECT_THAT(doubt({.read = 4}, 10, ports::SnapshotSize{4, 10}), HasSubstr("6 of 10"));
  EXPECT_EQ(doubt({.read = 500}, 1000, ports::SnapshotSize{2000, 1000}), "");
}

TEST(FeedWatch, RowsThatCannotBeReadSpeakAgainstTheFile) {
  EXPECT_EQ(doubt({.read = 50, .unreadable = 50}), "");
  EXPECT_THAT(doubt({.read = 49, .unreadable = 50}), HasSubstr("50 of 99 rows cannot be read"));
  EXPECT_EQ(doubt({.read = 1, .unreadable = 9}), "");
}

}  // namespace
}  // namespace forestall::polling
