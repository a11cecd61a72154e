// SPDX-License-Identifier: Apache-2.0
// Something coroutines of one loop wait for, no longer than until a deadline on the injected clock.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <list>

#include "config/base/clock.hpp"

namespace forestall::http {

// Not for several threads. Nobody may be waiting when it is destroyed.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Wakes everybody who waits now; who comes later waits for the next time.
  void notify_all();
  // True when notified, false at the deadline. Cancelled, it throws system_error(operation_aborted).
  boost::asio::awaitable<bool> wait_until(Clock& clock, Monotonic deadline);

 private:
  struct Waiter;
  std::list<Waiter*> waiters_;
};

}  // namespace forestall::http
