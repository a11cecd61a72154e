// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/loop_meter.hpp"

#include <sys/epoll.h>

#include <algorithm>

namespace forestall::runtime {
namespace {

// Asio offers no hook around its wait, and a timer's lateness sees only turns longer than the timer's period.
// The linker redirects epoll_wait() here instead (--wrap, set by this library's link options).
thread_local constinit LoopMeter* meter_of_this_thread = nullptr;

LoopMeter::Duration now() {
  return std::chrono::duration_cast<LoopMeter::Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

void LoopMeter::attach() {
  meter_of_this_thread = this;
  window_began_ = now();
}

void LoopMeter::detach() {
  if (meter_of_this_thread == this) meter_of_this_thread = nullptr;
}

void LoopMeter::wait_begins(Duration now) {
  if (turn_began_ < Duration::zero()) return;  // the first wait ends no turn
  const double seconds = std::chrono::duration<double>(now - turn_began_).count();
  ++turns_;
  total_seconds_ += seconds;
  ++buckets_[static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin())];
  longest_seconds_ = std::max(longest_seconds_, seconds);
  longest_since_taken_ = std::max(longest_since_taken_, seconds);
  if (now - window_began_ >= window) {
    // Nothing was measured for more than a window: what came before is older than both.
    longest_last_window_ = now - window_began_ >= 2 * window ? 0 : longest_this_window_;
    longest_this_window_ = 0;
    window_began_ = now;
  }
  longest_this_window_ = std::max(longest_this_window_, seconds);
}

double LoopMeter::longest_recent_seconds() const {
  return std::max(longest_this_window_, longest_last_window_);
}

}  // namespace forestall::runtime

// NOLINTBEGIN(bugprone-reserved-identifier): the names are the linker's.
extern "C" int __real_epoll_wait(int fd, epoll_event* events, int most, int timeout);
extern "C" int __wrap_epoll_wait(int fd, epoll_event* events, int most, int timeout);
extern "C" int __wrap_epoll_wait(int fd, epoll_event* events, int most, int timeout) {
  auto* const meter = forestall::runtime::meter_of_this_thread;
  if (meter == nullptr) return __real_epoll_wait(fd, events, most, timeout);
  meter->wait_begins(forestall::runtime::now());
  const int n = __real_epoll_wait(fd, events, most, timeout);
  meter->wait_ends(forestall::runtime::now());
  return n;
}
// NOLINTEND(bugprone-reserved-identifier)
