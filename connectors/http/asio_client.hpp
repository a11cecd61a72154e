// SPDX-License-Identifier: Apache-2.0
// The real HTTP client: HTTP/1.1 over TCP or verified TLS, with a pool a host. Made once, shared by all
// connectors.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "config/base/secret.hpp"
#include "connectors/http/client.hpp"

namespace forestall::http {

// TLS goes through a CONNECT tunnel, plain HTTP is asked for by its whole URL.
struct ProxySettings {
  BaseUrl url{};  // http only
  std::string user{};
  Secret password{};
  std::vector<std::string> except{};  // hosts reached directly, and, for ".example.com", everything below
};

struct ClientSettings {
  std::string ca_file{};           // PEM; empty: the system's authorities
  std::string certificate_file{};  // PEM chain of a client certificate; empty: none
  std::string key_file{};
  std::optional<ProxySettings> proxy{};
  std::string user_agent = "Forestall/0.1";
  std::size_t connections_per_host = 8;
  // Shorter than what load balancers allow (60 s is common), so that it is we who close.
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(50);
  // Of single steps; the request's own timeout bounds them all together.
  std::chrono::nanoseconds resolve_timeout = std::chrono::seconds(5);
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds write_timeout = std::chrono::seconds(15);
  std::chrono::nanoseconds read_timeout = std::chrono::seconds(30);  // without a single byte
  std::size_t header_bytes = std::size_t{64} << 10;
};

struct ClientStats {
  std::uint64_t calls = 0;
  std::uint64_t failures = 0;
  std::uint64_t connections_opened = 0;
  std::uint64_t connections_reused = 0;
  std::uint64_t stale_retries = 0;  // calls repeated on a new connection because a kept one was dead
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  // Now, over all hosts.
  std::size_t in_use = 0;
  std::size_t idle = 0;
  std::size_t waiting = 0;
};

class AsioHttpClient : public HttpClient {
 public:
  // Stops: calls under way end (cancelled; outcome_unknown where a request that is not idempotent was sent),
  // later ones are refused. Every connection is closed when it returns.
  virtual void close() = 0;
  virtual ClientStats stats() const = 0;
};

// Errors: invalid_argument where a certificate file cannot be read or the proxy is no http URL. `clock` must
// outlive the client. Lines logged: http_call (debug) and http_call_failed (info), never a body, never a
// secret header, query parameters as loggable_target() shows them.
Result<std::unique_ptr<AsioHttpClient>> make_http_client(boost::asio::any_io_executor executor, Clock& clock,
                                                         Logger log, ClientSettings settings);

}  // namespace forestall::http
