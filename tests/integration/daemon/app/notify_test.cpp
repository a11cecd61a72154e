// SPDX-License-Identifier: Apache-2.0
// What a service manager hears, on a real socket.
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <ctime>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class ServiceManager {
 public:
  ServiceManager() : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto text = path();
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~ServiceManager() { close(fd_); }
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  std::string path() const { return folder_.file("notify"); }
  // The next message that begins with `text`, others are kept in `heard`; empty at the deadline.
  std::string wait_for(std::string_view text) {
    for (;;) {
      pollfd ready{fd_, POLLIN, 0};
      if (poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) <= 0) return {};
      std::array<char, 4096> piece{};
      const auto n = recv(fd_, piece.data(), piece.size(), 0);
      heard.emplace_back(piece.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
      if (heard.back().starts_with(text)) return heard.back();
    }
  }
  std::vector<std::string> heard;

 private:
  TemporaryFolder folder_;
  int fd_;
};

std::uint64_t monotonic_micros() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

TEST(Notify, TellsReadyReloadingAndStopping) {
  ServiceManager manager;
  RunningDaemon daemon({.spawn = {.environment = {{"NOTIFY_SOCKET", manager.path()}}}});
  EXPECT_EQ(manager.wait_for("READY=1"), "READY=1\nSTATUS=running");
  EXPECT_THAT(manager.heard, ::testing::Contains("STATUS=starting web")) << "a slow start says where it is";

  const auto before = monotonic_micros();
  daemon.process.signal(SIGHUP);
  const auto reloading = manager.wait_for("RELOADING=1");
  ASSERT_THAT(reloading, StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  const auto when = std::stoull(reloading.substr(reloading.find("USEC=") + 5));
  EXPECT_GE(when, before);
  EXPECT_LE(when, monotonic_micros());
  EXPECT_THAT(manager.wait_for("READY=1"), StartsWith("READY=1")) << "without it systemctl reload hangs";

  daemon.process.signal(SIGTERM);
  EXPECT_THAT(manager.wait_for("STOPPING=1"), HasSubstr("STATUS="));
  EXPECT_EQ(daemon.process.wait_for(), (Ended{0, 0}));
}

TEST(Notify, FeedsTheWatchdogWhenThereIsOne) {
  ServiceManager manager;
  const auto began = std::chrono::steady_clock::now();
  RunningDaemon daemon(
      {.spawn = {.environment = {{"NOTIFY_SOCKET", manager.path()}, {"WATCHDOG_USEC", "600000"}}}});
  for (int i = 0; i < 4; ++i) ASSERT_EQ(manager.wait_for("WATCHDOG=1"), "WATCHDOG=1");
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(4 * 300 - 100))
      << "at half the interval, not as fast as possible";
  daemon.process.signal(SIGTERM);
  EXPECT_EQ(daemon.process.wait_for(), (Ended{0, 0}));
}

TEST(Notify, AManagerThatNeverReadsHoldsNothingUp) {
  ServiceManager manager;
  RunningDaemon daemon(
      {.spawn = {.environment = {{"NOTIFY_SOCKET", manager.path()}, {"WATCHDOG_USEC", "200000"}}}});
  ASSERT_TRUE(daemon.wait_until_ready());
  // More than any queue holds, each reload two messages.
  for (int i = 0; i < 5; ++i) {
    const auto seen = daemon.process.err().size();
    daemon.process.signal(SIGHUP);
    ASSERT_TRUE(eventually([&] {
      return daemon.process.err().find("reload_done", seen) != std::string::npos;
    })) << daemon.process.err();
  }
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

TEST(Notify, AManagerThatIsGoneIsNoReasonToFail) {
  RunningDaemon daemon({.spawn = {.environment = {{"NOTIFY_SOCKET", "/does/not/exist"}}}});
  ASSERT_TRUE(daemon.wait_until_ready());
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

}  // namespace
}  // namespace forestall::test
