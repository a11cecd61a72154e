// SPDX-License-Identifier: Apache-2.0
// When people want to be told: quiet hours and digests, by the clock on the seller's wall. Pure.
#pragma once

#include <optional>

#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall::alerting {

// When the quiet hours that hold now end; nullopt: none hold.
std::optional<Instant> quiet_until(const std::optional<config::DailySpan>& quiet, const TimeZone& zone,
                                   Instant now);

// The end of the span that holds `since`. Spans are counted from 08:00 of the seller's day, those of a week
// or more from Monday's, so that a daily digest comes in the morning.
Instant digest_due(Millis span, const TimeZone& zone, Instant since);

}  // namespace forestall::alerting
