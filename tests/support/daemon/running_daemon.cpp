// SPDX-License-Identifier: Apache-2.0
#include "tests/support/daemon/running_daemon.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>

namespace forestall::test {
namespace {

std::string configuration(const TemporaryFolder& folder, std::uint16_t port, const DaemonOptions& options) {
  return fmt::format("[daemon]\nstate_dir = \"{}\"\n{}\n[api]\nlisten = \"127.0.0.1:{}\"\n{}\n{}\n",
                     folder.file("state"), options.daemon_table, port, options.api_table, options.more);
}

}  // namespace

std::string program(std::string_view name) { return fmt::format("{}/{}", FORESTALL_BIN_DIR, name); }

RunningDaemon::RunningDaemon(DaemonOptions options)
    : port(free_port()),
      config(folder.write("forestall.toml", configuration(folder, port, options))),
      process({program("forestalld"), "--config", config}, std::move(options.spawn)) {}

RunningDaemon::~RunningDaemon() {
  process.signal(SIGKILL);
  process.wait_for();
  run({"pkill", "-KILL", "-f", folder.file("state/redis/")});
}

bool RunningDaemon::wait_until_ready() {
  return process.wait_for_err("event=ready") && eventually([&] {
           const auto answer = get("/readyz");
           return answer && answer->status == 200;
         });
}

void RunningDaemon::rewrite(const DaemonOptions& options) const {
  folder.write("forestall.toml", configuration(folder, port, options));
}

std::optional<Ended> RunningDaemon::stop() {
  process.signal(SIGTERM);
  return process.wait_for();
}

double RunningDaemon::metric(std::string_view sample) const {
  const auto page = get("/metrics");
  const auto at = page ? ("\n" + page->body).find(fmt::format("\n{} ", sample)) : std::string::npos;
  return at == std::string::npos ? -1 : std::strtod(page->body.c_str() + at + sample.size() + 1, nullptr);
}

}  // namespace forestall::test
