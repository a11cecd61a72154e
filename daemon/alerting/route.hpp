// SPDX-License-Identifier: Apache-2.0
// Which sink is told of which alert, and in which company. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/alerting/standing.hpp"

namespace forestall::alerting {

enum class Route : std::uint8_t {
  taken,
  escalated,  // because nobody acknowledged what another sink was told
  other_seller,
  other_account,
  other_kind,
  too_mild,
  escalations_only,
};
std::string_view word(Route route);
constexpr bool goes(Route route) { return route <= Route::escalated; }

// An alert of the seller as a whole passes a filter of accounts: it concerns them all.
Route route(const config::NotifySettings& sink, const Alert& alert);

// Whether what `from` was told of is now told to its escalate_to too.
bool escalates(const config::NotifySettings& from, const Standing& standing, bool told, Instant now);

// Alerts of one group are told in one message: of one kind and account; all but the urgent ones together
// where the sink takes digests.
std::string group_of(const config::NotifySettings& sink, const Alert& alert, Route route);
bool is_digest(std::string_view group);

}  // namespace forestall::alerting
