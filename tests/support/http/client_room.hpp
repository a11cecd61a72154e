// SPDX-License-Identifier: Apache-2.0
// The real HTTP client on a loop of the test's own, and what a connector is made with.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "connectors/http/asio_client.hpp"
#include "connectors/net/system_clock.hpp"
#include "connectors/ports/context.hpp"

namespace forestall::test {

struct ClientRoom {
  explicit ClientRoom(LogLevel least = LogLevel::debug);
  ~ClientRoom();  // closes every connection and lets what waits for them end
  ClientRoom(const ClientRoom&) = delete;
  ClientRoom& operator=(const ClientRoom&) = delete;

  ports::Context context() { return {*client, clock, random, log, sessions, {}}; }

  boost::asio::io_context io;
  MemoryLogSink sink;
  Logger log;
  net::SystemClock clock;
  SeededRandom random{1};
  std::unique_ptr<http::AsioHttpClient> client;
  ports::Sessions sessions;
};

}  // namespace forestall::test
