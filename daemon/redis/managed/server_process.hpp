// SPDX-License-Identifier: Apache-2.0
// A redis-server as a process, started by us or found running. Named by pidfd, so that no signal ever reaches
// a stranger who got the number of one that ended, and nothing here touches SIGCHLD.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::redis {

class ServerProcess {
 public:
  // Starts it in a session of its own (a terminal's Ctrl-C is not for it), with umask 077, no descriptor of
  // ours but `inherited_fd` (as number 3), output appended to `log_path`. `not_found` when there is no such
  // program.
  static Result<ServerProcess> start(boost::asio::any_io_executor executor,
                                     std::vector<std::string> arguments, int inherited_fd,
                                     const std::string& log_path);
  // One that runs already and is not our child.
  static Result<ServerProcess> adopt(boost::asio::any_io_executor executor, pid_t pid);

  ~ServerProcess();
  ServerProcess(ServerProcess&&) noexcept;
  ServerProcess& operator=(ServerProcess&&) noexcept;

  pid_t pid() const;
  // Resumes when it has ended; may be cancelled. One waiter at a time.
  boost::asio::awaitable<void> ended();
  // "exit code 1", "signal 9"; "ended" where it was not our child. Empty while it runs.
  std::string how_it_ended();
  void signal(int number) const;

 private:
  struct Impl;
  explicit ServerProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace forestall::redis
