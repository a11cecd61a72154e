// SPDX-License-Identifier: Apache-2.0
// Holidays against the published calendars of the countries, and counting across every awkward day.
#include <gtest/gtest.h>

#include <algorithm>

#include "daemon/orders/business_calendar.hpp"

namespace forestall::orders {
namespace {

CivilDate day(std::string_view text) { return parse_civil_date(text).value(); }

std::vector<std::string> texts(Country country, int year) {
  std::vector<std::string> out;
  for (const CivilDate d : holidays(country, std::chrono::year(year))) out.push_back(to_string(d).substr(5));
  return out;
}
using Days = std::vector<std::string>;

TEST(Holidays, Easter) {
  EXPECT_EQ(to_string(easter_sunday(std::chrono::year(2000))), "2000-04-23");
  EXPECT_EQ(to_string(easter_sunday(std::chrono::year(2008))), "2008-03-23");
  EXPECT_EQ(to_string(easter_sunday(std::chrono::year(2024))), "2024-03-31");
  EXPECT_EQ(to_string(easter_sunday(std::chrono::year(2026))), "2026-04-05");
  EXPECT_EQ(to_string(easter_sunday(std::chrono::year(2038))), "2038-04-25");
}

TEST(Holidays, UnitedStates) {
  // OPM's list of federal holidays.
  EXPECT_EQ(texts(Country::us, 2024), (Days{"01-01", "01-15", "02-19", "05-27", "06-19", "07-04", "09-02",
                                            "10-14", "11-11", "11-28", "12-25"}));
  // 4 July on a Saturday is kept on Friday.
  EXPECT_EQ(texts(Country::us, 2026), (Days{"01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07",
                                            "10-12", "11-11", "11-26", "12-25"}));
  // New Year's Day of 2022 was a Saturday: kept in 2021.
  EXPECT_EQ(texts(Country::us, 2021).back(), "12-31");
  EXPECT_EQ(std::ranges::count(texts(Country::us, 2022), "01-01"), 0);
}

TEST(Holidays, England) {
  // gov.uk/bank-holidays.
  EXPECT_EQ(texts(Country::gb, 2025),
            (Days{"01-01", "04-18", "04-21", "05-05", "05-26", "08-25", "12-25", "12-26"}));
  EXPECT_EQ(texts(Country::gb, 2026),
            (Days{"01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"}));
  EXPECT_EQ(texts(Country::gb, 2027),
            (Days{"01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"}));
  EXPECT_EQ(texts(Country::gb, 2023).front(), "01-02");
  const auto of_2033 = texts(Country::gb, 2033);  // Christmas on a Sunday: Monday and Tuesday
  EXPECT_EQ(Days(of_2033.end() - 2, of_2033.end()), (Days{"12-26", "12-27"}));
}

TEST(Holidays, GermanyFranceIndia) {
  EXPECT_EQ(texts(Country::de, 2026),
            (Days{"01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"}));
  EXPECT_EQ(texts(Country::fr, 2026), (Days{"01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14",
                                            "08-15", "11-01", "11-11", "12-25"}));
  EXPECT_EQ(texts(Country::in, 2026), (Days{"01-26", "08-15", "10-02"}));
}

TEST(Holidays, Japan) {
  // The Cabinet Office's list, substitute days included.
  EXPECT_EQ(texts(Country::jp, 2024), (Days{"01-01", "01-08", "02-11", "02-12", "02-23", "03-20", "04-29",
                                            "05-03", "05-04", "05-05", "05-06", "07-15", "08-11", "08-12",
                                            "09-16", "09-22", "09-23", "10-14", "11-03", "11-04", "11-23"}));
  // 22 September 2026 lies between two holidays; 3 May is a Sunday, and its substitute comes after the 5th.
  EXPECT_EQ(texts(Country::jp, 2026),
            (Days{"01-01", "01-12", "02-11", "02-23", "03-20", "04-29", "05-03", "05-04", "05-05", "05-06",
                  "07-20", "08-11", "09-21", "09-22", "09-23", "10-12", "11-03", "11-23"}));
  EXPECT_EQ(std::ranges::count(texts(Country::jp, 2021), "07-23"), 1);
}

TEST(BusinessCalendar, CountsAcrossMonthEndsLeapDaysAndHolidays) {
  const BusinessCalendar us(Country::us);
  EXPECT_EQ(us.add(day("2026-07-02"), 1), day("2026-07-06"));  // the 3rd is kept for the 4th
  EXPECT_EQ(us.add(day("2028-02-28"), 1), day("2028-02-29"));  // a leap day is a day
  EXPECT_EQ(us.add(day("2028-02-29"), 1), day("2028-03-01"));
  EXPECT_EQ(us.add(day("2027-02-26"), 1), day("2027-03-01"));  // a Friday, and the month ends
  EXPECT_EQ(us.add(day("2026-12-31"), 1), day("2027-01-04"));
  EXPECT_EQ(us.add(day("2026-07-04"), 0), day("2026-07-06"));
  EXPECT_EQ(us.add(day("2026-07-06"), -1), day("2026-07-02"));
  const BusinessCalendar de(Country::de, {day("2026-12-24")}, {day("2026-12-19")});
  EXPECT_EQ(de.add(day("2026-12-18"), 1), day("2026-12-19"));  // an open Saturday
  EXPECT_EQ(de.add(day("2026-12-23"), 1), day("2026-12-28"));  // closed, two holidays, a Sunday
  for (const CivilDate from : {day("2026-01-01"), day("2026-05-30"), day("2028-02-27")})
    for (int n = 1; n < 60; ++n) EXPECT_EQ(us.between(from, us.add(from, n)), n);
  EXPECT_EQ(us.between(day("2026-07-06"), day("2026-07-02")), -1);
}

TEST(BusinessCalendar, ADayEndsAtMidnightThereOnBothChangesOfClocks) {
  const BusinessCalendar us(Country::us);
  const TimeZone new_york = TimeZone::find("America/New_York").value();
  // Placed on Friday evening there (Saturday in UTC): the first business day after is Monday.
  const auto placed = parse_instant("2026-03-07T03:00:00Z").value();
  EXPECT_EQ(to_string(end_of_business_day(us, new_york, placed, 1)),
            "2026-03-10T04:00:00Z");  // summer time by then
  const auto autumn = parse_instant("2026-10-30T20:00:00Z").value();
  EXPECT_EQ(to_string(end_of_business_day(us, new_york, autumn, 1)), "2026-11-03T05:00:00Z");
}

}  // namespace
}  // namespace forestall::orders
