// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/clocks.hpp"

#include <gtest/gtest.h>

namespace forestall::orders {
namespace {

Instant at(std::string_view text) { return parse_instant(text).value(); }

TEST(Clocks, StatedBeforeSetBeforePreset) {
  const BusinessCalendar de(Country::de);
  const TimeZone berlin = TimeZone::find("Europe/Berlin").value();
  const Instant placed = at("2026-03-26T10:00:00Z");  // Thursday before the clocks go forward
  const auto by_preset = deadlines(placed, {}, {}, preset("amazon"), {}, de, berlin);
  EXPECT_EQ(by_preset.ship_by, at("2026-03-30T22:00:00Z"));  // Monday's end, summer time
  EXPECT_FALSE(by_preset.ship_by_stated);
  // Seven business days after Monday the 30th, with Good Friday and Easter Monday between: Friday 10 April.
  EXPECT_EQ(by_preset.auto_cancel, at("2026-04-10T22:00:00Z"));
  const auto by_setting = deadlines(placed, {}, {}, preset("amazon"),
                                    {.ship_by = std::chrono::hours(36),
                                     .deliver_by = {},
                                     .auto_cancel = std::chrono::hours(48),
                                     .cancel_answer = {},
                                     .payment = {}},
                                    de, berlin);
  EXPECT_EQ(by_setting.ship_by, placed + std::chrono::hours(36));
  EXPECT_EQ(by_setting.auto_cancel, placed + std::chrono::hours(84));
  const auto stated = deadlines(placed, at("2026-03-27T12:00:00Z"), {}, preset("shop"), {}, de, berlin);
  EXPECT_TRUE(stated.ship_by_stated);
  EXPECT_EQ(stated.ship_by, at("2026-03-27T12:00:00Z"));
  EXPECT_FALSE(stated.auto_cancel);
}

TEST(Clocks, NobodyDeliversBeforeShipping) {
  const BusinessCalendar us(Country::us);
  const auto d = deadlines(at("2026-03-02T10:00:00Z"), at("2026-04-02T10:00:00Z"), {}, preset("shop"), {}, us,
                           TimeZone::utc());
  EXPECT_EQ(d.deliver_by, d.ship_by);
}

}  // namespace
}  // namespace forestall::orders
