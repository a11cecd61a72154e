// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/planner/listing_book.hpp"

#include <gtest/gtest.h>

namespace forestall::planner {
namespace {

constexpr Instant at(int minute) { return Instant{} + std::chrono::minutes{minute}; }

ListingBook read(std::int32_t units) {
  ListingBook book;
  book.reading(units, at(1));
  book.watermark(at(2));
  return book;
}

TEST(ListingBook, KnowsNothingBeforeAReadingIsResolved) {
  ListingBook book;
  EXPECT_FALSE(book.exposure().known);
  EXPECT_EQ(book.exposure().units, INT32_MAX);
  book.reading(4, at(1));
  EXPECT_FALSE(book.exposure().known);
  book.watermark(at(1));  // orders placed at the first minute itself may be missing
  EXPECT_FALSE(book.exposure().known);
  book.watermark(at(2));
  EXPECT_EQ(book.exposure().units, 4);
}

TEST(ListingBook, OrdersAfterTheReadingLowerIt) {
  ListingBook book = read(4);
  book.order_seen(at(1), 1);  // in the reading already
  EXPECT_EQ(book.exposure().units, 4);
  book.order_seen(at(3), 3);
  EXPECT_EQ(book.exposure().units, 1);
  book.order_seen(at(3), 5);
  EXPECT_EQ(book.exposure().units, 0);
}

TEST(ListingBook, ALoweringAbsoluteWriteAddsUntilItIsResolved) {
  ListingBook book = read(4);
  ASSERT_TRUE(book.sent(1, {WriteKind::absolute, 1, 2, 0}, at(3)));
  EXPECT_EQ(book.exposure().units, 6);
  EXPECT_EQ(book.exposure().settled_units, 4);
  EXPECT_EQ(book.exposure().heading_units, 2);
  book.settled(1, at(11));
  book.reading(2, at(11));
  EXPECT_EQ(book.exposure().units, 6);
  book.order_seen(at(12), 1);
  EXPECT_EQ(book.exposure().units, 5);
  book.watermark(at(13));
  EXPECT_EQ(book.exposure().units, 1);
  EXPECT_EQ(book.exposure().pending, 0);
}

TEST(ListingBook, ZeroAddsNothingAndLowersOnlyWhenResolved) {
  ListingBook book = read(4);
  book.sent(1, {WriteKind::absolute, 1, 0, 0}, at(3));
  EXPECT_EQ(book.exposure().units, 4);
  EXPECT_EQ(book.exposure().heading_units, 0);
  book.settled(1, at(11));
  book.reading(0, at(11));
  book.watermark(at(12));
  EXPECT_EQ(book.exposure().units, 0);
}

TEST(ListingBook, RelativeAndCompareAndSetCountTheLarger) {
  ListingBook book = read(4);
  book.sent(1, {WriteKind::relative, 1, -3, 0}, at(3));
  EXPECT_EQ(book.exposure().units, 4);
  EXPECT_EQ(book.exposure().heading_units, 1);
  book.sent(2, {WriteKind::relative, 1, 2, 0}, at(3));
  EXPECT_EQ(book.exposure().units, 6);
  book = read(4);
  book.sent(1, {WriteKind::compare_and_set, 1, 1, 4}, at(3));
  EXPECT_EQ(book.exposure().units, 4);
  book.sent(2, {WriteKind::compare_and_set, 1, 6, 4}, at(3));
  EXPECT_EQ(book.exposure().units, 6);
  book.refused(2);
  EXPECT_EQ(book.exposure().units, 4);
}

TEST(ListingBook, EachCopyCountsAndALaterCopyReopensTheWrite) {
  ListingBook book = read(0);
  book.sent(1, {WriteKind::absolute, 1, 3, 0}, at(3));
  book.sent_again(1, at(5));
  EXPECT_EQ(book.exposure().units, 6);
  book.settled(1, at(5));  // known before the second copy left
  book.reading(3, at(5));
  book.watermark(at(9));
  EXPECT_EQ(book.exposure().pending, 1);
  EXPECT_EQ(book.exposure().units, 9);
}

TEST(ListingBook, LateAndRepeatedReadingsChangeNothing) {
  ListingBook book = read(4);
  book.reading(2, at(5));
  book.watermark(at(6));
  EXPECT_EQ(book.exposure().units, 2);
  book.reading(4, at(1));
  book.reading(9, at(4));
  book.watermark(at(9));
  EXPECT_EQ(book.exposure().units, 2);
}

TEST(ListingBook, ReadingsFasterThanTheWatermarkDoNotStarveIt) {
  ListingBook book = read(9);
  for (int minute = 10; minute < 60; ++minute) {
    book.reading(70 - minute, at(minute));
    book.watermark(at(minute - 8));
  }
  EXPECT_GE(book.read_at(), at(30));
}

TEST(ListingBook, RestorationsRaiseIt) {
  ListingBook book = read(4);
  book.order_seen(at(3), 4);
  book.restored(at(5), 2);
  EXPECT_EQ(book.exposure().units, 2);
  book.restored(at(0), 7);  // in the reading already
  EXPECT_EQ(book.exposure().units, 2);
}

TEST(ListingBook, ALateReadingIsRaisedByWhatWasRestoredSince) {
  ListingBook book = read(4);
  book.order_seen(at(3), 3);
  book.restored(at(7), 3);
  book.reading(1, at(5));  // taken before, told after
  book.watermark(at(9));
  EXPECT_EQ(book.exposure().units, 4);
}

TEST(ListingBook, ManyRestorationsAreNeverCountedTooLow) {
  ListingBook book = read(0);
  for (int minute = 10; minute < 60; ++minute) book.restored(at(minute), 1);
  EXPECT_EQ(book.exposure().units, 50);
  book.reading(3, at(30));
  book.watermark(at(31));
  EXPECT_GE(book.exposure().units, 33);
}

TEST(ListingBook, RefusesMoreWritesThanItKeeps) {
  ListingBook book = read(4);
  for (std::uint32_t n = 0; n < ListingBook::most_pending; ++n)
    EXPECT_TRUE(book.sent(n, {WriteKind::absolute, 1, 0, 0}, at(3)));
  EXPECT_FALSE(book.sent(99, {WriteKind::absolute, 1, 0, 0}, at(3)));
}

}  // namespace
}  // namespace forestall::planner
