// SPDX-License-Identifier: Apache-2.0
// A client that runs on a loop, for the tests of this folder.
#pragma once

#include <string>

#include "daemon/redis/client.hpp"
#include "tests/support/redis/loop.hpp"
#include "tests/support/redis/redis_server.hpp"

namespace forestall::redis {

inline ClientConfig config_for(const std::string& url) {
  ClientConfig config;
  config.endpoint = parse_endpoint(url).value();
  config.connect_timeout = std::chrono::seconds(5);
  config.call_timeout = std::chrono::seconds(20);
  config.backoff = {.base = std::chrono::milliseconds(2), .cap = std::chrono::milliseconds(50)};
  return config;
}

// Runs from the constructor to the destructor.
struct RunningClient {
  RunningClient(test::Loop& l, ClientConfig config)
      : loop(l), client(l.io.get_executor(), std::move(config), l.clock, l.random, l.log) {
    boost::asio::co_spawn(loop.io, client.run(), [this](std::exception_ptr error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
  }
  ~RunningClient() {
    client.stop();
    loop.run_until([this] { return ended; });
  }
  Result<Reply> call(Request request, CallOptions options = {}) {
    return loop.run(client.call(std::move(request), options));
  }
  Client* operator->() { return &client; }

  test::Loop& loop;
  Client client;
  bool ended = false;
};

}  // namespace forestall::redis
