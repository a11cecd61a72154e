// SPDX-License-Identifier: Apache-2.0
// The first words on each connection, and whether the server that answers them is one we can work with. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "config/base/error.hpp"
#include "config/base/secret.hpp"
#include "daemon/redis/reply.hpp"
#include "daemon/redis/request.hpp"
#include "daemon/redis/server_info.hpp"

namespace forestall::redis {

struct Credentials {
  std::string username{};  // empty: the default user
  Secret password{};       // empty: no AUTH at all
};

inline constexpr int oldest_major_version = 7;  // server-side function libraries

// AUTH (if there is a password), SELECT (if not database 0), CLIENT SETNAME, INFO. Its bytes hold the
// password: wipe them when sent.
Request handshake_request(const Credentials& credentials, std::uint32_t database,
                          const std::string& client_name);

// Reads the answers. `unauthenticated` when the password is not accepted or one is needed; `unsupported` for
// versions below 7, a replica or a cluster node; `unavailable` (may be retried) while the server loads its
// data. A user that may not ask for INFO gets an empty one: nothing is known about that server then.
Result<ServerInfo> read_handshake(const Credentials& credentials, std::uint32_t database,
                                  std::span<const Reply> replies);

}  // namespace forestall::redis
