// SPDX-License-Identifier: Apache-2.0
// The part that keeps Redis: the private server, if the configuration asks for one, and the connection to it.
#pragma once

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::app {

// What other parts build on. `client` lives as long as the Part does.
struct RedisPart {
  Part part;
  redis::Client& client;
};

// Starting does not wait for Redis: without it the daemon is alive, not ready, and goes on trying. Throws
// std::runtime_error for a configuration that can never work.
RedisPart make_redis(Context& context);

}  // namespace forestall::app
