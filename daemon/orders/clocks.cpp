// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/clocks.hpp"

#include <algorithm>

namespace forestall::orders {

ClockRule preset(std::string_view channel_kind) {
  if (channel_kind == "amazon")
    return {.auto_cancel_business_days = 7,
            .source = "Amazon: cancelled seven business days after the ship-by date"};
  return {.auto_cancel_business_days = std::nullopt, .source = "general"};
}

Deadlines deadlines(Instant placed_at, std::optional<Instant> stated_ship_by,
                    std::optional<Instant> stated_deliver_by, const ClockRule& rule,
                    const ClockOverrides& overrides, const BusinessCalendar& calendar, const TimeZone& zone) {
  Deadlines out{};
  out.ship_by_stated = stated_ship_by.has_value();
  if (stated_ship_by)
    out.ship_by = *stated_ship_by;
  else
    out.ship_by = overrides.ship_by ? placed_at + *overrides.ship_by
                                    : end_of_business_day(calendar, zone, placed_at, rule.ship_business_days);
  if (stated_deliver_by)
    out.deliver_by = *stated_deliver_by;
  else
    out.deliver_by = overrides.deliver_by
                         ? placed_at + *overrides.deliver_by
                         : end_of_business_day(calendar, zone, placed_at, rule.deliver_business_days);
  out.deliver_by = std::max(out.deliver_by, out.ship_by);
  if (overrides.auto_cancel)
    out.auto_cancel = out.ship_by + *overrides.auto_cancel;
  else if (rule.auto_cancel_business_days)
    // Ship-by is the end of a day, that is the first instant of the next: count from the day that it ends.
    out.auto_cancel =
        end_of_business_day(calendar, zone, out.ship_by - Millis(1), *rule.auto_cancel_business_days);
  out.cancel_answer = overrides.cancel_answer.value_or(rule.cancel_answer);
  out.payment = overrides.payment.value_or(rule.payment);
  return out;
}

}  // namespace forestall::orders
