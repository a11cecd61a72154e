// SPDX-License-Identifier: Apache-2.0
// Feeds systemd's watchdog from real progress: a daemon that still turns but no longer decides is restarted.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/runtime/notify.hpp"

namespace forestall::runtime {

// One part that must keep going. It reports each pass of its loop, passes that found nothing to do included,
// at least once in every period().
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
};

class Watchdog {
 public:
  // `timeout` as systemd gave it (watchdog_timeout()); feeds at half of it. Without one (nullopt) it still
  // checks, every 10 s, so that a stall is logged where nobody restarts us.
  Watchdog(Clock& clock, NotifyPort& notify, Logger log, std::optional<std::chrono::microseconds> timeout);

  // The returned reference stays valid. Every part that was ever watched must make progress.
  Progress& watch(std::string name);
  std::chrono::nanoseconds period() const { return period_; }
  // One check: WATCHDOG=1 if every part made progress since the last one; else a log line naming those that
  // did not. True when fed.
  bool check();
  // check() once a period, for ever. Periods are counted on the monotonic clock.
  boost::asio::awaitable<void> run();

  std::uint64_t withheld() const { return withheld_; }  // checks that found somebody standing still

 private:
  Clock& clock_;
  NotifyPort& notify_;
  Logger log_;
  bool watched_;
  std::chrono::nanoseconds period_;
  std::deque<Progress> parts_;
  std::uint64_t withheld_ = 0;
};

}  // namespace forestall::runtime
