// SPDX-License-Identifier: Apache-2.0
// The configuration of the private redis-server: what is acknowledged is on disk, and nobody else gets in.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::redis {

struct ManagedOptions {
  std::string directory{};               // absolute; made with mode 0700; holds everything of this server
  std::string program = "redis-server";  // looked up in PATH where it holds no '/'
  std::uint64_t max_memory_bytes = 0;    // 0: no limit; writes are refused at it, nothing is ever evicted
  std::vector<std::string> extra{};      // more lines of configuration, after ours

  std::string socket_path() const { return directory + "/redis.sock"; }
  std::string config_path() const { return directory + "/redis.conf"; }
  std::string log_path() const { return directory + "/redis.log"; }
  std::string lock_path() const { return directory + "/lock"; }
};

// `invalid_argument` for a directory that is not absolute, has characters Redis would misread, or is too long
// for a Unix socket in it.
Status check_managed_options(const ManagedOptions& options);

// The text of redis.conf. Also for a unit of its own under systemd (`redis-server FILE`).
std::string managed_config_text(const ManagedOptions& options);

}  // namespace forestall::redis
