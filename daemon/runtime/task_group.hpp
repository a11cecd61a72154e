// SPDX-License-Identifier: Apache-2.0
// Structured concurrency: coroutines that belong to somebody, who stops and joins them. Nothing runs
// detached.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/log.hpp"

namespace forestall::runtime {

// What a task that ends with an exception brings about. Every one is logged and counted.
enum class OnFailure : std::uint8_t {
  stop_daemon,  // the daemon cannot do its work without it: drain and leave
  log,          // only its own work is lost (one connection, one report)
};

enum class TaskId : std::uint64_t { none = 0 };

struct TaskCounters {
  std::uint64_t started = 0;
  std::uint64_t failed = 0;
};

// Use from the loop's thread only. The destructor aborts the program when a task is still inside: whoever
// owns the group calls `co_await stop()` first. A task must not await stop() of its own group.
class TaskGroup {
 public:
  // `on_fatal` is called, after the log line, when a task of consequence stop_daemon fails.
  TaskGroup(boost::asio::any_io_executor executor, Logger log, std::string name,
            std::function<void(std::string_view task)> on_fatal);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts `task` from the loop, soon. TaskId::none once the group is stopping: the task is destroyed
  // unstarted.
  TaskId spawn(std::string name, OnFailure consequence, boost::asio::awaitable<void> task);
  // Asks one task to end. Unknown and ended ids are ignored.
  void cancel(TaskId id);
  // Refuses new tasks and asks all to end. May be called before stop(), to stop several groups side by side.
  void begin_stop();
  // begin_stop(), then waits until the last has ended. May be cancelled: the group stays stopping.
  boost::asio::awaitable<void> stop();

  bool stopping() const { return stopping_; }
  std::size_t size() const { return tasks_.size(); }
  std::vector<std::string> names() const;  // of the tasks inside: who is it that does not end
  const TaskCounters& counters() const { return counters_; }

 private:
  struct Task {
    std::string name;
    OnFailure consequence;
    bool cancelled = false;
    boost::asio::cancellation_signal signal{};
  };
  void ended(std::uint64_t id, const std::exception_ptr& failure);

  boost::asio::any_io_executor executor_;
  Logger log_;
  std::function<void(std::string_view)> on_fatal_;
  std::map<std::uint64_t, Task> tasks_;
  std::uint64_t last_id_ = 0;
  bool stopping_ = false;
  boost::asio::steady_timer empty_;  // never expires; cancelled when the last task leaves
  TaskCounters counters_;
};

}  // namespace forestall::runtime
