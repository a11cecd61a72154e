// SPDX-License-Identifier: Apache-2.0
// Whose time is taken, and what its answer must hold.
#include "daemon/timing/clock_source.hpp"

#include <gmock/gmock.h>

namespace forestall::timing {
namespace {

using testing::HasSubstr;

constexpr std::string_view answer =
    R"({"now":"2026-02-02T00:15:00Z","lock_step":true,"speed":60,"seed":"18446744073709551615",)"
    R"("anchor":{"machine_ns":"9007199254740993","at":"2026-02-02T00:00:00Z"},)"
    R"("end":"2026-03-08T00:00:00Z","next_event":null,"in_flight":0})";

TEST(ClockSourceTest, ReadsTheTimeWithoutLosingADigit) {
  const auto time = parse_world_time(answer);
  ASSERT_TRUE(time) << to_string(time.error());
  EXPECT_EQ(to_string(time->now), "2026-02-02T00:15:00Z");
  EXPECT_EQ(to_string(time->end), "2026-03-08T00:00:00Z");
  EXPECT_TRUE(time->lock_step);
  EXPECT_EQ(time->seed, 18446744073709551615U);
  EXPECT_EQ(time->anchor.machine.count(), 9007199254740993);
  EXPECT_EQ(time->anchor.speed, 60);
}

TEST(ClockSourceTest, NamesWhatIsMissingOrWrong) {
  for (const auto& [cut, by, named] :
       {std::tuple{"\"speed\":60", "\"speed\":0", "speed"},
        {"\"machine_ns\":\"9007199254740993\"", "\"x\":1", "anchor.machine_ns"},
        {"\"seed\":\"18446744073709551615\"", "\"seed\":\"1x\"", "seed"},
        {"\"lock_step\":true,", "", "lock_step"}}) {
    std::string text(answer);
    text.replace(text.find(cut), std::string_view(cut).size(), by);
    const auto time = parse_world_time(text);
    ASSERT_FALSE(time) << text;
    EXPECT_THAT(time.error().detail, HasSubstr(named));
  }
}

TEST(ClockSourceTest, OnlyThisMachineMayTellTheTime) {
  EXPECT_TRUE(ClockSource::parse_address("http://127.0.0.1:9000"));
  EXPECT_TRUE(ClockSource::parse_address("http://[::1]:9000"));
  for (const auto* other :
       {"http://10.0.0.1:9000", "https://127.0.0.1:9000", "http://127.0.0.1.example.com:1",
        "http://127.0.0.1:9000/x", "127.0.0.1:9000", ""})
    EXPECT_FALSE(ClockSource::parse_address(other)) << other;
}

}  // namespace
}  // namespace forestall::timing
