// SPDX-License-Identifier: Apache-2.0
// Conflicts within [redis] and [api].
#include <fmt/format.h>

#include "config/settings/check.hpp"

namespace forestall::config {
namespace {

void check_redis(const RedisSettings& redis, const RowPlace& place) {
  const bool managed = redis.mode == RedisMode::managed;
  if (!managed && !place.gives("address"))
    place.add("address", "an address like \"tcp://host:6379\" or \"unix:///path\"", "nothing",
              "mode = \"address\" needs one");
  if (redis.username && !redis.password.given() && !place.gives("password"))
    place.add("password", "password_file or password_credential", "nothing", "a username needs its password");
  // A password over a plain network can be read by whoever is on it.
  if (redis.address && redis.address->kind == RedisAddress::Kind::tcp && !is_loopback(redis.address->host) &&
      redis.password.given())
    place.add("address", "tls:// for a host that is not this one, where a password is sent");
  if (managed && redis.socket && redis.socket->native().size() > 107)
    place.add("socket", "a path of at most 107 bytes", fmt::format("{} bytes", redis.socket->native().size()),
              "the limit of the system for Unix sockets; set redis.socket to a shorter one");
}

}  // namespace

void check_process(const Settings& settings, const Node& root, Report& report) {
  check_redis(settings.redis, RowPlace(root, "redis", false, 0, report));
  const RowPlace api(root, "api", false, 0, report);
  if (!is_loopback(settings.api.listen.host) && !api.gives("token"))
    api.add("listen", "a loopback address as long as no token_file or token_credential is set");
}

}  // namespace forestall::config
