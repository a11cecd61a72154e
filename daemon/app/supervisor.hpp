// SPDX-License-Identifier: Apache-2.0
// Carries out what the lifecycle decides: starts the parts in order, answers signals, drains in reverse
// order.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "config/base/clock.hpp"
#include "config/base/log.hpp"
#include "daemon/app/conditions.hpp"
#include "daemon/app/part.hpp"
#include "daemon/runtime/lifecycle.hpp"
#include "daemon/runtime/notify.hpp"
#include "daemon/runtime/signals.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {

struct SupervisorHooks {
  std::function<Millis()> drain_deadline;  // asked when the drain begins
  std::function<void()> reload;
  std::function<void(runtime::ExitCode)> abandon;  // must not return: the parts are not settled
  std::function<std::size_t()> run_one{};          // one turn of the loop; empty: io_context::run_one()
};

class Supervisor {
 public:
  Supervisor(boost::asio::io_context& io, Clock& clock, Logger log, runtime::NotifyPort& notify,
             runtime::Signals& signals, runtime::Lifecycle& life, SupervisorHooks hooks);

  // Runs the daemon from start to end on this thread. When it returns every part has stopped.
  runtime::ExitCode run(const Parts& parts, Conditions::Row& started);
  // A part cannot go on.
  void part_failed() { on(runtime::LifeEvent::part_failed); }
  // As SIGTERM.
  void leave() { on(runtime::LifeEvent::stop_asked); }

 private:
  void on(runtime::LifeEvent event);
  void perform(runtime::LifeAct act);
  void begin_drain();
  boost::asio::awaitable<void> start_all();
  boost::asio::awaitable<void> stop_all();
  boost::asio::awaitable<void> watch_signals();

  boost::asio::io_context& io_;
  Clock& clock_;
  Logger log_;
  runtime::NotifyPort& notify_;
  runtime::Signals& signals_;
  runtime::Lifecycle& life_;
  SupervisorHooks hooks_;
  const Parts* parts_ = nullptr;
  Conditions::Row* started_row_ = nullptr;
  std::size_t begun_ = 0;  // parts whose start() was called
  std::string stopping_part_;
  TimerId deadline_ = TimerId::none;
  bool over_ = false;
  runtime::TaskGroup starting_;
  runtime::TaskGroup tasks_;
};

}  // namespace forestall::app
