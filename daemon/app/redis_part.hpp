// SPDX-License-Identifier: Apache-2.0
// The part that keeps Redis: the private server, if the configuration asks for one, and the connection to it.
#pragma once

#include <memory>

#include "daemon/app/context.hpp"
#include "daemon/app/part.hpp"
#include "daemon/redis/client.hpp"

namespace forestall::app {

// What other parts build on. `client` lives as long as the Part does.
struct RedisPart {
  Part part;
  redis::Client& client;
};

// Starting does not wait for Redis: without it the daemon is alive, not ready, and goes on trying. Only a
// configuration that can never work is an error.
RedisPart make_redis(Context& context);

// How the settings say it: where, with which password and limits.
redis::ClientConfig client_config(const config::Settings& settings);

}  // namespace forestall::app
