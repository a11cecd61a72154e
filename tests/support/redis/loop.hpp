// SPDX-License-Identifier: Apache-2.0
// An event loop with real time for integration tests: runs coroutines to their end, with a deadline.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "connectors/net/system_clock.hpp"
#include "tests/support/process/eventually.hpp"

namespace forestall::test {

class Loop {
 public:
  // The coroutine's result; rethrows what it throws. What else was spawned runs along meanwhile.
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    std::optional<T> result;
    spawn(std::move(task), [&](T value) { result = std::move(value); });
    run_until([&] { return result.has_value(); });
    return std::move(*result);
  }
  void run(boost::asio::awaitable<void> task) {
    bool done = false;
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
      done = true;
      if (error) std::rethrow_exception(error);
    });
    run_until([&] { return done; });
  }
  // Throws std::runtime_error when it is still false at the deadline.
  template <class Predicate>
  void run_until(Predicate&& holds, std::chrono::milliseconds within = patience) {
    const auto deadline = std::chrono::steady_clock::now() + within;
    io.restart();
    while (!holds()) {
      if (std::chrono::steady_clock::now() >= deadline)
        throw std::runtime_error("the loop reached its deadline");
      io.run_one_for(std::chrono::milliseconds(20));
      io.restart();
    }
  }
  void run_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    run_until([&] { return std::chrono::steady_clock::now() >= end; }, time + patience);
  }
  // Runs beside everything else; what it throws comes out of the run that is going on then.
  template <class T, class Done>
  void spawn(boost::asio::awaitable<T> task, Done done) {
    boost::asio::co_spawn(io, std::move(task),
                          [done = std::move(done)](std::exception_ptr error, T value) mutable {
                            if (error) std::rethrow_exception(error);
                            done(std::move(value));
                          });
  }
  void spawn(boost::asio::awaitable<void> task) {
    ++running_;
    boost::asio::co_spawn(io, std::move(task), [this](std::exception_ptr error) {
      --running_;
      if (error) std::rethrow_exception(error);
    });
  }
  // Until every spawn(awaitable<void>) has returned.
  void join(std::chrono::milliseconds within = patience) {
    run_until([this] { return running_ == 0; }, within);
  }

  boost::asio::io_context io{1};
  net::SystemClock clock{io.get_executor()};
  SeededRandom random{1};
  MemoryLogSink lines;
  Logger log{lines, LogLevel::debug};

 private:
  int running_ = 0;
};

}  // namespace forestall::test
