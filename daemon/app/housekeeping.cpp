// SPDX-License-Identifier: Apache-2.0
#include "daemon/app/housekeeping.hpp"

#include <memory>

#include "connectors/net/sleep.hpp"
#include "daemon/metrics/families.hpp"
#include "daemon/runtime/process_figures.hpp"
#include "daemon/runtime/task_group.hpp"

namespace forestall::app {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

class Housekeeping {
 public:
  explicit Housekeeping(Context& context)
      : context_(context), tasks_(context.executor, context.log, "housekeeping", context.fatal) {}

  awaitable<Status> start() {
    using enum runtime::OnFailure;
    tasks_.spawn("log", stop_daemon, tend());
    tasks_.spawn("watchdog", stop_daemon, context_.watchdog.run());
    co_return Status{};
  }
  awaitable<void> stop() { return tasks_.stop(); }

 private:
  awaitable<void> tend() {
    auto& progress = context_.watchdog.watch("loop");
    for (;;) {
      co_await net::sleep_for(context_.machine_clock, 500ms);
      progress.made();
      context_.sink.flush();
      const std::chrono::duration<double> longest(context_.loop.take_longest_seconds());
      const Millis limit = context_.settings.daemon.turn_limit;
      if (longest > limit)
        context_.log.warning("long_turn", {{"seconds", longest.count()}, {"limit", limit}});
    }
  }

  Context& context_;
  runtime::TaskGroup tasks_;
};

void apply(Context& context, const config::Settings& settings) {
  context.sink.set_format(settings.daemon.log_format == config::LogFormat::json ? logging::Format::json
                                                                                : logging::Format::key_value);
  context.sink.set_level(settings.daemon.log_level);
  context.watchdog.set_progress_deadline(settings.daemon.progress_deadline);
}

}  // namespace

Part make_housekeeping(Context& context) {
  apply(context, context.settings);
  const auto self = std::make_shared<Housekeeping>(context);
  return {.name = "housekeeping",
          .start = [self] { return self->start(); },
          .stop = [self] { return self->stop(); },
          .reload = [&context](const config::Settings& next) { apply(context, next); }};
}

void add_own_figures(Context& context) {
  context.metrics.add([&context](metrics::Page& page) {
    metrics::collect_build(page, context.version);
    metrics::collect_process(page, runtime::read_process_figures());
    metrics::collect_log(page, context.sink.counters());
    metrics::collect_loop(page, context.loop);
    metrics::collect_workers(page, context.workers.counters());
    metrics::collect_watchdog(page, context.watchdog);
  });
}

}  // namespace forestall::app
