// SPDX-License-Identifier: Apache-2.0
// Client and private server together, in the order that keeps the journal safe: the server first up and last
// down.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "daemon/redis/client.hpp"
#include "daemon/redis/managed/managed_redis.hpp"
#include "daemon/redis/service/redis_setup.hpp"

namespace forestall::redis {

// Use from the loop's thread only. Whoever called begin() or start(), also in vain, awaits stop() before
// destroying this.
class RedisService {
 public:
  RedisService(boost::asio::any_io_executor executor, RedisSetup setup, Clock& clock, Random& random,
               Logger log);
  ~RedisService();
  RedisService(const RedisService&) = delete;
  RedisService& operator=(const RedisService&) = delete;

  // Sets both going and does not wait: the connection is made as soon as the server answers.
  void begin();
  // begin(), then returns when the client is connected, or at `deadline` with what was in the way. May be
  // cancelled.
  boost::asio::awaitable<Status> start(std::chrono::nanoseconds deadline);
  // Settles what is on its way, then ends the private server.
  boost::asio::awaitable<void> stop();

  Client& client();
  const ManagedStatus* managed() const;  // nullptr: not ours to run

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::redis
