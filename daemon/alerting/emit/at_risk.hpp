// SPDX-License-Identifier: Apache-2.0
// An order at risk as an alert: until when which step still helps. Pure.
#pragma once

#include "daemon/alerting/alert.hpp"
#include "daemon/orders/at_risk.hpp"

namespace forestall::alerting {

// Less than this is left to act, on something likely or certain: urgent.
inline constexpr Millis urgent_before = std::chrono::hours(4);

Alert alert_of(const orders::Flag& flag, const SellerId& seller, const TimeZone& zone, Instant now);

}  // namespace forestall::alerting
