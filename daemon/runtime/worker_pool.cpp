// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/worker_pool.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <stdexcept>

namespace forestall::runtime {
namespace asio = boost::asio;

asio::awaitable<void> WorkerPool::run_erased(std::move_only_function<void(std::stop_token)> work) {
  if (stop_.stop_requested()) throw std::logic_error("work for a pool that was stopped");
  ++counters_.waiting_or_running;
  std::stop_source mine;
  const std::stop_callback pool_stops(stop_.get_token(), [&mine] { mine.request_stop(); });
  std::exception_ptr failure;
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [&]<class Handler>(Handler handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
          slot.assign([mine](asio::cancellation_type) mutable { mine.request_stop(); });
        auto executor = asio::get_associated_executor(handler);
        // The loop keeps running while work of it is elsewhere.
        asio::post(pool_, [&work, &failure, token = mine.get_token(), guard = asio::make_work_guard(executor),
                           h = std::move(handler)]() mutable {
          try {
            work(std::move(token));
          } catch (...) {
            failure = std::current_exception();
          }
          asio::post(guard.get_executor(), std::move(h));
        });
      },
      asio::use_awaitable);
  --counters_.waiting_or_running;
  ++counters_.finished;
  if (failure) std::rethrow_exception(failure);
}

void WorkerPool::stop() {
  stop_.request_stop();
  pool_.join();
}

}  // namespace forestall::runtime
