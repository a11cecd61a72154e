// SPDX-License-Identifier: Apache-2.0
// A few threads for long work over immutable snapshots (sweeps, reports, rebuilds): the work runs off the
// loop, its result arrives on it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <utility>

namespace forestall::runtime {

struct WorkerCounters {
  std::uint64_t finished = 0;
  std::uint64_t waiting_or_running = 0;
};

// The work must not touch what the loop changes, must not log, and asks its stop_token between slices. The
// destructor asks all work to stop and joins the threads; whoever waits for a result is a task of a group
// that was joined before.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads) : pool_(threads) {}
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `work(stop_token)` on a worker and returns what it returns; an exception is thrown here, on the
  // loop. When the caller is cancelled the work's token is asked to stop and the call still waits for it to
  // end: nothing it refers to dies under it.
  template <class Work>
  auto run(Work work) -> boost::asio::awaitable<std::invoke_result_t<Work&, std::stop_token>> {
    using Value = std::invoke_result_t<Work&, std::stop_token>;
    if constexpr (std::is_void_v<Value>) {
      co_await run_erased(std::move(work));
    } else {
      std::optional<Value> value;
      co_await run_erased([&value, &work](std::stop_token stop) { value.emplace(work(std::move(stop))); });
      co_return std::move(*value);
    }
  }

  // Asks running work to stop, refuses new work (std::logic_error), joins.
  void stop();
  const WorkerCounters& counters() const { return counters_; }  // kept on the loop's thread

 private:
  boost::asio::awaitable<void> run_erased(std::move_only_function<void(std::stop_token)> work);
  boost::asio::thread_pool pool_;
  std::stop_source stop_;
  WorkerCounters counters_;
};

}  // namespace forestall::runtime
