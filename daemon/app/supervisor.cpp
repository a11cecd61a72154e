// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/supervisor.hpp"

#include <fmt/format.h>

#include <csignal>

namespace forestall::app {

using boost::asio::awaitable;
using runtime::LifeAct;
using runtime::LifeEvent;
using runtime::OnFailure;

Supervisor::Supervisor(boost::asio::io_context& io, Clock& clock, Logger log, runtime::NotifyPort& notify,
                       runtime::Signals& signals, runtime::Lifecycle& life, SupervisorHooks hooks)
    : io_(io),
      clock_(clock),
      log_(std::move(log)),
      notify_(notify),
      signals_(signals),
      life_(life),
      hooks_(std::move(hooks)),
      starting_(io.get_executor(), log_, "start", [this](std::string_view) { on(LifeEvent::start_failed); }),
      tasks_(io.get_executor(), log_, "supervisor",
             [this](std::string_view) { on(LifeEvent::part_failed); }) {}

runtime::ExitCode Supervisor::run(const Parts& parts, Conditions::Row& started) {
  parts_ = &parts;
  started_row_ = &started;
  tasks_.spawn("signals", OnFailure::stop_daemon, watch_signals());
  starting_.spawn("start", OnFailure::stop_daemon, start_all());
  // Not io_.run(): a timer that somebody forgot must not keep a stopped daemon from leaving.
  while (!over_ || tasks_.size() > 0)
    if ((hooks_.run_one ? hooks_.run_one() : io_.run_one()) == 0)
      break;  // nothing left that could ever happen
  return life_.exit_code();
}

void Supervisor::on(LifeEvent event) {
  for (const auto act : life_.on(event)) perform(act);
}

void Supervisor::perform(LifeAct act) {
  switch (act) {
    case LifeAct::announce_ready:
      started_row_->met();
      notify_.send(runtime::ready_message("running"));
      log_.notice("ready", {{"parts", parts_->size()}});
      return;
    case LifeAct::reload:
      notify_.send(runtime::reloading_message(clock_.monotonic()));
      hooks_.reload();
      notify_.send(runtime::ready_message("running"));
      return;
    case LifeAct::cancel_start:
      starting_.begin_stop();
      return;
    case LifeAct::drain:
      begin_drain();
      return;
    case LifeAct::leave:
      clock_.cancel(deadline_);
      tasks_.begin_stop();
      over_ = true;
      return;
    case LifeAct::abandon:
      log_.error("drain_expired",
                 {{"part", stopping_part_}, {"exit_code", runtime::to_int(life_.exit_code())}});
      hooks_.abandon(life_.exit_code());
      return;
  }
}

void Supervisor::begin_drain() {
  const Millis within = hooks_.drain_deadline();
  started_row_->missing("the daemon is stopping");
  notify_.send(runtime::stopping_message("settling what is in flight"));
  log_.notice("draining", {{"within", within}, {"second_signal", "leaves at once"}});
  deadline_ = clock_.wake_at(clock_.monotonic() + within, [this] { on(LifeEvent::drain_expired); });
  tasks_.spawn("drain", OnFailure::stop_daemon, stop_all());
}

awaitable<void> Supervisor::start_all() {
  for (const auto& part : *parts_) {
    ++begun_;
    notify_.send(runtime::status_message("starting " + part.name));
    log_.info("starting", {{"part", part.name}});
    const auto status = co_await part.start();
    if (!status) {
      log_.error("start_failed", {{"part", part.name}, {"reason", status.error()}});
      on(LifeEvent::start_failed);
      co_return;
    }
  }
  on(LifeEvent::started);
}

awaitable<void> Supervisor::stop_all() {
  co_await starting_.stop();
  while (begun_ > 0) {
    const auto& part = parts_->at(--begun_);
    stopping_part_ = part.name;
    notify_.send(runtime::status_message("stopping " + part.name));
    log_.info("stopping", {{"part", part.name}});
    co_await part.stop();
  }
  on(LifeEvent::drained);
}

awaitable<void> Supervisor::watch_signals() {
  for (;;) {
    const int number = co_await signals_.next();
    log_.notice("signal", {{"name", std::string("SIG") + sigabbrev_np(number)}});
    on(number == SIGHUP ? LifeEvent::reload_asked : LifeEvent::stop_asked);
  }
}

}  // namespace forestall::app
