// SPDX-License-Identifier: Apache-2.0
// An open breaker, a silent or doubtful source, a record of stock in doubt, a login that runs out: as alerts.
// Pure.
#pragma once

#include <string_view>

#include "config/base/ids.hpp"
#include "daemon/alerting/alert.hpp"

namespace forestall::alerting {

Alert breaker_alert(const SellerId& seller, const AccountId& account, std::string_view why);

// `why`: in the words of whoever reads it. `doubtful`: it speaks, and is not believed.
Alert source_alert(const SellerId& seller, std::string_view source, std::string_view why, bool doubtful);

// Nobody knows the new orders of the account since then: they were read last, or (`never`) it was begun to
// try.
Alert orders_unread_alert(const SellerId& seller, const AccountId& account, Instant since, bool never,
                          const TimeZone& zone, Instant now);

Alert suspect_sku_alert(const SellerId& seller, std::string_view sku);

// `until`: the last day on which it is valid. The nearer, the more severe; past it, urgent.
Alert credential_alert(const SellerId& seller, const AccountId& account, CivilDate until,
                       const TimeZone& zone, Instant now);
inline constexpr std::chrono::days credential_notice{30};

}  // namespace forestall::alerting
