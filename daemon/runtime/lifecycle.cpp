// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/lifecycle.hpp"

#include <utility>

namespace forestall::runtime {

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::starting:
      return "starting";
    case Phase::ready:
      return "ready";
    case Phase::draining:
      return "draining";
    case Phase::stopped:
      return "stopped";
  }
  return "stopped";
}

std::vector<LifeAct> Lifecycle::drain(ExitCode code) {
  const bool was_starting = std::exchange(phase_, Phase::draining) == Phase::starting;
  exit_code_ = code;
  if (was_starting) return {LifeAct::cancel_start, LifeAct::drain};
  return {LifeAct::drain};
}

std::vector<LifeAct> Lifecycle::on(LifeEvent event) {
  const bool running = phase_ == Phase::starting || phase_ == Phase::ready;
  switch (event) {
    case LifeEvent::started:
      if (phase_ != Phase::starting) return {};
      phase_ = Phase::ready;
      // What SIGHUP asked for during the start was perhaps written after we read the file.
      if (std::exchange(reload_waits_, false)) return {LifeAct::announce_ready, LifeAct::reload};
      return {LifeAct::announce_ready};
    case LifeEvent::start_failed:
      return phase_ == Phase::starting ? drain(ExitCode::refused) : std::vector<LifeAct>{};
    case LifeEvent::stop_asked:
      return running ? drain(ExitCode::ok) : std::vector<LifeAct>{};
    case LifeEvent::reload_asked:
      if (phase_ == Phase::starting) reload_waits_ = true;
      return phase_ == Phase::ready ? std::vector{LifeAct::reload} : std::vector<LifeAct>{};
    case LifeEvent::part_failed:
      if (running) return drain(ExitCode::failed);
      if (phase_ == Phase::draining && exit_code_ == ExitCode::ok) exit_code_ = ExitCode::failed;
      return {};
    case LifeEvent::drained:
      if (phase_ != Phase::draining) return {};
      phase_ = Phase::stopped;
      return {LifeAct::leave};
    case LifeEvent::drain_expired:
      if (phase_ != Phase::draining) return {};
      phase_ = Phase::stopped;
      if (exit_code_ == ExitCode::ok) exit_code_ = ExitCode::drain_timeout;
      return {LifeAct::abandon};
  }
  return {};
}

}  // namespace forestall::runtime
