// SPDX-License-Identifier: Apache-2.0
#include "connectors/net/sleep.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>

namespace forestall::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// One wait. Completed once, by the timer or by cancellation, whichever comes first.
template <class Handler>
struct Wait {
  explicit Wait(Handler h)
      : executor(asio::get_associated_executor(h)),
        work(asio::make_work_guard(executor)),
        handler(std::move(h)) {}

  void complete(error_code ec) {
    if (!handler) return;
    asio::post(executor, [h = std::move(*handler), ec]() mutable { std::move(h)(ec); });
    handler.reset();
    work.reset();
  }

  asio::associated_executor_t<Handler> executor;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> work;
  std::optional<Handler> handler;
  TimerId timer = TimerId::none;
};

}  // namespace

asio::awaitable<void> sleep_until(Clock& clock, Monotonic when) {
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
      [&clock, when]<class Handler>(Handler handler) {
        auto slot = asio::get_associated_cancellation_slot(handler);
        auto wait = std::make_shared<Wait<Handler>>(std::move(handler));
        wait->timer = clock.wake_at(when, [wait] { wait->complete({}); });
        if (slot.is_connected()) {
          slot.assign([&clock, weak = std::weak_ptr(wait)](asio::cancellation_type) {
            if (auto pending = weak.lock(); pending && pending->handler) {
              clock.cancel(pending->timer);
              pending->complete(asio::error::operation_aborted);
            }
          });
        }
      },
      asio::use_awaitable);
}

asio::awaitable<void> sleep_for(Clock& clock, std::chrono::nanoseconds duration) {
  return sleep_until(clock, clock.monotonic() + duration);
}

}  // namespace forestall::net
