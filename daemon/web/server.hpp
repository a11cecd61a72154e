// SPDX-License-Identifier: Apache-2.0
// The HTTP server: sockets around the pure parts of this folder. Beast stays inside server.cpp.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/web/access.hpp"
#include "daemon/web/connections.hpp"
#include "daemon/web/router.hpp"

namespace forestall::web {

struct ServerOptions {
  std::string host = "127.0.0.1";  // an address literal or "localhost"; "::" for every interface
  std::uint16_t port = 0;          // 0: any free one, see port()
  std::string unix_socket{};       // also listens here (mode 0600); empty: not
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 1024 * 1024;
  ConnectionLimits connections{};
  std::size_t max_streams = 64;  // of server-sent events; beyond it 503
  // A stream that has nothing to say says so: proxies cut silent connections, and a peer that is gone is
  // found.
  std::chrono::nanoseconds heartbeat = std::chrono::seconds{15};
  std::chrono::nanoseconds stop_grace = std::chrono::seconds{5};  // for requests at work when we stop
  std::vector<std::string> host_names{};  // lower case; accepted in Host beside addresses and localhost
  bool any_host_name = false;             // where another machine's name for us cannot be known
};

struct WebCounters {
  static constexpr std::array<double, 7> bounds{0.0005, 0.001, 0.005, 0.025, 0.1, 1, 10};
  std::array<std::uint64_t, 6> answers{};  // by status / 100
  std::array<std::uint64_t, bounds.size() + 1>
      duration_counts{};  // first byte read to answer handed to the kernel
  double duration_sum_seconds = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;    // connections: full of requests at work
  std::uint64_t evicted = 0;    // connections: idle or slow, closed to make room
  std::uint64_t timed_out = 0;  // connections: a phase lasted too long
  std::uint64_t token_failures = 0;
  std::uint64_t streams_refused = 0;  // too many streams are open
};

class Server {
 public:
  // `on_fatal` as TaskGroup's.
  Server(boost::asio::any_io_executor executor, Clock& clock, Logger log, ServerOptions options,
         std::vector<Route> routes, AccessRules rules, std::function<void(std::string_view)> on_fatal);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and starts to serve. Errors: io naming the address ("127.0.0.1:9464: Address already in use").
  Status start();
  // No new connections; idle ones are closed; requests at work get stop_grace; then everything is cancelled
  // and joined.
  boost::asio::awaitable<void> stop();

  // From the next request on: tokens can be changed while running. Streams end, and are opened anew under
  // these.
  void set_rules(AccessRules rules);
  std::uint16_t port() const;
  const WebCounters& counters() const;
  const Connections& connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::web
