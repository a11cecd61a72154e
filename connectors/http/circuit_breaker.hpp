// SPDX-License-Identifier: Apache-2.0
// Stops calling what is down: one breaker per operation and marketplace, since one marketplace of a channel
// can be out while the others work. Pure.
//
//   closed --too many failures--> open --after a pause--> half-open --the probe succeeds--> closed
//                                   ^---------the probe fails, pause doubled---------'
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "config/base/clock.hpp"

namespace forestall::http {

struct BreakerRules {
  std::chrono::seconds window{60};  // over which the ratio is taken
  int least_calls = 10;             // within the window, before the ratio counts
  double failure_ratio = 0.5;
  int consecutive_failures = 5;  // opens as well: slow operations never fill a window
  std::chrono::seconds pause{15};
  std::chrono::seconds longest_pause{300};
};

enum class BreakerState : std::uint8_t { closed, open, half_open };
std::string_view state_name(BreakerState state);

enum class CallResult : std::uint8_t {
  succeeded,
  failed,   // the other side is not working: no connection, timeout, 5xx, an answer that is none
  ignored,  // says nothing about its health: cancelled by us, 429, a request it rightly refused
};

class CircuitBreaker {
 public:
  // Whether a call may be made now. `probe` is the only call let through while half-open; its result decides.
  struct Permit {
    bool allowed = false;
    bool probe = false;
    Monotonic retry_at{};  // when a refused call may ask again
  };

  explicit CircuitBreaker(BreakerRules rules = {}) : rules_(rules) {}

  Permit admit(Monotonic now);
  // Exactly once for each allowed permit.
  void record(const Permit& permit, CallResult result, Monotonic now);
  BreakerState state(Monotonic now) const;

 private:
  static constexpr std::size_t slots = 10;
  struct Slot {
    std::int64_t index = -1;  // which tenth of a window since the epoch
    int calls = 0;
    int failures = 0;
  };
  std::int64_t slot_index(Monotonic now) const;
  void count(bool failed, Monotonic now);
  bool too_many(Monotonic now) const;
  void open(Monotonic now);

  BreakerRules rules_;
  std::array<Slot, slots> window_{};
  int consecutive_ = 0;
  bool closed_ = true;
  bool probing_ = false;
  int openings_ = 0;  // in a row
  Monotonic open_until_{};
};

}  // namespace forestall::http
