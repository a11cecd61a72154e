// SPDX-License-Identifier: Apache-2.0
// Feeds systemd's watchdog from real progress: a daemon that still turns but no longer decides is restarted.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/runtime/notify.hpp"

namespace forestall::runtime {

// One part that must keep going. It reports each pass of its loop, passes that found nothing to do included,
// well within the deadline (period() is a good interval).
class Progress {
 public:
  explicit Progress(std::string name) : name_(std::move(name)) {}
  void made() { ++passes_; }
  const std::string& name() const { return name_; }
  std::uint64_t passes() const { return passes_; }

 private:
  friend class Watchdog;
  std::string name_;
  std::uint64_t passes_ = 0;
  std::uint64_t seen_ = 0;
  Monotonic since_{};  // when a new pass was last noticed
};

class Watchdog {
 public:
  // `timeout` as systemd gave it (watchdog_timeout()): fed at half of it; nullopt: nobody restarts us, and a
  // stall is only logged. `progress_deadline`: how long a part may stand still.
  Watchdog(Clock& clock, NotifyPort& notify, Logger log, std::optional<std::chrono::nanoseconds> timeout,
           std::chrono::nanoseconds progress_deadline);

  // The returned reference stays valid. Its deadline runs from now.
  Progress& watch(std::string name);
  void set_progress_deadline(std::chrono::nanoseconds deadline) { deadline_ = deadline; }
  // Between two checks: half of systemd's timeout, and not more than half of the deadline.
  std::chrono::nanoseconds period() const;
  // One check: WATCHDOG=1 if no part stands still for longer than the deadline; else a log line naming those
  // that do.
  bool check();
  // check() once a period, for ever, on the monotonic clock.
  boost::asio::awaitable<void> run();

  std::uint64_t withheld() const { return withheld_; }  // checks that found somebody standing still

 private:
  Clock& clock_;
  NotifyPort& notify_;
  Logger log_;
  std::optional<std::chrono::nanoseconds> timeout_;
  std::chrono::nanoseconds deadline_;
  std::deque<Progress> parts_;
  std::uint64_t withheld_ = 0;
};

}  // namespace forestall::runtime
