// SPDX-License-Identifier: Apache-2.0
// Where a Redis is: TCP, TLS or a Unix socket.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.hpp"

namespace forestall::redis {

struct Endpoint {
  enum class Kind : std::uint8_t { unix_socket, tcp, tls };

  Kind kind = Kind::unix_socket;
  std::string path{};  // unix_socket
  std::string host{};  // tcp, tls: a name or an address without brackets; for TLS the name that is verified,
                       // unless another is set
  std::uint16_t port = 6379;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "unix:///run/redis/redis.sock", "tcp://host:port", "tls://host", IPv6 as "tcp://[::1]:6379"; redis:// and
// rediss:// mean tcp and tls. A user name, password or database in it is refused: secrets come from files.
Result<Endpoint> parse_endpoint(std::string_view url);
std::string to_string(const Endpoint& endpoint);

}  // namespace forestall::redis
