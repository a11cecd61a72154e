// SPDX-License-Identifier: Apache-2.0
#include "config/settings/check.hpp"

namespace forestall::config {

RedisAddress RedisSettings::endpoint() const {
  if (mode == RedisMode::address && address) return *address;
  return {RedisAddress::Kind::unix_socket, "", 0, socket ? socket->string() : std::string()};
}

void complete(Settings& settings) {
  auto& redis = settings.redis;
  if (redis.mode == RedisMode::managed) {
    if (!redis.directory) redis.directory = settings.daemon.state_dir / "redis";
    if (!redis.socket) redis.socket = *redis.directory / "redis.sock";
  }
}

void check(const Settings&, const Node&, Report&) {}

}  // namespace forestall::config
