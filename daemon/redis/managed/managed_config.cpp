// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/managed/managed_config.hpp"

#include <fmt/format.h>

#include "config/base/text.hpp"
#include "daemon/redis/endpoint.hpp"

namespace forestall::redis {

Status check_managed_options(const ManagedOptions& options) {
  const auto& directory = options.directory;
  if (!directory.starts_with('/') || directory.ends_with('/'))
    return fail(ErrorCode::invalid_argument,
                "managed redis: the directory is an absolute path without '/' at its end");
  if (has_control_characters(directory) || directory.find_first_of("\"\\' ") != std::string::npos)
    return fail(ErrorCode::invalid_argument,
                "managed redis: spaces, quotes or control characters in the directory");
  if (const auto socket = parse_endpoint("unix:" + options.socket_path()); !socket)
    return fail_in("managed redis", socket.error());
  for (const auto& line : options.extra)
    if (has_control_characters(line))
      return fail(ErrorCode::invalid_argument, "managed redis: control characters in an extra line");
  return {};
}

std::string managed_config_text(const ManagedOptions& options) {
  std::string text = fmt::format(
      R"(# Written at each start of the server; changes to this file are lost.
# Only through a socket that only we can open.
port 0
unixsocket {socket}
unixsocketperm 700
protected-mode yes
# What was acknowledged is on disk: appended and synced before the answer. No snapshots beside it.
dir {directory}
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
# A tail torn by a power cut was never acknowledged; damage anywhere else stops the start.
aof-load-truncated yes
aof-use-rdb-preamble yes
# Rewritten when it has doubled.
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size 64mb
save ""
# Nothing is ever thrown away to make room.
maxmemory {max_memory}
maxmemory-policy noeviction
databases 1
daemonize no
supervised no
pidfile ""
loglevel notice
logfile {log}
always-show-logo no
timeout 0
)",
      fmt::arg("socket", options.socket_path()), fmt::arg("directory", options.directory),
      fmt::arg("max_memory", options.max_memory_bytes), fmt::arg("log", options.log_path()));
  for (const auto& line : options.extra) text += line + '\n';
  return text;
}

}  // namespace forestall::redis
