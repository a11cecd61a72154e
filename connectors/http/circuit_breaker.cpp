// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/circuit_breaker.hpp"

#include <algorithm>

namespace forestall::http {

std::string_view state_name(BreakerState state) {
  static constexpr std::array<std::string_view, 3> names = {"closed", "open", "half_open"};
  return names[static_cast<std::size_t>(state)];
}

BreakerState CircuitBreaker::state(Monotonic now) const {
  if (closed_) return BreakerState::closed;
  return now < open_until_ ? BreakerState::open : BreakerState::half_open;
}

CircuitBreaker::Permit CircuitBreaker::admit(Monotonic now) {
  switch (state(now)) {
    case BreakerState::closed:
      return {true, false, now};
    case BreakerState::half_open:
      if (!probing_) {
        probing_ = true;
        return {true, true, now};
      }
      return {false, false, now + std::chrono::seconds(1)};
    case BreakerState::open:
      break;
  }
  return {false, false, open_until_};
}

void CircuitBreaker::record(const Permit& permit, CallResult result, Monotonic now) {
  if (!permit.allowed) return;
  if (permit.probe) {
    probing_ = false;
    if (result == CallResult::succeeded) {
      closed_ = true;
      openings_ = 0;
      consecutive_ = 0;
      window_ = {};
    } else if (result == CallResult::failed) {
      open(now);
    }  // ignored: still half-open, the next call is the probe
    return;
  }
  if (!closed_ || result == CallResult::ignored) return;  // a straggler from before it opened decides nothing
  count(result == CallResult::failed, now);
  if (consecutive_ >= rules_.consecutive_failures || too_many(now)) open(now);
}

std::int64_t CircuitBreaker::slot_index(Monotonic now) const {
  const auto width = std::chrono::nanoseconds(rules_.window) / static_cast<std::int64_t>(slots);
  return now.time_since_epoch() / width;
}

void CircuitBreaker::count(bool failed, Monotonic now) {
  const auto index = slot_index(now);
  Slot& slot = window_[static_cast<std::size_t>(index) % slots];
  if (slot.index != index) slot = Slot{index, 0, 0};
  ++slot.calls;
  slot.failures += failed ? 1 : 0;
  consecutive_ = failed ? consecutive_ + 1 : 0;
}

bool CircuitBreaker::too_many(Monotonic now) const {
  const auto oldest = slot_index(now) - static_cast<std::int64_t>(slots) + 1;
  int calls = 0;
  int failures = 0;
  for (const Slot& slot : window_) {
    if (slot.index < oldest) continue;
    calls += slot.calls;
    failures += slot.failures;
  }
  return calls >= rules_.least_calls && failures >= rules_.failure_ratio * calls;
}

void CircuitBreaker::open(Monotonic now) {
  closed_ = false;
  const auto pause =
      std::min(rules_.longest_pause, rules_.pause * (std::int64_t{1} << std::min(openings_, 20)));
  ++openings_;
  open_until_ = now + pause;
}

}  // namespace forestall::http
