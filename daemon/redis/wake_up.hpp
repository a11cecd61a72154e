// SPDX-License-Identifier: Apache-2.0
// One coroutine waits, somebody on the same loop wakes it. Cheaper than a timer, and the woken one runs in a
// turn of its own, never inside the caller of notify(). Private to this folder.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <functional>
#include <memory>
#include <utility>

namespace forestall::redis {

class WakeUp {
 public:
  WakeUp() = default;
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  // Resumes after the next notify(), at once if there was one since the last wait. A cancelled wait resumes
  // after calling on_cancel(), and returns like any other: the waiter looks at what it waited for.
  template <class OnCancel>
  boost::asio::awaitable<void> wait(OnCancel on_cancel);
  boost::asio::awaitable<void> wait() {
    return wait([] {});
  }

  void notify() {
    if (!resume_)
      notified_ = true;
    else
      std::exchange(resume_, nullptr)();
  }
  bool waiting() const { return resume_ != nullptr; }

 private:
  bool notified_ = false;
  std::move_only_function<void()> resume_;
  std::shared_ptr<WakeUp*> alive_;  // set once a cancellation slot refers to this
};

template <class OnCancel>
boost::asio::awaitable<void> WakeUp::wait(OnCancel on_cancel) {
  namespace asio = boost::asio;
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this, cancel = std::move(on_cancel)]<class Handler>(Handler handler) mutable {
        assert(!resume_);
        auto slot = asio::get_associated_cancellation_slot(handler);
        resume_ = [h = std::move(handler)]() mutable {
          auto executor = asio::get_associated_executor(h);
          asio::post(executor, std::move(h));
        };
        if (std::exchange(notified_, false)) return notify();
        if (!slot.is_connected()) return;
        // The slot may outlive this object: it holds a weak reference.
        if (!alive_) alive_ = std::make_shared<WakeUp*>(this);
        slot.assign(
            [weak = std::weak_ptr(alive_), cancel = std::move(cancel)](asio::cancellation_type) mutable {
              const auto self = weak.lock();
              if (!self || !(*self)->waiting()) return;
              cancel();
              (*self)->notify();
            });
      },
      asio::use_awaitable);
}

}  // namespace forestall::redis
