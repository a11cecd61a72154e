// SPDX-License-Identifier: Apache-2.0
// SIGTERM, SIGINT and SIGHUP as values on the loop; a second request to stop leaves from the signal handler
// itself.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

namespace forestall::runtime {

// One at a time in a process (signal dispositions are the process's): a second one throws std::logic_error.
// While it lives SIGPIPE is ignored, SIGHUP asks for a reload, SIGTERM and SIGINT ask to stop. The second of
// these two ends the process at once with ExitCode::second_signal, even when the loop is stuck: the handler
// does it, not the loop.
class Signals {
 public:
  explicit Signals(boost::asio::any_io_executor executor);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // The next signal, in the order of arrival. One waiter at a time. Throws operation_aborted when cancelled.
  boost::asio::awaitable<int> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::runtime
