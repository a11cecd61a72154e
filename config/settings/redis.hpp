// SPDX-License-Identifier: Apache-2.0
// [redis]: where the record is kept.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

enum class RedisMode : std::uint8_t {
  managed,  // a private redis-server on a Unix socket
  address,  // one that somebody else runs
};
constexpr auto words(std::type_identity<RedisMode>) {
  return std::to_array<std::pair<std::string_view, RedisMode>>(
      {{"managed", RedisMode::managed}, {"address", RedisMode::address}});
}

enum class RedisSupervisor : std::uint8_t {
  child,  // the daemon starts, watches and stops the private server
  unit,   // a unit of its own does, so that it outlives the daemon
};
constexpr auto words(std::type_identity<RedisSupervisor>) {
  return std::to_array<std::pair<std::string_view, RedisSupervisor>>(
      {{"child", RedisSupervisor::child}, {"unit", RedisSupervisor::unit}});
}

struct RedisSettings {
  RedisMode mode = RedisMode::managed;
  // managed
  std::filesystem::path server = "/usr/bin/redis-server";
  std::optional<std::filesystem::path> directory;  // load() fills in state_dir/redis
  std::optional<std::filesystem::path> socket;     // load() fills in directory/redis.sock
  RedisSupervisor supervisor = RedisSupervisor::child;
  Millis start_deadline = std::chrono::minutes(2);
  // address
  std::optional<RedisAddress> address;
  std::optional<std::filesystem::path> ca_file;
  std::optional<std::string> server_name;
  // both
  std::optional<std::string> username;
  Credential password;
  std::uint32_t database = 0;
  Millis connect_deadline = std::chrono::seconds(5);
  Millis call_deadline = std::chrono::seconds(2);
  Millis reconnect_max = std::chrono::seconds(10);
  ByteSize max_reply{std::uint64_t{64} << 20};

  // Where to connect in either mode, once load() has filled in what was left out.
  RedisAddress endpoint() const;

  friend bool operator==(const RedisSettings&, const RedisSettings&) = default;
};

}  // namespace forestall::config
