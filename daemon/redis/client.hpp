// SPDX-License-Identifier: Apache-2.0
// The Redis client: one connection shared by all callers of one event loop, kept alive by itself.
//
//   auto reply = co_await redis.call(Request("GET", key), {.repeat = Repeat::harmless});
//   if (!reply) return std::unexpected(reply.error());
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "config/base/time.hpp"
#include "daemon/redis/backoff.hpp"
#include "daemon/redis/endpoint.hpp"
#include "daemon/redis/handshake.hpp"
#include "daemon/redis/multiplexer.hpp"
#include "daemon/redis/reply.hpp"
#include "daemon/redis/request.hpp"
#include "daemon/redis/server_info.hpp"

namespace forestall::redis {

struct TlsFiles {
  std::string ca_file{};           // PEM; empty: the system's authorities
  std::string certificate_file{};  // of ourselves; empty: none
  std::string key_file{};
  std::string server_name{};  // to verify and to ask for (SNI); empty: the host of the address
};

struct ClientConfig {
  Endpoint endpoint{};
  Credentials credentials{};
  TlsFiles tls{};  // for Endpoint::Kind::tls
  std::uint32_t database = 0;
  std::string client_name = "forestalld";
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(3);  // connect, TLS and handshake together
  std::chrono::nanoseconds call_timeout = std::chrono::seconds(5);     // where the call does not say
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(1);    // for what is on its way at stop()
  Backoff backoff{};
  MultiplexerLimits limits{};
};

struct CallOptions {
  std::chrono::nanoseconds timeout{0};  // from now; zero: ClientConfig::call_timeout
  Repeat repeat = Repeat::never;
};

struct ClientState {
  bool connected = false;
  Instant since{};                  // of being connected or not
  std::uint64_t connections = 0;    // established so far: a change means that the server may be another one
  unsigned failed_attempts = 0;     // in a row, since the last connection
  std::optional<Error> last_error;  // why the last connection ended or the last attempt failed
  ServerInfo server;                // as of the last handshake
};

struct ClientCounters : MultiplexerCounters {
  std::uint64_t connects = 0;
  std::uint64_t connect_failures = 0;
  std::uint64_t disconnects = 0;
};

// Use from the loop's thread only. Somebody spawns run() and waits for it to return before destroying the
// client.
class Client {
 public:
  Client(boost::asio::any_io_executor executor, ClientConfig config, Clock& clock, Random& random,
         Logger log);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Connects and stays connected until stop(). Only one may run.
  boost::asio::awaitable<void> run();
  // Refuses new calls, waits drain_timeout for what is on its way, then run() returns.
  void stop();

  // One command. An error reply is returned as an Error whose detail starts with the server's own words.
  // Other errors: `timeout` (nothing was sent, or repeat is harmless), `outcome_unknown` (it may have been
  // done), `unavailable` (queue full; or no connection, then the code of what prevents it), `cancelled`,
  // `too_large`. While there is no connection calls wait for one until their deadline.
  boost::asio::awaitable<Result<Reply>> call(Request request, CallOptions options = {});
  // All commands of the request; their replies in order, error replies among them. Not a transaction.
  boost::asio::awaitable<Result<std::vector<Reply>>> batch(Request request, CallOptions options = {});

  const ClientState& state() const;
  std::size_t unanswered() const;  // calls whose callers wait
  ClientCounters counters() const;
  const Endpoint& endpoint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::redis
