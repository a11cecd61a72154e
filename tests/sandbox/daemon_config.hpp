// SPDX-License-Identifier: Apache-2.0
// A configuration with which forestalld looks after the sandbox's accounts, so that a trial is one command.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tests/sandbox/market.hpp"

namespace forestall::sandbox {

struct DaemonConfig {
  std::string base_url{};      // of this sandbox
  std::uint16_t api_port = 0;  // for the daemon
  std::string mode = "guard";  // of every account
  std::string warehouse{};     // the folder with stock files; empty: no [[stock]]
};

// The text of forestall.toml. Secrets stand beside it in files.
std::string daemon_config(const Market& market, const DaemonConfig& wanted);
// Writes forestall.toml, the secrets (readable by nobody else) and an API token into the folder, which
// exists.
Status write_daemon_config(const Market& market, const DaemonConfig& wanted,
                           const std::filesystem::path& folder);

}  // namespace forestall::sandbox
