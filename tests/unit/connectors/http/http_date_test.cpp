// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/http_date.hpp"

#include <gtest/gtest.h>

#include "config/base/random.hpp"

namespace forestall::http {
namespace {

using namespace std::chrono_literals;
const Instant now = parse_instant("2026-11-23T00:00:00Z").value();
const Instant rfc = parse_instant("1994-11-06T08:49:37Z").value();

TEST(HttpDate, ReadsTheThreeFormsOfTheStandard) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now), rfc);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now), rfc);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", now), rfc);
  EXPECT_EQ(parse_http_date("  Sun, 06 Nov 1994 08:49:37 GMT\t", now), rfc);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-27 08:49:37 GMT", now),
            parse_instant("2027-11-06T08:49:37Z").value());
}

TEST(HttpDate, RefusesEverythingElse) {
  for (const char* text :
       {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT", "Sunday, 06-Nov-9x 08:49:37 GMT",
        "1994-11-06T08:49:37Z", "Sun Nov  6 08:49:37 19945", "Sun, 06 Nov 0000 08:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(text, now)) << text;
}

TEST(HttpDate, WritesWhatItReads) {
  SeededRandom random(1);
  EXPECT_EQ(http_date(rfc), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (int i = 0; i < 2000; ++i) {
    const Instant instant(std::chrono::seconds(static_cast<std::int64_t>(random.below(250'000'000'000))));
    ASSERT_EQ(parse_http_date(http_date(instant), now), instant) << http_date(instant);
  }
}

TEST(RetryAfter, IsSecondsOrADateAndCapped) {
  EXPECT_EQ(parse_retry_after("120", now, 1h), 120s);
  EXPECT_EQ(parse_retry_after(" 0 ", now, 1h), 0s);
  EXPECT_EQ(parse_retry_after("7200", now, 1h), 1h);
  EXPECT_EQ(parse_retry_after("99999999999999999999", now, 1h), 1h);
  EXPECT_EQ(parse_retry_after(http_date(now + 90s), now, 1h), 90s);
  EXPECT_EQ(parse_retry_after(http_date(now - 90s), now, 1h), 0s);
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 9994 08:49:37 GMT", now, 1h), 1h);
  for (const char* text : {"", "soon", "-1", "1.5", "1s", "0x10", "1 2"})
    EXPECT_FALSE(parse_retry_after(text, now, 1h)) << text;
}

}  // namespace
}  // namespace forestall::http
