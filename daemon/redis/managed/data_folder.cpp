// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/managed/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "config/base/text.hpp"

namespace forestall::redis {

namespace {

constexpr std::size_t tail_bytes = 8192;

std::unexpected<Error> refused(std::string_view what, const std::string& path, int why = errno) {
  const auto code = why == EACCES || why == EPERM ? ErrorCode::forbidden : ErrorCode::io;
  return fail_retryable(code, fmt::format("{} {}: {}", what, path, std::generic_category().message(why)));
}

}  // namespace

void Descriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Status prepare_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return refused("make folder", path);
  struct stat found{};
  if (::lstat(path.c_str(), &found) != 0) return refused("look at", path);
  if (!S_ISDIR(found.st_mode)) return fail(ErrorCode::forbidden, fmt::format("{} is no folder", path));
  if (found.st_uid != ::geteuid())
    return fail(ErrorCode::forbidden, fmt::format("{} belongs to somebody else", path));
  if ((found.st_mode & 0777) != 0700 && ::chmod(path.c_str(), 0700) != 0) return refused("protect", path);
  return {};
}

Result<std::optional<Descriptor>> try_lock(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return refused("open", path);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return file;
  if (errno == EWOULDBLOCK) return std::nullopt;
  return refused("lock", path);
}

Status write_atomically(const std::string& path, std::string_view text) {
  const std::string draft = path + ".new";
  Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return refused("write", draft);
  while (!text.empty()) {
    const auto n = ::write(file.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return refused("write", draft);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(file.get()) != 0) return refused("sync", draft);
  if (::rename(draft.c_str(), path.c_str()) != 0) return refused("rename", draft);
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const Descriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return refused("sync", parent);
  return {};
}

void rotate_log(const std::string& path, std::uintmax_t max_bytes) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(path, ignored);
  if (!ignored && size > max_bytes) std::filesystem::rename(path, path + ".1", ignored);
}

std::string last_warning(const std::string& log_path) {
  std::ifstream log(log_path, std::ios::binary | std::ios::ate);
  if (!log) return {};
  const auto size = static_cast<std::size_t>(log.tellg());
  log.seekg(static_cast<std::streamoff>(size > tail_bytes ? size - tail_bytes : 0));
  const std::string tail{std::istreambuf_iterator<char>(log), {}};
  std::string found;
  std::string before;  // the cause often stands one line above the consequence
  const auto keep = [&](std::string_view text) { before = std::exchange(found, printable(text, 200)); };
  for (const std::string_view line : split(tail, '\n')) {
    // "4711:M 23 Nov 2026 04:05:06.789 # message"
    const auto mark = line.find(" # ");
    if (mark != std::string_view::npos && mark < 60) keep(trim(line.substr(mark + 3)));
    if (line.starts_with("***") || line.starts_with(">>>")) keep(line);  // of the configuration
  }
  if (!before.empty()) return before + "; " + found;
  return found;
}

}  // namespace forestall::redis
