// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/notify.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <cstdint>

#include "config/base/text.hpp"

namespace forestall::runtime {
namespace {

// A line end in the status would start another assignment.
std::string status_line(std::string_view status) { return "STATUS=" + printable(status, 512); }

}  // namespace

void SystemdNotify::send(const std::string& message) {
  // A service manager that does not listen is no reason to stop working.
  static_cast<void>(sd_notify(0, message.c_str()));
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
