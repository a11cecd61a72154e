// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/notify.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/base/text.hpp"

namespace forestall::runtime {
namespace {

constexpr std::size_t most_waiting = 32;

// A line end in the status would start another assignment.
std::string status_line(std::string_view status) { return "STATUS=" + printable(status, 512); }

}  // namespace

SystemdNotify::SystemdNotify() {
  const char* const address = std::getenv("NOTIFY_SOCKET");
  if (address == nullptr) return;
  address_ = address;
  // "@name" is an abstract one; anything else that is no path (a virtual machine's vsock) is not for us.
  if (address_.starts_with('@')) address_[0] = '\0';
  const bool fits = !address_.empty() && (address_[0] == '/' || address_[0] == '\0') &&
                    address_.size() < sizeof(sockaddr_un::sun_path);
  if (!fits) address_.clear();
  if (fits) socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

SystemdNotify::~SystemdNotify() {
  if (socket_ >= 0) close(socket_);
}

bool SystemdNotify::try_send(const std::string& message) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::ranges::copy(address_, static_cast<char*>(to.sun_path));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto sent = sendto(socket_, message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&to), size);
  // A service manager that is gone is no reason to stop working, and none to keep anything for it.
  return sent >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS && errno != EINTR);
}

void SystemdNotify::retry() {
  while (!waiting_.empty() && try_send(waiting_.front())) waiting_.pop_front();
}

void SystemdNotify::send(const std::string& message) {
  if (socket_ < 0) return;
  retry();
  if (waiting_.empty() && try_send(message)) return;
  if (message == watchdog_message()) return;
  const auto bare = [](const std::string& text) { return text.starts_with("STATUS="); };
  if (bare(message)) std::erase_if(waiting_, bare);
  if (waiting_.size() >= most_waiting) waiting_.pop_front();
  waiting_.push_back(message);
}

std::string ready_message(std::string_view status) { return "READY=1\n" + status_line(status); }
std::string status_message(std::string_view status) { return status_line(status); }
std::string reloading_message(Monotonic now) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  return fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading the configuration", micros);
}
std::string stopping_message(std::string_view status) { return "STOPPING=1\n" + status_line(status); }
std::string watchdog_message() { return "WATCHDOG=1"; }

std::optional<std::chrono::microseconds> watchdog_timeout() {
  std::uint64_t micros = 0;
  if (sd_watchdog_enabled(0, &micros) <= 0 || micros == 0) return std::nullopt;
  return std::chrono::microseconds(micros);
}

}  // namespace forestall::runtime
