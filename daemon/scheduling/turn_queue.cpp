// SPDX-License-Identifier: Apache-2.0
#include "daemon/scheduling/turn_queue.hpp"

#include <cmath>
#include <limits>
#include <tuple>

namespace forestall::scheduling {

std::string_view purpose_name(Purpose purpose) {
  switch (purpose) {
    case Purpose::pause:
      return "pause";
    case Purpose::resolve:
      return "resolve";
    case Purpose::raise:
      return "raise";
    case Purpose::poll_orders:
      return "poll_orders";
    case Purpose::poll:
      return "poll";
    case Purpose::sweep:
      return "sweep";
  }
  return "sweep";
}

bool TurnQueue::Rank::operator<(const Rank& other) const {
  return std::tuple(purpose, -value, id) < std::tuple(other.purpose, -other.value, other.id);
}

TicketId TurnQueue::add(Purpose purpose, double value, Monotonic now) {
  const TicketId id{++last_id_};
  if (std::isnan(value)) value = -std::numeric_limits<double>::infinity();
  const Rank rank{purpose, value, id};
  by_rank_.insert(rank);
  by_age_.emplace(id, Ticket{rank, now});
  return id;
}

bool TurnQueue::oldest_is_due(Monotonic now) const {
  return urgent_in_a_row_ + 1 >= rules_.share && now - by_age_.begin()->second.since >= rules_.patience;
}

TicketId TurnQueue::head(Monotonic now) const {
  if (by_age_.empty()) return TicketId::none;
  return oldest_is_due(now) ? by_age_.begin()->first : by_rank_.begin()->id;
}

void TurnQueue::grant(TicketId id, Monotonic now) {
  const auto found = by_age_.find(id);
  if (found == by_age_.end()) return;
  const bool patient = found == by_age_.begin() && now - found->second.since >= rules_.patience;
  // Without anybody who waited too long the count stays at the brink: the first who does goes at once.
  if (patient)
    urgent_in_a_row_ = 0;
  else if (urgent_in_a_row_ + 1 < rules_.share)
    ++urgent_in_a_row_;
  remove(id);
}

void TurnQueue::remove(TicketId id) {
  const auto found = by_age_.find(id);
  if (found == by_age_.end()) return;
  by_rank_.erase(found->second.rank);
  by_age_.erase(found);
}

}  // namespace forestall::scheduling
