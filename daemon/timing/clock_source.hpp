// SPDX-License-Identifier: Apache-2.0
// Asking the sandbox what time it is, and in lock-step telling it to move on.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string_view>

#include "config/base/error.hpp"
#include "connectors/http/client.hpp"
#include "daemon/timing/anchor.hpp"

namespace forestall::timing {

// What /sandbox/clock answers.
struct WorldTime {
  Instant now{};
  Instant end{};  // of the history: no shopper comes from then on
  Anchor anchor{};
  bool lock_step = false;
  std::uint64_t seed = 0;  // of the world; the daemon's own draws follow it in lock-step
};

// parse, with the path of what is missing or malformed.
Result<WorldTime> parse_world_time(std::string_view json);

class ClockSource {
 public:
  // invalid_argument for anything but http://HOST:PORT on this machine: the monotonic clock of another one
  // means nothing here, and nobody but a sandbox may tell this daemon the time.
  static Result<http::BaseUrl> parse_address(std::string_view text);

  ClockSource(http::HttpClient& http, http::BaseUrl address) : http_(http), address_(std::move(address)) {}

  boost::asio::awaitable<Result<WorldTime>> ask() { return call(http::Method::get, "/sandbox/clock", ""); }
  // Everything at or before `to` happens; answers with the time that it is then.
  boost::asio::awaitable<Result<WorldTime>> advance(Instant to);

 private:
  boost::asio::awaitable<Result<WorldTime>> call(http::Method method, std::string path, std::string body);

  http::HttpClient& http_;
  http::BaseUrl address_;
};

}  // namespace forestall::timing
