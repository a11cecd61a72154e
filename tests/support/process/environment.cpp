// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process/environment.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace forestall::test {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  const char* base = std::getenv("TMPDIR");
  std::string name = std::string(base != nullptr ? base : "/tmp") + "/fst.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) refuse("mkdtemp " + name);
  path_ = name;
}

void prefer_memory() {
  struct statvfs shm{};
  const std::uint64_t room = 1024ULL * 1024 * 1024;
  if (statvfs("/dev/shm", &shm) == 0 && shm.f_bavail * shm.f_frsize >= room && access("/dev/shm", W_OK) == 0)
    setenv("TMPDIR", "/dev/shm", 0);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(std::string_view name, std::string_view text, unsigned mode) const {
  const auto where = path_ / name;
  std::filesystem::create_directories(where.parent_path());
  std::ofstream out(where, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out || chmod(where.c_str(), mode) != 0) refuse("write " + where.string());
  return where.string();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) refuse("read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Below the range that the kernel takes ports from for whoever asks for any (32768 on): a server that is
// started with port 0 in between never gets the same. Parallel test programs begin at different places.
std::uint16_t free_port() {
  constexpr unsigned first = 12'000, ports = 20'000;
  static unsigned next = static_cast<unsigned>(getpid()) * 37U;
  for (unsigned tries = 0; tries < ports; ++tries) {
    const auto port = static_cast<std::uint16_t>(first + next++ % ports);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) refuse("free_port");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    if (bound) return port;
  }
  refuse("free_port");
}

}  // namespace forestall::test
