// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/hold.hpp"

#include <gtest/gtest.h>

namespace forestall::guard {
namespace {

const Instant noon{Millis(1'700'000'000'000)};

TEST(Hold, EveryKindComesBackAsItWas) {
  for (const auto kind : {HoldKind::held, HoldKind::paused, HoldKind::outside_pause,
                          HoldKind::outside_quantity, HoldKind::found_off})
    for (const auto& until : {std::optional<Instant>(), std::optional(noon + Millis(5))}) {
      const Hold hold{
          .kind = kind, .until = until, .since = noon, .by = "api.token", .why = "7, not 5 = ours"};
      const auto back = parse_hold(to_text(hold));
      ASSERT_TRUE(back) << to_text(hold);
      EXPECT_EQ(*back, hold);
    }
}

TEST(Hold, WhatIsNoneIsRefused) {
  for (const char* text :
       {"", "held", "held since=x by=me why=", "sideways since=2026-11-23T00:00:00Z by=a why=",
        "held until= since=2026-11-23T00:00:00Z by=a why=", "held since=2026-11-23T00:00:00Z"})
    EXPECT_FALSE(parse_hold(text)) << text;
  EXPECT_FALSE(parse_hold(std::string(5000, 'h')));
}

TEST(Hold, NobodysTextBreaksTheLine) {
  const Hold hold{.since = noon, .by = "a b\n", .why = "x\ny"};
  const auto back = parse_hold(to_text(hold));
  ASSERT_TRUE(back) << to_text(hold);
  EXPECT_EQ(to_text(*back).find('\n'), std::string::npos);
}

TEST(Hold, EndsAtItsTime) {
  const std::optional<Hold> hold = Hold{.until = noon};
  EXPECT_TRUE(in_force(hold, noon - Millis(1)));
  EXPECT_FALSE(in_force(hold, noon));
  EXPECT_FALSE(in_force(std::nullopt, noon));
}

}  // namespace
}  // namespace forestall::guard
