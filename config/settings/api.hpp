// SPDX-License-Identifier: Apache-2.0
// [api]: the web server for people, the command line and Prometheus.
#pragma once

#include <cstdint>
#include <optional>

#include "config/base/time.hpp"
#include "config/settings/values.hpp"

namespace forestall::config {

struct ApiSettings {
  ListenAddress listen{"127.0.0.1", 9464};
  Credential token;  // for every seller; a seller's own stands in [[seller]]
  std::optional<Url> public_url;
  ByteSize max_header{std::uint64_t{16} << 10};
  ByteSize max_body{std::uint64_t{1} << 20};
  std::uint32_t max_connections = 4096;
  std::uint32_t max_event_streams = 64;
  Millis request_deadline = std::chrono::seconds(15);
  Millis idle_timeout = std::chrono::minutes(1);

  friend bool operator==(const ApiSettings&, const ApiSettings&) = default;
};

}  // namespace forestall::config
