// SPDX-License-Identifier: Apache-2.0
// The table of open connections: who has taken too long, and who makes room for whom. Pure: no sockets, no
// clock.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "config/base/clock.hpp"

namespace forestall::web {

enum class ConnectionId : std::uint64_t {};

enum class ConnectionPhase : std::uint8_t {
  idle,       // no byte of a next request yet
  reading,    // a request is coming in
  handling,   // a handler works; it has a deadline of its own
  writing,    // the answer is going out
  streaming,  // events go out as they happen; nothing to do at the moment
};

struct ConnectionLimits {
  std::size_t most = 4096;
  std::chrono::nanoseconds idle = std::chrono::minutes{1};
  // From the first byte of a request to its last; and the same again for the answer. It does not start anew
  // with each byte: a client that sends one a second is cut.
  std::chrono::nanoseconds request = std::chrono::seconds{15};
  // Somebody who has been sending for less than this keeps the place even when there is none left.
  std::chrono::nanoseconds protected_reading = std::chrono::seconds{1};
};

class Connections {
 public:
  explicit Connections(ConnectionLimits limits) : limits_(limits) {}

  struct Admission {
    std::optional<ConnectionId> admitted;  // nullopt: full of requests at work, refuse
    std::optional<ConnectionId> evict;     // close this one to make room; it is no longer in the table
  };
  // A new connection, idle. When full, the one that has been idle longest goes; else the slowest sender.
  Admission admit(Monotonic now);
  void enter(ConnectionId id, ConnectionPhase phase, Monotonic now);  // nothing for one that was evicted
  void remove(ConnectionId id) { table_.erase(id); }
  // Those whose phase has lasted too long. They stay in the table until removed, and are reported once.
  std::vector<ConnectionId> overdue(Monotonic now);
  std::vector<ConnectionId> in(ConnectionPhase phase) const;

  std::size_t size() const { return table_.size(); }
  std::size_t count(ConnectionPhase phase) const;

 private:
  struct Entry {
    ConnectionPhase phase = ConnectionPhase::idle;
    Monotonic since{};
    bool reported = false;
  };
  std::optional<ConnectionId> oldest(ConnectionPhase phase, Monotonic not_after) const;

  ConnectionLimits limits_;
  std::uint64_t last_id_ = 0;
  std::unordered_map<ConnectionId, Entry> table_;
};

}  // namespace forestall::web
