// SPDX-License-Identifier: Apache-2.0
// From the table [redis] of the configuration to what the client and the private server want. Pure.
#pragma once

#include <optional>

#include "config/base/error.hpp"
#include "config/settings/redis.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/redis/managed/managed_config.hpp"

namespace forestall::redis {

struct RedisSetup {
  ClientConfig client{};
  std::optional<ManagedOptions> managed{};  // only where the daemon itself is to keep the server running
};

// Of settings that load() has completed. `invalid_argument` for a private server whose socket is to stand
// elsewhere than in its directory while the daemon runs it.
Result<RedisSetup> setup_from(const config::RedisSettings& settings);

}  // namespace forestall::redis
