// SPDX-License-Identifier: Apache-2.0
// The clocks of one run of the daemon: the system's, or those that follow a sandbox.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "config/base/clock.hpp"
#include "config/base/error.hpp"
#include "config/base/log.hpp"
#include "config/base/random.hpp"
#include "daemon/timing/activity.hpp"
#include "daemon/timing/lock_step.hpp"

namespace forestall::timing {

class Timekeeper {
 public:
  // The system's time. The loop outlives it.
  explicit Timekeeper(boost::asio::io_context& io);
  ~Timekeeper();
  Timekeeper(const Timekeeper&) = delete;
  Timekeeper& operator=(const Timekeeper&) = delete;

  // Follows the sandbox at `address` from now on. Turns the loop until it has answered: call it before
  // anybody else uses the clocks. Errors: those of ClockSource, and of no connection.
  Status follow(std::string_view address, const Logger& log);

  Clock& world();
  Clock& machine();
  Random& random();          // by the sandbox's seed in lock-step, else by the operating system
  Random& machine_random();  // by the operating system
  Activity& activity();
  LockStep* lock_step();  // null where time runs by itself

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::timing
