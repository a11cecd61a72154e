// SPDX-License-Identifier: Apache-2.0
// When a feed is asked next, and with what urgency. Pure.
#pragma once

#include "config/base/random.hpp"
#include "config/base/time.hpp"
#include "config/settings/account.hpp"
#include "connectors/ports/marketplace.hpp"
#include "daemon/scheduling/turn_queue.hpp"

namespace forestall::polling {

struct FeedPlan {
  Millis every{};  // from the beginning of one round to the beginning of the next
  scheduling::Purpose purpose = scheduling::Purpose::poll;
  // A round that was complete is remembered over a restart, which then does not begin with all of them again.
  bool remembered = true;
};
FeedPlan plan_of(ports::Feed feed, const config::PollSettings& poll);

// Before the past is known nothing is decided: until then orders are asked for so many times as rarely, and
// most of the budget that both feeds share (Amazon's order search: one call in three minutes) reads the past.
inline constexpr int rarer_before_backfill = 5;

// How long to wait after `failures` failures in a row: drawn from the upper half of base·2^(failures-1), at
// most `every` and not more than five minutes; so that accounts that lost the same channel do not come back
// together, and a channel that is back is noticed soon.
Millis pause_after(unsigned failures, Millis every, Random& random);

// How far a feed by the time of placing has come: 0 to 1.
double share_read(Instant reached, Millis reach_back, Instant now);

}  // namespace forestall::polling
