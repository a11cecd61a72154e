// SPDX-License-Identifier: Apache-2.0
// Times and spans as a person says them, by the clock on the seller's wall. Pure.
#pragma once

#include <string>

#include "config/base/time.hpp"

namespace forestall::alerting {

// "today 14:00", "tomorrow 09:00", "Thu 26 Nov 14:00", with the year where it is another one.
std::string say_time(Instant at, const TimeZone& zone, Instant now);
// "Thu 26 Nov"
std::string say_day(CivilDate date);
// "45 s", "12 min", "3 h", "2 h 10 min", "3 days": rounded down, never negative.
std::string say_span(Millis span);
// "85 %": whole, and neither 0 nor 100 where it is not certain.
std::string say_share(double share);

}  // namespace forestall::alerting
