// SPDX-License-Identifier: Apache-2.0
#include "connectors/net/system_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <unordered_map>

namespace forestall::net {
namespace {

using Steady = std::chrono::steady_clock;

Steady::time_point to_steady(Monotonic when) {
  return Steady::time_point(std::chrono::duration_cast<Steady::duration>(when.time_since_epoch()));
}

}  // namespace

// One Asio timer, armed for the earliest of an ordered list: setting a timer costs a map insertion, not a
// descriptor or an allocation in the reactor.
struct SystemClock::Impl {
  explicit Impl(const boost::asio::any_io_executor& executor) : timer(executor) {}

  void arm() {
    if (timers.empty()) {
      timer.cancel();
      armed_for = Monotonic::max();
      return;
    }
    const Monotonic first = timers.begin()->first.first;
    if (first == armed_for) return;
    armed_for = first;
    timer.expires_at(to_steady(first));
    timer.async_wait([this](const boost::system::error_code& ec) {
      if (!ec) fire();
    });
  }

  void fire() {
    const Monotonic now(std::chrono::duration_cast<Monotonic::duration>(Steady::now().time_since_epoch()));
    armed_for = Monotonic::max();
    // Timers set by those that fire now wait for the next turn: one that sets itself into the past again and
    // again must not keep the loop.
    const std::uint64_t newest = last_id;
    while (!timers.empty() && timers.begin()->first.first <= now && timers.begin()->first.second <= newest) {
      auto first = timers.extract(timers.begin());
      due.erase(first.key().second);
      first.mapped()();
    }
    arm();
  }

  boost::asio::steady_timer timer;
  Monotonic armed_for = Monotonic::max();
  std::uint64_t last_id = 0;
  std::map<std::pair<Monotonic, std::uint64_t>, std::move_only_function<void()>> timers;
  std::unordered_map<std::uint64_t, Monotonic> due;
};

SystemClock::SystemClock(boost::asio::any_io_executor executor) : impl_(std::make_unique<Impl>(executor)) {}
SystemClock::~SystemClock() = default;

Instant SystemClock::now() const { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

Monotonic SystemClock::monotonic() const {
  return Monotonic(std::chrono::duration_cast<Monotonic::duration>(Steady::now().time_since_epoch()));
}

TimerId SystemClock::wake_at(Monotonic when, std::move_only_function<void()> wake) {
  const std::uint64_t id = ++impl_->last_id;
  impl_->timers.emplace(std::pair(when, id), std::move(wake));
  impl_->due.emplace(id, when);
  impl_->arm();
  return TimerId{id};
}

void SystemClock::cancel(TimerId id) {
  const auto found = impl_->due.find(static_cast<std::uint64_t>(id));
  if (found == impl_->due.end()) return;
  impl_->timers.erase(std::pair(found->second, found->first));
  impl_->due.erase(found);
  impl_->arm();
}

}  // namespace forestall::net
