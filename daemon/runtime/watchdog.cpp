// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/watchdog.hpp"

#include <algorithm>

#include "connectors/net/sleep.hpp"

namespace forestall::runtime {
namespace {

constexpr auto retry_every = std::chrono::seconds(1);  // what the service manager had no room for

}  // namespace

Watchdog::Watchdog(Clock& clock, NotifyPort& notify, Logger log,
                   std::optional<std::chrono::nanoseconds> timeout,
                   std::chrono::nanoseconds progress_deadline)
    : clock_(clock), notify_(notify), log_(std::move(log)), timeout_(timeout), deadline_(progress_deadline) {}

Progress& Watchdog::watch(std::string name) {
  auto& part = parts_.emplace_back(std::move(name));
  part.since_ = clock_.monotonic();
  return part;
}

std::chrono::nanoseconds Watchdog::period() const {
  return std::min(timeout_.value_or(deadline_), deadline_) / 2;
}

bool Watchdog::check() {
  const auto now = clock_.monotonic();
  bool all = true;
  for (auto& part : parts_) {
    if (part.passes_ != part.seen_) {
      part.seen_ = part.passes_;
      part.since_ = now;
    } else if (now - part.since_ >= deadline_) {
      log_.error("no_progress",
                 {{"part", part.name_}, {"for", std::chrono::duration_cast<Millis>(now - part.since_)}});
      all = false;
    }
  }
  if (!all)
    ++withheld_;
  else if (timeout_)
    notify_.send(watchdog_message());
  return all;
}

boost::asio::awaitable<void> Watchdog::run() {
  for (;;) {
    const auto due = clock_.monotonic() + period();
    while (clock_.monotonic() < due) {
      co_await net::sleep_for(clock_,
                              std::min<std::chrono::nanoseconds>(due - clock_.monotonic(), retry_every));
      notify_.retry();
    }
    check();
  }
}

}  // namespace forestall::runtime
