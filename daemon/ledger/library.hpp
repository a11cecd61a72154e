// SPDX-License-Identifier: Apache-2.0
// The function library that the ledger loads into Redis.
#pragma once

#include <string>
#include <string_view>

namespace forestall::ledger {

// The schema of the data that the library reads and writes. Raised together with SCHEMA in
// lua/1_transaction.lua and a step in lua/9_schema.lua.
inline constexpr int schema_version = 2;
inline constexpr std::string_view library_name = "forestall";

// The Lua text for FUNCTION LOAD (Redis 7 or newer).
std::string library_source();

}  // namespace forestall::ledger
