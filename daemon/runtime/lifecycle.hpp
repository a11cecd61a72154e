// SPDX-License-Identifier: Apache-2.0
// The life of the daemon as a pure state machine: events in, acts out. The shell (daemon/app) carries the
// acts out.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "daemon/runtime/exit_code.hpp"

namespace forestall::runtime {

enum class Phase : std::uint8_t { starting, ready, draining, stopped };
std::string_view phase_name(Phase phase);

enum class LifeEvent : std::uint8_t {
  started,        // every part runs
  start_failed,   // one part refused to start; those before it run
  stop_asked,     // SIGTERM, SIGINT
  reload_asked,   // SIGHUP
  part_failed,    // a task whose failure the daemon does not survive
  drained,        // every part has stopped
  drain_expired,  // the deadline for that passed
};

enum class LifeAct : std::uint8_t {
  announce_ready,  // tell systemd READY=1
  reload,          // read the configuration again
  cancel_start,    // stop waiting for the part that is starting
  drain,           // stop the parts in reverse order, with a deadline
  leave,           // return exit_code() from main
  abandon,         // leave at once without destructors, with exit_code()
};

class Lifecycle {
 public:
  Phase phase() const { return phase_; }
  ExitCode exit_code() const { return exit_code_; }  // of a stopped daemon
  std::vector<LifeAct> on(LifeEvent event);

 private:
  std::vector<LifeAct> drain(ExitCode code);
  Phase phase_ = Phase::starting;
  ExitCode exit_code_ = ExitCode::ok;
  bool reload_waits_ = false;
};

}  // namespace forestall::runtime
