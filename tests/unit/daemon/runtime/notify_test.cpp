// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/notify.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "tests/support/process/environment.hpp"

namespace forestall::runtime {
namespace {

using namespace std::chrono_literals;

TEST(Notify, MessagesAreThoseOfSdNotify) {
  EXPECT_EQ(ready_message("observing 3 accounts"), "READY=1\nSTATUS=observing 3 accounts");
  EXPECT_EQ(reloading_message(Monotonic(1234567us)),
            "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=reloading the configuration");
  EXPECT_EQ(stopping_message("settling 2 intents"), "STOPPING=1\nSTATUS=settling 2 intents");
  EXPECT_EQ(watchdog_message(), "WATCHDOG=1");
}

TEST(Notify, AStatusCannotSmuggleAnAssignment) {
  EXPECT_EQ(status_message("a\nMAINPID=1"), "STATUS=a\\x0aMAINPID=1");
}

// A service manager's end of the socket, which reads only when told.
class Manager {
 public:
  explicit Manager(std::string name) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    if (name.starts_with('@')) name[0] = '\0';
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0) << std::strerror(errno);
  }
  ~Manager() {
    close(fd_);
    unsetenv("NOTIFY_SOCKET");
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  std::vector<std::string> read() {
    std::vector<std::string> messages;
    std::array<char, 4096> piece{};
    for (ssize_t n = 0; (n = recv(fd_, piece.data(), piece.size(), MSG_DONTWAIT)) > 0;)
      messages.emplace_back(piece.data(), static_cast<std::size_t>(n));
    return messages;
  }

 private:
  int fd_;
};

// With sd_notify(3) this test does not end: it waits for a place in the queue.
TEST(Notify, AManagerThatNeverReadsMakesNobodyWait) {
  const test::TemporaryFolder folder;
  for (const auto& name : {folder.file("notify"), "@forestall-notify-" + std::to_string(getpid())}) {
    SCOPED_TRACE(name);
    Manager manager(name);
    SystemdNotify notify;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 5000; ++i) notify.send(status_message("starting part " + std::to_string(i)));
    for (int i = 0; i < 5000; ++i) notify.send(watchdog_message());
    notify.send(ready_message("running"));
    notify.send(status_message("all is well"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    EXPECT_LE(notify.waiting(), 3u) << "the status before READY, READY, the one after it";

    // It wakes up: what was true then is heard in order, and nothing that only was true for a moment.
    std::vector<std::string> heard;
    for (int i = 0; i < 1000 && (i == 0 || notify.waiting() > 0); ++i) {
      for (auto& message : manager.read()) heard.push_back(std::move(message));
      notify.retry();
    }
    for (auto& message : manager.read()) heard.push_back(std::move(message));
    ASSERT_GE(heard.size(), 3u);
    EXPECT_EQ(heard.front(), "STATUS=starting part 0");
    EXPECT_EQ(heard[heard.size() - 2], "READY=1\nSTATUS=running");
    EXPECT_EQ(heard.back(), "STATUS=all is well");
    notify.send(watchdog_message());
    EXPECT_EQ(manager.read(), std::vector<std::string>{"WATCHDOG=1"}) << "there is room again";
  }
}

TEST(Notify, AddressesThatAreNoSocketOfOursAreSilentlyNobody) {
  for (const auto& name : {std::string("/does/not/exist"), std::string("vsock:2:1234"), std::string(),
                           "/" + std::string(200, 'x')}) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    SystemdNotify notify;
    notify.send(ready_message("running"));
    EXPECT_EQ(notify.waiting(), 0u) << name;
  }
  unsetenv("NOTIFY_SOCKET");
  SystemdNotify notify;
  notify.send(ready_message("running"));
  EXPECT_EQ(notify.waiting(), 0u);
}

TEST(Notify, TheWatchdogWatchesOnlyTheProcessItNames) {
  unsetenv("WATCHDOG_USEC");
  unsetenv("WATCHDOG_PID");
  EXPECT_EQ(watchdog_timeout(), std::nullopt);
  setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(watchdog_timeout(), 30s);
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_timeout(), std::nullopt);
  setenv("WATCHDOG_USEC", "nonsense", 1);
  unsetenv("WATCHDOG_PID");
  EXPECT_EQ(watchdog_timeout(), std::nullopt);
  unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace forestall::runtime
