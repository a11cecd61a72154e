// SPDX-License-Identifier: Apache-2.0
// Conflicts within [redis] and [api].
#include <fmt/format.h>

#include <array>

#include "config/settings/check.hpp"
#include "config/settings/codec.hpp"

namespace forestall::config {
namespace {

constexpr std::array<std::string_view, 5> only_managed{"server", "directory", "socket", "supervisor",
                                                       "start_deadline"};
constexpr std::array<std::string_view, 5> only_address{"address", "ca_file", "server_name", "username",
                                                       "password"};
constexpr std::array<std::string_view, 2> only_tls{"ca_file", "server_name"};

void check_redis(const RedisSettings& redis, const RowPlace& place) {
  const bool managed = redis.mode == RedisMode::managed;
  const auto mode = word_of(redis.mode);
  const auto none_of = [&](const auto& keys, std::string_view with) {
    for (const auto key : keys)
      if (place.gives(key)) place.add(key, fmt::format("no such key with {}", with), "one");
  };
  if (managed)
    none_of(only_address, fmt::format("mode = \"{}\"", mode));
  else
    none_of(only_managed, fmt::format("mode = \"{}\"", mode));
  if (!managed && !place.gives("address"))
    place.add("address", "an address like \"tcp://host:6379\" or \"unix:///path\"", "nothing",
              "mode = \"address\" needs one");
  if (redis.address && redis.address->kind != RedisAddress::Kind::tls)
    none_of(only_tls, "an address that is not tls://");
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
