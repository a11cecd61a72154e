// SPDX-License-Identifier: Apache-2.0
// The clocks that run on an order: hand over, deliver, the channel's own cancellation, answers owed.
#pragma once

#include <optional>
#include <string_view>

#include "config/base/time.hpp"
#include "daemon/orders/business_calendar.hpp"

namespace forestall::orders {

// How a channel counts where it says nothing on the order itself. Business days are those of the country.
struct ClockRule {
  int ship_business_days = 2;                    // from the day of the order
  int deliver_business_days = 7;                 // from the day of the order
  std::optional<int> auto_cancel_business_days;  // after ship-by; none: the channel does not cancel by itself
  Millis cancel_answer = std::chrono::hours(24);  // to a buyer who asks to cancel
  Millis payment = std::chrono::hours(48);        // that a payment may be pending and still be usual
  std::string_view source;                        // where the rule is from, for the explanation
};

// The preset of a kind of channel; the general one for kinds we know nothing of.
ClockRule preset(std::string_view channel_kind);

// What the seller set for the account (config: account.clocks), where set.
struct ClockOverrides {
  std::optional<Millis> ship_by, deliver_by, auto_cancel, cancel_answer, payment;
};

struct Deadlines {
  Instant ship_by;
  Instant deliver_by;
  std::optional<Instant> auto_cancel;
  Millis cancel_answer;
  Millis payment;
  bool ship_by_stated = false;  // by the channel, on the order
};

// Stated by the channel before set by the seller before the preset.
Deadlines deadlines(Instant placed_at, std::optional<Instant> stated_ship_by,
                    std::optional<Instant> stated_deliver_by, const ClockRule& rule,
                    const ClockOverrides& overrides, const BusinessCalendar& calendar, const TimeZone& zone);

}  // namespace forestall::orders
