// SPDX-License-Identifier: Apache-2.0
// What the service manager is told (sd_notify(3)): the messages as pure text, and the port they leave by.
#pragma once

#include <chrono>
#include <deque>
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
  // What could not be sent at once is tried again; call it every second or so.
  virtual void retry() {}
};

// To $NOTIFY_SOCKET; silently nowhere when not started by a service manager. Never waits: sd_notify(3) does,
// for as long as a manager leaves its queue full (ten messages, where nobody set net.unix.max_dgram_qlen).
class SystemdNotify final : public NotifyPort {
 public:
  SystemdNotify();  // reads the environment
  ~SystemdNotify() override;
  SystemdNotify(const SystemdNotify&) = delete;
  SystemdNotify& operator=(const SystemdNotify&) = delete;

  // What finds the queue full is kept, in order: changes of state all, of bare status lines the newest, of
  // signs of life none, since an old one would be a lie.
  void send(const std::string& message) override;
  void retry() override;
  std::size_t waiting() const { return waiting_.size(); }

 private:
  bool try_send(const std::string& message);  // false: the queue is full

  std::string address_;  // as the kernel takes it: abstract ones begin with a zero byte; empty: nobody
  int socket_ = -1;
  std::deque<std::string> waiting_;
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
