// SPDX-License-Identifier: Apache-2.0
// Numbers and times as people write them.
#include "connectors/tables/cells.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forestall::tables {
namespace {

using enum DecimalMark;

std::string decimal(std::string_view text, DecimalMark mark = automatic) {
  const auto read = plain_decimal(text, mark);
  return read ? *read : "error: " + read.error().detail;
}

TEST(Decimals, WithEitherMarkAndGroupsOfThree) {
  EXPECT_EQ(decimal("12"), "12");
  EXPECT_EQ(decimal("12.5"), "12.5");
  EXPECT_EQ(decimal("12,5"), "12.5");
  EXPECT_EQ(decimal("1.234,50"), "1234.50");
  EXPECT_EQ(decimal("1,234.50"), "1234.50");
  EXPECT_EQ(decimal("1.234.567"), "1234567");
  EXPECT_EQ(decimal("1,234,567"), "1234567");
  EXPECT_EQ(decimal("1 234 567,5"), "1234567.5");
  EXPECT_EQ(decimal("1\xC2\xA0"
                    "234,5"),
            "1234.5");
  EXPECT_EQ(decimal("1\xE2\x80\xAF"
                    "234"),
            "1234");
  EXPECT_EQ(decimal("1'234.5"), "1234.5");
  EXPECT_EQ(decimal(" -3 "), "-3");
  EXPECT_EQ(decimal("3-"), "-3");
  EXPECT_EQ(decimal("+3"), "3");
  EXPECT_EQ(decimal("0,125"), "0.125");
  EXPECT_EQ(decimal("1234,567"), "1234.567");
}

TEST(Decimals, OfAKnownMark) {
  EXPECT_EQ(decimal("1,234", point), "1234");
  EXPECT_EQ(decimal("1,234", comma), "1.234");
  EXPECT_EQ(decimal("1.234", point), "1.234");
  EXPECT_EQ(decimal("1.234", comma), "1234");
  EXPECT_THAT(decimal("1.23", comma), testing::StartsWith("error"));
}

TEST(Decimals, ThatCouldBeEitherAreRefused) {
  EXPECT_THAT(decimal("1,234"), testing::HasSubstr("set decimal_mark"));
  EXPECT_THAT(decimal("1.234"), testing::HasSubstr("set decimal_mark"));
}

TEST(Decimals, RefuseWhatIsNone) {
  for (const auto* text : {"", " ", "-", "--3", "1.2.3", "1,23,456", "12,", ",5", "1e3", "0x1F", "NaN",
                           "1.2,3.4", "5 5", "١٢", "1,,2", "12345678901234567890123456789012345678901"})
    EXPECT_THAT(decimal(text), testing::StartsWith("error")) << text;
}

TEST(WholeNumbers, TakeOnlyFractionsOfZero) {
  EXPECT_EQ(whole_number("12", automatic), 12);
  EXPECT_EQ(whole_number("12.00", automatic), 12);
  EXPECT_EQ(whole_number("-1.234,0", automatic), -1234);
  EXPECT_THAT(whole_number("12.5", automatic).error().detail, "\"12.5\" is no whole number");
  EXPECT_FALSE(whole_number("99999999999999999999", automatic));
}

TEST(Times, WithAndWithoutAnOffset) {
  const auto berlin = TimeZone::find("Europe/Berlin").value();
  const auto read = [&](std::string_view text, DayMeans day = DayMeans::start) {
    const auto instant = time_of(text, berlin, day);
    return instant ? to_string(*instant) : "error: " + instant.error().detail;
  };
  EXPECT_EQ(read("2026-11-23T03:30:13Z"), "2026-11-23T03:30:13Z");
  EXPECT_EQ(read("2026-11-23T03:30:13.250+02:00"), "2026-11-23T01:30:13.250Z");
  EXPECT_EQ(read("2026-11-23T03:30:13"), "2026-11-23T02:30:13Z");
  EXPECT_EQ(read("2026-07-01 03:30"), "2026-07-01T01:30:00Z");
  EXPECT_EQ(read("2026-11-23 03:30 +01:00"), "2026-11-23T02:30:00Z");
  EXPECT_EQ(read("23.11.2026 03:30"), "2026-11-23T02:30:00Z");
  EXPECT_EQ(read("2026-11-23"), "2026-11-22T23:00:00Z");
  EXPECT_EQ(read("23.11.2026", DayMeans::end), "2026-11-23T22:59:59.999Z");
  for (const auto* text : {"", "yesterday", "2026-13-01", "11/23/2026", "2026-11-23T", "2026-11-23X03:30",
                           "2026-11-23T25:00", "1700000000", "2026-11-23T03:30:13Zebra"})
    EXPECT_THAT(read(text), testing::StartsWith("error")) << text;
}

TEST(YesOrNo, AreAFewWords) {
  EXPECT_EQ(yes_or_no("Yes"), true);
  EXPECT_EQ(yes_or_no("0"), false);
  EXPECT_FALSE(yes_or_no("ja"));
}

}  // namespace
}  // namespace forestall::tables
