// SPDX-License-Identifier: Apache-2.0
// Loading a library of server-side functions (Redis 7, FUNCTION LOAD) by version: never twice, never
// backwards.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/redis/reply.hpp"

namespace forestall::redis {

struct FunctionLibrary {
  std::string name{};  // letters, digits and '_'
  std::uint32_t version = 1;
  std::string code{};  // Lua, without the "#!lua" line: that and the version are put in front of it
};

// What the server stores: "#!lua name=NAME\n-- version N\n" and the code.
std::string library_text(const FunctionLibrary& library);

enum class LibraryAction : std::uint8_t {
  none,     // this very library is there
  load,     // there is none of that name
  replace,  // there is an older version
};
std::string_view action_name(LibraryAction action);

// From the answer to FUNCTION LIST LIBRARYNAME name WITHCODE. Pure. `unsupported` when a newer version is
// there, `conflict` when it is not one of ours or has the same version and other code.
Result<LibraryAction> decide_library(const FunctionLibrary& library, const Reply& listed);

// Looks, decides and loads. Returns what was done.
boost::asio::awaitable<Result<LibraryAction>> load_library(Client& client, FunctionLibrary library);

}  // namespace forestall::redis
