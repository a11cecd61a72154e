// SPDX-License-Identifier: Apache-2.0
// The function library of the intent journal, beside the ledger's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forestall::journal {

inline constexpr std::string_view library_name = "forestall_journal";
// Raised with every change of lua/*.lua (a test notices when it was not).
inline constexpr std::uint32_t library_version = 3;

// The Lua text, for redis::load_library (Redis 7 or newer).
std::string library_source();

}  // namespace forestall::journal
