// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace forestall::test {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int open_output(const std::string& path) {
  const int fd = path.empty() ? memfd_create("output", MFD_CLOEXEC)
                              : open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) refuse("output " + path);
  return fd;
}

std::vector<std::string> environment_of(const SpawnOptions& options) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (options.environment.contains(name) || std::ranges::find(options.unset, name) != options.unset.end())
      continue;
    all.emplace_back(text);
  }
  for (const auto& [name, value] : options.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::size_t entries(const std::string& folder) {
  std::error_code ignored;
  std::size_t n = 0;
  for (std::filesystem::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) ++n;
  return n;
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, SpawnOptions options) {
  // Everything that allocates is done before fork: the child may only make system calls.
  auto environment = environment_of(options);
  const auto argv = pointers(arguments);
  const auto envp = pointers(environment);
  out_fd_ = open_output(options.stdout_path);
  err_fd_ = options.stderr_fd >= 0 ? fcntl(options.stderr_fd, F_DUPFD_CLOEXEC, 3)
                                   : open_output(options.stderr_path);
  std::array<int, 2> failure{};  // carries errno of a failed exec; closed by a successful one
  if (pipe2(failure.data(), O_CLOEXEC) != 0) refuse("pipe2");
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) refuse("fork");
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(null, STDIN_FILENO);
    dup2(out_fd_, STDOUT_FILENO);
    dup2(err_fd_, STDERR_FILENO);
    if (options.working_folder.empty() || chdir(options.working_folder.c_str()) == 0)
      execvpe(argv[0], argv.data(), envp.data());
    const int why = errno;
    [[maybe_unused]] const auto sent = write(failure[1], &why, sizeof why);
    _exit(127);
  }
  close(failure[1]);
  int why = 0;
  const auto got = read(failure[0], &why, sizeof why);
  close(failure[0]);
  pid_ = child;
  if (got == sizeof why) {
    waitpid(child, nullptr, 0);
    errno = why;
    refuse("exec " + arguments[0]);
  }
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (pid_fd_ < 0) refuse("pidfd_open");
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pid_fd_(std::exchange(other.pid_fd_, -1)),
      out_fd_(std::exchange(other.out_fd_, -1)),
      err_fd_(std::exchange(other.err_fd_, -1)),
      ended_(std::exchange(other.ended_, Ended{})) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !ended_) {
    signal(SIGKILL);
    wait_for(std::chrono::hours{1});
  }
  for (const int fd : {pid_fd_, out_fd_, err_fd_})
    if (fd >= 0) close(fd);
}

void ChildProcess::signal(int number) const {
  if (!ended_) syscall(SYS_pidfd_send_signal, pid_fd_, number, nullptr, 0);
}

std::optional<Ended> ChildProcess::wait_for(std::chrono::milliseconds within) {
  if (ended_) return ended_;
  const auto deadline = std::chrono::steady_clock::now() + within;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd ready{pid_fd_, POLLIN, 0};
    const int n = poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    int status = 0;
    if (waitpid(pid_, &status, 0) != pid_) refuse("waitpid");
    ended_ = WIFSIGNALED(status) ? Ended{-1, WTERMSIG(status)} : Ended{WEXITSTATUS(status), 0};
    return ended_;
  }
}

std::string ChildProcess::read_all(int fd) {
  std::string text;
  std::array<char, 65536> piece;
  ssize_t n = 0;
  while ((n = pread(fd, piece.data(), piece.size(), static_cast<off_t>(text.size()))) > 0)
    text.append(piece.data(), static_cast<std::size_t>(n));
  return text;
}

bool ChildProcess::wait_for_out(std::string_view text, std::chrono::milliseconds within) {
  bool over = false;
  eventually([&] { return (over = !running(), out().contains(text)) || over; }, within);
  return out().contains(text);
}

bool ChildProcess::wait_for_err(std::string_view text, std::chrono::milliseconds within) {
  bool over = false;
  eventually([&] { return (over = !running(), err().contains(text)) || over; }, within);
  return err().contains(text);
}

std::size_t ChildProcess::open_descriptors() const { return entries(fmt::format("/proc/{}/fd", pid_)); }
std::size_t ChildProcess::threads() const { return entries(fmt::format("/proc/{}/task", pid_)); }

std::size_t ChildProcess::resident_bytes() const {
  std::ifstream status(fmt::format("/proc/{}/status", pid_));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) * 1024;
  return 0;
}

Finished run(std::vector<std::string> arguments, SpawnOptions options, std::chrono::milliseconds within) {
  ChildProcess child(std::move(arguments), std::move(options));
  const auto ended = child.wait_for(within);
  if (!ended) throw std::runtime_error("still running at the deadline; stderr: " + child.err());
  return {*ended, child.out(), child.err()};
}

}  // namespace forestall::test
