// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/event.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace forestall::http {
namespace asio = boost::asio;

namespace {
// For ever: the timer is only a place to wait at; time comes from the clock.
constexpr auto never = asio::steady_timer::time_point::max();
}  // namespace

struct Event::Waiter {
  asio::steady_timer timer;
  enum class Woken : unsigned char { no, notified, late } woken = Woken::no;
  void wake(Woken why) {
    if (woken != Woken::no) return;
    woken = why;
    timer.cancel();
  }
};

void Event::notify_all() {
  for (Waiter* waiter : waiters_) waiter->wake(Waiter::Woken::notified);
}

asio::awaitable<bool> Event::wait_until(Clock& clock, Monotonic deadline) {
  Waiter waiter{asio::steady_timer(co_await asio::this_coro::executor, never)};
  struct Registration {
    Registration(Event& e, Waiter& w, Clock& c, Monotonic when)
        : event(e), clock(c), place(e.waiters_.insert(e.waiters_.end(), &w)) {
      if (when != Monotonic::max()) timer = clock.wake_at(when, [&w] { w.wake(Waiter::Woken::late); });
    }
    ~Registration() {
      clock.cancel(timer);
      event.waiters_.erase(place);
    }
    Event& event;
    Clock& clock;
    std::list<Waiter*>::iterator place;
    TimerId timer = TimerId::none;
  } registration(*this, waiter, clock, deadline);
  co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (waiter.woken == Waiter::Woken::no) throw boost::system::system_error(asio::error::operation_aborted);
  co_return waiter.woken == Waiter::Woken::notified;
}

}  // namespace forestall::http
