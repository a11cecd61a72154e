// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "config/base/time.hpp"

namespace forestall {
namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;
using std::chrono::sys_days;

Instant at(std::string_view text) { return parse_instant(text).value(); }

TEST(Instant, ReadsWhatChannelsSend) {
  EXPECT_EQ(at("2026-11-23T03:30:13Z"), sys_days(2026y / 11 / 23) + 3h + 30min + 13s);
  EXPECT_EQ(at("2026-11-23T04:30:13+01:00"), at("2026-11-23T03:30:13Z"));
  EXPECT_EQ(at("2026-11-22T22:30:13.5-0500"), at("2026-11-23T03:30:13.500Z"));
  EXPECT_EQ(at("2026-11-23T03:30:13.123456Z"), at("2026-11-23T03:30:13.123Z"));
  EXPECT_EQ(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
}

TEST(Instant, RefusesImpossibleAndUnfinishedTimes) {
  for (const char* text :
       {"", "2026-11-23", "2026-11-23T03:30:13", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-23T24:00:00Z", "2026-11-23T03:60:00Z", "2026-11-23T03:30:61Z", "1969-12-31T23:59:59Z",
        "2026-11-23T03:30:13Zx", "2026-11-23T03:30:13.Z", "2026-11-23T-1:30:13Z", "-026-11-23T00:00:00Z"})
    EXPECT_FALSE(parse_instant(text)) << text;
}

TEST(Instant, WritesWhatItReads) {
  for (const char* text : {"2026-11-23T03:30:13Z", "2026-11-23T03:30:13.007Z", "1970-01-01T00:00:00Z"})
    EXPECT_EQ(to_string(at(text)), text);
}

TEST(Duration, ReadsAndWritesUnits) {
  EXPECT_EQ(*parse_duration("1h30m"), 90min);
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("0s"), 0s);
  EXPECT_EQ(*parse_duration("2w"), std::chrono::days(14));
  for (const char* text : {"1h30m", "500ms", "10d", "2w", "1m30s"})
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
}

TEST(Duration, RefusesWhatHasNoUnitOrNoSense) {
  for (const char* text :
       {"", "15", "m", "-5m", "1.5h", "5 m", "30m1h", "1h1h", "5y", "99999999w", "99999999999999999999s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(TimeZone, UnknownNamesGetASuggestion) {
  const auto zone = TimeZone::find("Europe/Berlln");
  ASSERT_FALSE(zone);
  EXPECT_EQ(zone.error().detail, "\"Europe/Berlln\" is not a time zone; did you mean \"Europe/Berlin\"?");
  EXPECT_TRUE(TimeZone::find("Asia/Kolkata"));
  EXPECT_TRUE(TimeZone::find("Asia/Calcutta"));  // a link
}

TEST(TimeZone, DaysHave23And25HoursWhenTheClocksChange) {
  const auto berlin = TimeZone::find("Europe/Berlin").value();
  EXPECT_EQ(berlin.end_of_day(2026y / 3 / 29) - berlin.start_of_day(2026y / 3 / 29), 23h);
  EXPECT_EQ(berlin.end_of_day(2026y / 10 / 25) - berlin.start_of_day(2026y / 10 / 25), 25h);
  EXPECT_EQ(berlin.civil_date(at("2026-03-28T23:30:00Z")), 2026y / 3 / 29);
}

TEST(TimeZone, SkippedAndRepeatedTimesAreNeverLaterThanMeant) {
  const auto berlin = TimeZone::find("Europe/Berlin").value();
  const LocalTime skipped = local_days(2026y / 3 / 29) + 2h + 30min;
  EXPECT_EQ(berlin.to_instant(skipped), at("2026-03-29T01:00:00Z"));
  const LocalTime repeated = local_days(2026y / 10 / 25) + 2h + 30min;
  EXPECT_EQ(berlin.to_instant(repeated), at("2026-10-25T00:30:00Z"));
}

TEST(TimeZone, MidnightMayNotExist) {
  const auto cairo = TimeZone::find("Africa/Cairo").value();  // skips 00:00 on the last Friday of April
  EXPECT_EQ(cairo.civil_date(cairo.start_of_day(2024y / 4 / 26)), 2024y / 4 / 26);
}

TEST(CivilDate, ReadsLeapDays) {
  EXPECT_TRUE(parse_civil_date("2028-02-29"));
  EXPECT_FALSE(parse_civil_date("2026-02-29"));
  EXPECT_FALSE(parse_civil_date("2026-2-9"));
  EXPECT_EQ(to_string(2026y / 2 / 9), "2026-02-09");
}

}  // namespace
}  // namespace forestall
