// SPDX-License-Identifier: Apache-2.0
// The function library that the ledger loads into Redis.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace forestall::ledger {

// The schema of the data that the library reads and writes. Raised together with SCHEMA in
// lua/1_transaction.lua and a step in lua/9_schema.lua.
inline constexpr int schema_version = 2;
inline constexpr std::string_view library_name = "forestall";
// Of the code: raised with every change of lua/*.lua (a test notices when it was not). A server that has a
// newer one is refused, an older one is replaced.
inline constexpr std::uint32_t library_version = 4;

// The Lua text, for redis::load_library (Redis 7 or newer).
std::string library_source();

}  // namespace forestall::ledger
