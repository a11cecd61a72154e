// SPDX-License-Identifier: Apache-2.0
// What the service manager is told (sd_notify(3)): the messages as pure text, and the port they leave by.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/clock.hpp"

namespace forestall::runtime {

class NotifyPort {
 public:
  virtual ~NotifyPort() = default;
  virtual void send(const std::string& message) = 0;
};

// To $NOTIFY_SOCKET; silently nowhere when not started by a service manager.
class SystemdNotify final : public NotifyPort {
 public:
  void send(const std::string& message) override;
};

class MemoryNotify final : public NotifyPort {
 public:
  void send(const std::string& message) override { messages.push_back(message); }
  std::vector<std::string> messages{};
};

std::string ready_message(std::string_view status);
std::string status_message(std::string_view status);  // one line; shown by systemctl status
// systemd 252 knows no Type=notify-reload, later ones need MONOTONIC_USEC (CLOCK_MONOTONIC); with both, this
// and the ready message that must follow work for either.
std::string reloading_message(Monotonic now);
std::string stopping_message(std::string_view status);
std::string watchdog_message();

// How long the service manager waits for a sign of life (WatchdogSec=), from $WATCHDOG_USEC and
// $WATCHDOG_PID; nullopt where it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_timeout();

}  // namespace forestall::runtime
