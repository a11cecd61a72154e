// SPDX-License-Identifier: Apache-2.0
// forestalld: reads the command line and the configuration, then runs the daemon until it is asked to leave.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "config/settings/load.hpp"
#include "config/settings/print.hpp"
#include "daemon/app/compose.hpp"
#include "daemon/app/lock_step_part.hpp"
#include "daemon/app/reload.hpp"
#include "daemon/app/supervisor.hpp"
#include "daemon/runtime/state_lock.hpp"
#include "daemon/timing/timekeeper.hpp"

namespace forestall::app {
namespace {

using runtime::ExitCode;

struct CommandLine {
  std::string config = "/etc/forestall/forestall.toml";
  bool check = false;
  std::string clock_from;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// One connection is one descriptor; the usual soft limit of 1,024 is meant for programs that use select(2).
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

ExitCode check(const CommandLine& line, const std::filesystem::path& credentials) {
  const auto settings = config::load(line.config, {.credentials_directory = credentials});
  if (!settings) {
    fmt::print(stderr, "{}\n{}: {} problem(s)\n", config::to_string(settings.error()), line.config,
               settings.error().size());
    return ExitCode::refused;
  }
  fmt::print("{}", config::effective(*settings));
  return ExitCode::ok;
}

ExitCode run(const CommandLine& line, const std::filesystem::path& credentials) {
  boost::asio::io_context io(1);
  timing::Timekeeper time(io);
  logging::StreamSink sink(STDERR_FILENO, time.machine(),
                           {.frame = logging::frame_for(STDERR_FILENO, environment("JOURNAL_STREAM"))});
  Logger log(sink, LogLevel::debug);  // the sink decides, so that a reload reaches every copy of the logger
  // Before anything slow: a signal that comes now is answered, not fatal.
  runtime::Signals signals(io.get_executor());
  raise_descriptor_limit();

  auto settings = config::load(line.config, {.credentials_directory = credentials});
  if (!settings) {
    for (const auto& problem : settings.error())
      log.error("configuration_refused", {{"problem", config::to_string(problem)}});
    return ExitCode::refused;
  }
  if (!line.clock_from.empty()) {
    if (auto ok = time.follow(line.clock_from, log); !ok) {
      log.error("start_failed", {{"part", "--clock-from"}, {"reason", ok.error()}});
      return ExitCode::refused;
    }
  }
  const auto lock = runtime::StateLock::take(settings->daemon.state_dir.string());
  if (!lock) {
    log.error("start_failed", {{"part", "state directory"}, {"reason", lock.error()}});
    return ExitCode::refused;
  }

  runtime::SystemdNotify notify;
  runtime::Lifecycle life;
  runtime::LoopMeter loop;
  loop.attach();
  runtime::Watchdog watchdog(time.machine(), notify, log, runtime::watchdog_timeout(),
                             settings->daemon.progress_deadline);
  auto* const lock_step = time.lock_step();
  // In lock-step results must come in the order of asking.
  runtime::WorkerPool workers(lock_step != nullptr ? 1 : settings->daemon.worker_threads);
  time.activity().also([&workers] { return workers.counters().waiting_or_running; });
  std::optional<Supervisor> supervisor;
  Context context{.version = FORESTALL_VERSION,
                  .settings = std::move(*settings),
                  .executor = io.get_executor(),
                  .clock = time.world(),
                  .machine_clock = time.machine(),
                  .random = time.random(),
                  .machine_random = time.machine_random(),
                  .sink = sink,
                  .log = log,
                  .loop = loop,
                  .watchdog = watchdog,
                  .workers = workers,
                  .activity = time.activity(),
                  .life = life,
                  .fatal = [&](std::string_view) { supervisor->part_failed(); }};
  auto& started = context.conditions.declare("started", "the daemon is starting");
  Parts parts;
  try {
    parts = compose(context);
  } catch (const std::runtime_error& e) {  // a configuration that one part can never work with
    log.error("start_failed", {{"part", "composition"}, {"reason", e.what()}});
    return ExitCode::refused;
  }
  SupervisorHooks hooks{.drain_deadline = [&] { return context.settings.daemon.drain_deadline; },
                        .reload = [&] { reload(context, parts, line.config, credentials); },
                        .abandon =
                            [&](ExitCode code) {
                              sink.flush();
                              _exit(runtime::to_int(code));
                            }};
  if (lock_step != nullptr) {
    parts.insert(parts.begin(), make_lock_step(context, *lock_step, [&] { supervisor->leave(); }));
    hooks.run_one = [lock_step] { return lock_step->run_one(); };
  }
  supervisor.emplace(io, time.machine(), log, notify, signals, life, std::move(hooks));
  log.notice("starting", {{"version", context.version}, {"config", line.config}, {"pid", getpid()}});
  const auto code = supervisor->run(parts, started);
  log.notice("stopped", {{"exit_code", runtime::to_int(code)}});
  sink.flush();
  return code;
}

}  // namespace
}  // namespace forestall::app

int main(int argc, char** argv) {
  using namespace forestall;
  using namespace forestall::app;
  CommandLine line;
  CLI::App cli("Keeps marketplace orders from being cancelled.", "forestalld");
  cli.add_option("--config", line.config, "The configuration")->capture_default_str()->type_name("FILE");
  cli.add_flag("--check", line.check,
               "Check the configuration, print what would be in force, and leave (0 or 1)");
  cli.add_option("--clock-from", line.clock_from,
                 "For trials: take the time from a forestall-sandbox on this machine (its printed address)")
      ->type_name("URL");
  cli.set_version_flag("--version", "forestalld " FORESTALL_VERSION);
  cli.footer(
      "Signals: SIGHUP reads the configuration again; SIGTERM settles and leaves, a second one leaves at "
      "once.\n"
      "Exit codes: 0 settled; 1 could not start; 2 usage; 3 a part failed; 4 did not settle in time; "
      "5 second signal.");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return cli.exit(e) == 0 ? 0 : runtime::to_int(runtime::ExitCode::usage);
  }
  const std::filesystem::path credentials = environment("CREDENTIALS_DIRECTORY");
  return runtime::to_int(line.check ? check(line, credentials) : run(line, credentials));
}
