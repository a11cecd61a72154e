// SPDX-License-Identifier: Apache-2.0
#include "daemon/timing/stepped_clock.hpp"

#include <algorithm>

namespace forestall::timing {

TimerId SteppedClock::wake_at(Monotonic when, std::move_only_function<void()> wake) {
  const std::uint64_t id = ++last_id_;
  timers_.emplace(Key(when, id), std::move(wake));
  due_.emplace(id, when);
  return TimerId{id};
}

void SteppedClock::cancel(TimerId id) {
  const auto found = due_.find(static_cast<std::uint64_t>(id));
  if (found == due_.end()) return;
  timers_.erase(Key(found->second, found->first));
  due_.erase(found);
}

std::optional<Instant> SteppedClock::next_due() const {
  if (timers_.empty()) return std::nullopt;
  const Monotonic when = std::max(timers_.begin()->first.first, monotonic_);
  // Far-away timers (a wait without end) are no reason to move.
  if (when.time_since_epoch() > std::chrono::hours(24 * 365 * 100)) return std::nullopt;
  return start_ + std::chrono::ceil<Millis>(when.time_since_epoch());
}

bool SteppedClock::fire_one() {
  if (timers_.empty() || timers_.begin()->first.first > monotonic_) return false;
  auto first = timers_.extract(timers_.begin());
  due_.erase(first.key().second);
  first.mapped()();
  return true;
}

void SteppedClock::set(Instant now) { monotonic_ = std::max(monotonic_, Monotonic(now - start_)); }

}  // namespace forestall::timing
