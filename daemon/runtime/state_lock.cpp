// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/state_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "config/base/text.hpp"

namespace forestall::runtime {
namespace {

std::unexpected<Error> refuse(const std::string& path, std::string_view what) {
  return fail(ErrorCode::io,
              fmt::format("{}: cannot {}: {}", path, what, std::generic_category().message(errno)));
}

std::string holder(int fd) {
  std::array<char, 32> text{};
  const auto n = pread(fd, text.data(), text.size(), 0);
  const auto pid = trim({text.data(), n > 0 ? static_cast<std::size_t>(n) : 0});
  return pid.empty() ? "of unknown pid" : fmt::format("with pid {}", printable(pid, 16));
}

}  // namespace

Result<StateLock> StateLock::take(const std::string& state_dir) {
  if (mkdir(state_dir.c_str(), 0700) != 0 && errno != EEXIST)
    return refuse(state_dir, "make the state directory");
  const std::string path = state_dir + "/forestalld.lock";
  // O_CLOEXEC: a child (redis-server) that outlives us must not hold our lock.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return refuse(path, "open the lock file");
  StateLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return refuse(path, "lock");
    return fail(ErrorCode::conflict,
                fmt::format("state directory {} is in use by a forestalld {}", state_dir, holder(fd)));
  }
  const std::string pid = fmt::format("{}\n", getpid());
  // The pid only serves the message above; a full disk is not a reason to refuse to protect listings.
  if (ftruncate(fd, 0) == 0) [[maybe_unused]]
    const auto written = pwrite(fd, pid.data(), pid.size(), 0);
  return lock;
}

StateLock::~StateLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace forestall::runtime
