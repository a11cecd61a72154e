// SPDX-License-Identifier: Apache-2.0
// The real forestalld in a temporary folder on a free port.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/daemon/tcp_client.hpp"
#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {

// The path of a program of this build ("forestalld", "forestall").
std::string program(std::string_view name);

struct DaemonOptions {
  std::string daemon_table{};  // more lines of [daemon]
  std::string api_table{};     // more lines of [api]
  std::string more{};          // more tables
  SpawnOptions spawn{};
};

class RunningDaemon {
 public:
  // Started; wait_until_ready() waits for it.
  explicit RunningDaemon(DaemonOptions options = {});
  // Kills it, and its private redis-server, which would wait to be adopted by the next daemon.
  ~RunningDaemon();

  // Started, and nothing missing any more: /readyz says so.
  bool wait_until_ready();
  // Writes the configuration again, with these lines instead.
  void rewrite(const DaemonOptions& options) const;
  std::optional<HttpAnswer> get(std::string_view target, std::string_view headers = {}) const {
    return http_get(port, target, headers);
  }
  std::optional<HttpAnswer> post(std::string_view target, std::string_view headers = {}) const {
    return http_post(port, target, headers);
  }
  // Asks it to leave and waits.
  std::optional<Ended> stop();
  // The value of an unlabelled (or fully written, labels included) sample of /metrics; -1 where there is
  // none.
  double metric(std::string_view sample) const;

  TemporaryFolder folder;
  std::uint16_t port;
  std::string config;
  ChildProcess process;
};

}  // namespace forestall::test
