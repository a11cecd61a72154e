// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 on loopback for the sandbox: one thread, keep-alive, and answers that are never, late or badly
// delivered when the sandbox wants it so. Not the product's server: that one must not be able to misbehave.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/virtual_clock.hpp"

namespace forestall::sandbox {

class HttpServer {
 public:
  // Listens at once (port 0: a free one); throws boost::system::system_error where it cannot.
  HttpServer(std::uint16_t port, const VirtualClock& clock, std::function<Answer(const Request&)> handler);
  ~HttpServer();

  std::uint16_t port() const;
  // Requests whose answer is not yet out; the one that asks is not among them.
  std::size_t in_flight() const;
  // Serves until stop(), SIGINT or SIGTERM; `tick` runs every 50 ms.
  void run(const std::function<void()>& tick);
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::sandbox
