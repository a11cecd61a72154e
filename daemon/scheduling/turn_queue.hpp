// SPDX-License-Identifier: Apache-2.0
// Who is next for one bucket of calls. Pure: no clock, no waiting, no channel.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "config/base/clock.hpp"

namespace forestall::scheduling {

// What a call is for, the most urgent first.
enum class Purpose : std::uint8_t {
  pause,        // a listing may sell what is not there
  resolve,      // a write whose outcome nobody knows, or that is to be read back
  raise,        // sales are lost while it waits
  poll_orders,  // what was sold
  poll,         // every other feed
  sweep,        // backfill, reconciliation, entities to read again
};
inline constexpr std::size_t purpose_count = 6;
std::string_view purpose_name(Purpose purpose);  // "poll_orders"

enum class TicketId : std::uint64_t { none = 0 };

// The order: higher purpose, then higher value, then who came first. So that nobody starves, one grant in
// `share` goes to whoever has waited longest, if that is longer than `patience`: the urgent keep
// (share - 1)/share of the bucket under any overload, and a call with n older ones before it is granted after
// share·(n + 1) grants at the latest.
class TurnQueue {
 public:
  struct Rules {
    std::chrono::nanoseconds patience = std::chrono::seconds(60);
    std::uint32_t share = 8;  // >= 2
  };

  TurnQueue() = default;
  explicit TurnQueue(Rules rules) : rules_(rules) {}

  // `value`: what being late costs; only compared within one purpose. NaN counts as the least.
  TicketId add(Purpose purpose, double value, Monotonic now);
  // Who would be granted now; none where nobody waits.
  TicketId head(Monotonic now) const;
  // It was granted: counts for the share of the patient.
  void grant(TicketId id, Monotonic now);
  // It gave up, or was cancelled. Unknown ids are ignored.
  void remove(TicketId id);

  std::size_t size() const { return by_age_.size(); }
  bool empty() const { return by_age_.empty(); }

 private:
  struct Rank {
    Purpose purpose = Purpose::sweep;
    double value = 0;
    TicketId id = TicketId::none;
    bool operator<(const Rank& other) const;
  };
  struct Ticket {
    Rank rank{};
    Monotonic since{};
  };
  bool oldest_is_due(Monotonic now) const;

  Rules rules_{};
  std::set<Rank> by_rank_;
  std::map<TicketId, Ticket> by_age_;  // ids rise with time
  std::uint64_t last_id_ = 0;
  std::uint32_t urgent_in_a_row_ = 0;  // grants since the last one to somebody patient
};

}  // namespace forestall::scheduling
