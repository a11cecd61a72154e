// SPDX-License-Identifier: Apache-2.0
// Lock-step: time moves only while the daemon has nothing under way, straight to its next timer, and one
// thing happens after the other. So a month passes as fast as it can be worked through, always in the same
// way.
//
//   ready handlers -> calls under way end -> next call of the row -> next due timer -> the sandbox moves on
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "config/base/log.hpp"
#include "daemon/runtime/task_group.hpp"
#include "daemon/timing/activity.hpp"
#include "daemon/timing/clock_source.hpp"
#include "daemon/timing/stepped_clock.hpp"

namespace forestall::timing {

class LockStep {
 public:
  struct Hooks {
    std::function<bool()> may_move;                     // false while the daemon is still starting
    std::function<void()> ended;                        // once: the history is over
    std::function<void(std::string_view task)> failed;  // the sandbox cannot be asked any more
  };
  // All references outlive it. Puts the calls of `activity` in a row.
  LockStep(boost::asio::io_context& io, SteppedClock& clock, Activity& activity, ClockSource& source,
           Instant end, Logger log);

  void begin(Hooks hooks);
  boost::asio::awaitable<void> stop() { return tasks_.stop(); }

  // In place of io_context::run_one(): 0 where nothing could ever happen again.
  std::size_t run_one();

  struct Counters {
    std::uint64_t steps = 0;  // times the sandbox was told to move on
    std::uint64_t timers = 0;
    std::uint64_t calls = 0;
  };
  const Counters& counters() const { return counters_; }

 private:
  bool quiet() const;
  boost::asio::awaitable<void> move_to(Instant when);

  boost::asio::io_context& io_;
  SteppedClock& clock_;
  Activity& activity_;
  ClockSource& source_;
  Instant end_;
  Logger log_;
  Hooks hooks_{};
  runtime::TaskGroup tasks_;
  std::uint64_t fired_here_ = 0;  // timers since time last moved
  bool ended_ = false;
  Counters counters_;
};

}  // namespace forestall::timing
