// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/watchdog.hpp"

#include "connectors/net/sleep.hpp"

namespace forestall::runtime {

Watchdog::Watchdog(Clock& clock, NotifyPort& notify, Logger log,
                   std::optional<std::chrono::microseconds> timeout)
    : clock_(clock),
      notify_(notify),
      log_(std::move(log)),
      watched_(timeout.has_value()),
      period_(timeout.value_or(std::chrono::seconds{20}) / 2) {}

Progress& Watchdog::watch(std::string name) { return parts_.emplace_back(std::move(name)); }

bool Watchdog::check() {
  bool all = true;
  for (auto& part : parts_) {
    if (part.passes_ == part.seen_) {
      log_.error("no_progress", {{"part", part.name_},
                                 {"passes", part.passes_},
                                 {"period", std::chrono::duration_cast<Millis>(period_)}});
      all = false;
    }
    part.seen_ = part.passes_;
  }
  if (!all)
    ++withheld_;
  else if (watched_)
    notify_.send(watchdog_message());
  return all;
}

boost::asio::awaitable<void> Watchdog::run() {
  for (;;) {
    co_await net::sleep_for(clock_, period_);
    check();
  }
}

}  // namespace forestall::runtime
