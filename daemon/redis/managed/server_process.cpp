// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/managed/server_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <system_error>

namespace forestall::redis {
namespace asio = boost::asio;

namespace {

constexpr int lock_number = 3;

std::unexpected<Error> refused(std::string_view what, int why) {
  return fail_retryable(why == ENOENT ? ErrorCode::not_found : ErrorCode::io,
                        fmt::format("{}: {}", what, std::generic_category().message(why)));
}

// What posix_spawn is told, released again.
struct SpawnPlan {
  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

int pidfd_open(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

}  // namespace

struct ServerProcess::Impl {
  Impl(const asio::any_io_executor& executor, pid_t p, int fd, bool child_)
      : pid(p), descriptor(executor, fd), child(child_) {}

  pid_t pid;
  asio::posix::stream_descriptor descriptor;  // the pidfd: readable when the process has ended
  bool child;
  std::string verdict;
};

ServerProcess::ServerProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerProcess::~ServerProcess() = default;
ServerProcess::ServerProcess(ServerProcess&&) noexcept = default;
ServerProcess& ServerProcess::operator=(ServerProcess&&) noexcept = default;

Result<ServerProcess> ServerProcess::start(asio::any_io_executor executor, std::vector<std::string> arguments,
                                           int inherited_fd, const std::string& log_path) {
  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&plan.files, STDOUT_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&plan.files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&plan.files, inherited_fd, lock_number);
  // Sockets are not closed on exec by themselves: a server that outlives us must not keep our port.
  posix_spawn_file_actions_addclosefrom_np(&plan.files, lock_number + 1);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(&plan.attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const mode_t before = ::umask(077);  // inherited; a file another thread makes meanwhile is only stricter
  const int why = posix_spawnp(&pid, argv.front(), &plan.files, &plan.attributes, argv.data(), environ);
  ::umask(before);
  if (why != 0) return refused(fmt::format("start {}", arguments.front()), why);
  const int fd = pidfd_open(pid);
  if (fd < 0) {
    const int error = errno;
    ::kill(pid, SIGKILL);  // our own child, not yet waited for: the number is still its
    ::waitpid(pid, nullptr, 0);
    return refused("pidfd_open", error);
  }
  return ServerProcess(std::make_unique<Impl>(executor, pid, fd, true));
}

Result<ServerProcess> ServerProcess::adopt(asio::any_io_executor executor, pid_t pid) {
  const int fd = pidfd_open(pid);
  if (fd < 0) return refused("pidfd_open", errno);
  return ServerProcess(std::make_unique<Impl>(executor, pid, fd, false));
}

pid_t ServerProcess::pid() const { return impl_->pid; }

asio::awaitable<void> ServerProcess::ended() {
  while (how_it_ended().empty()) {
    const auto [ec] = co_await impl_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                                            asio::as_tuple(asio::use_awaitable));
    if (ec) co_return;
  }
}

std::string ServerProcess::how_it_ended() {
  if (!impl_->verdict.empty()) return impl_->verdict;
  pollfd ready{impl_->descriptor.native_handle(), POLLIN, 0};
  if (::poll(&ready, 1, 0) != 1) return {};
  impl_->verdict = "ended";
  siginfo_t info{};
  if (impl_->child &&
      ::waitid(P_PIDFD, static_cast<id_t>(impl_->descriptor.native_handle()), &info, WEXITED | WNOHANG) == 0)
    impl_->verdict = info.si_code == CLD_EXITED ? fmt::format("exit code {}", info.si_status)
                                                : fmt::format("signal {}", info.si_status);
  return impl_->verdict;
}

void ServerProcess::signal(int number) const {
  ::syscall(SYS_pidfd_send_signal, impl_->descriptor.native_handle(), number, nullptr, 0);
}

}  // namespace forestall::redis
