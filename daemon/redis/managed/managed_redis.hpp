// SPDX-License-Identifier: Apache-2.0
// A private redis-server, kept running: started, adopted after a crash of ours, restarted with backoff,
// stopped last.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "config/base/time.hpp"
#include "daemon/redis/backoff.hpp"
#include "daemon/redis/endpoint.hpp"
#include "daemon/redis/managed/managed_config.hpp"

namespace forestall::redis {

enum class ManagedState : std::uint8_t {
  stopped,      // not run yet, or stopped as asked
  starting,     // the process runs and does not answer yet: it loads its data
  running,      // it answers
  backing_off,  // it ended or could not be started; the next attempt waits
  silent,       // somebody works on our files and does not answer: nothing is started beside them
  foreign,      // another server answers at our socket: nothing is touched
  stopping,
};
std::string_view managed_state_name(ManagedState state);

struct ManagedStatus {
  ManagedState state = ManagedState::stopped;
  Instant since{};
  pid_t pid = -1;        // while starting, running or stopping
  bool adopted = false;  // it ran before we did
  std::uint64_t starts = 0;
  unsigned failures = 0;            // in a row
  std::optional<Error> last_error;  // why it last ended or could not be used
};

struct ManagedTimes {
  std::chrono::nanoseconds answer = std::chrono::seconds(2);          // a question at our socket
  std::chrono::nanoseconds stop = std::chrono::seconds(20);           // from SIGTERM to SIGKILL
  std::chrono::nanoseconds healthy_after = std::chrono::seconds(60);  // run so long: failures are forgotten
  Backoff backoff{.base = std::chrono::milliseconds(200), .cap = std::chrono::seconds(15)};
};

// Use from the loop's thread only. Somebody spawns run() and waits for it to return before destroying this.
class ManagedRedis {
 public:
  ManagedRedis(boost::asio::any_io_executor executor, ManagedOptions options, Clock& clock, Random& random,
               Logger log, ManagedTimes times = {});
  ~ManagedRedis();
  ManagedRedis(const ManagedRedis&) = delete;
  ManagedRedis& operator=(const ManagedRedis&) = delete;

  // Keeps the server running until stop(), then ends it and returns. Error at once only for options that can
  // never work; everything else is retried and readable in status().
  boost::asio::awaitable<Status> run();
  // Call it when every client has stopped: SIGTERM (Redis syncs its log), SIGKILL after ManagedTimes::stop.
  void stop();

  const ManagedStatus& status() const;
  Endpoint endpoint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::redis
