// SPDX-License-Identifier: Apache-2.0
#include "config/base/clock.hpp"

namespace forestall {

TimerId ManualClock::wake_at(Monotonic when, std::move_only_function<void()> wake) {
  const std::uint64_t id = ++last_id_;
  timers_.emplace(Key{when, id}, std::move(wake));
  due_.emplace(id, when);
  return TimerId{id};
}

void ManualClock::cancel(TimerId id) {
  const auto found = due_.find(static_cast<std::uint64_t>(id));
  if (found == due_.end()) return;
  timers_.erase(Key{found->second, found->first});
  due_.erase(found);
}

void ManualClock::advance(std::chrono::nanoseconds by, const std::function<void()>& settle) {
  const Monotonic target = monotonic_ + by;
  while (!timers_.empty() && timers_.begin()->first.first <= target) {
    auto first = timers_.extract(timers_.begin());
    due_.erase(first.key().second);
    if (first.key().first > monotonic_) monotonic_ = first.key().first;
    first.mapped()();
    if (settle) settle();
  }
  monotonic_ = target;
  if (settle) settle();
}

}  // namespace forestall
