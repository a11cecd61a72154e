// SPDX-License-Identifier: Apache-2.0
// The function library of the alerts, beside the ledger's and the journal's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forestall::alerting {

inline constexpr std::string_view library_name = "forestall_alerts";
// Raised with every change of lua/*.lua (a test notices when it was not).
inline constexpr std::uint32_t library_version = 1;

// The Lua text, for redis::load_library (Redis 7 or newer).
std::string library_source();

}  // namespace forestall::alerting
