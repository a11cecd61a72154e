// SPDX-License-Identifier: Apache-2.0
#include "daemon/web/connections.hpp"

#include <algorithm>

namespace forestall::web {

Connections::Admission Connections::admit(Monotonic now) {
  Admission admission;
  if (table_.size() >= limits_.most) {
    admission.evict = oldest(ConnectionPhase::idle, now);
    if (!admission.evict) admission.evict = oldest(ConnectionPhase::reading, now - limits_.protected_reading);
    if (!admission.evict) return admission;
    table_.erase(*admission.evict);
  }
  admission.admitted = ConnectionId{++last_id_};
  table_.emplace(*admission.admitted, Entry{ConnectionPhase::idle, now});
  return admission;
}

void Connections::enter(ConnectionId id, ConnectionPhase phase, Monotonic now) {
  const auto found = table_.find(id);
  if (found != table_.end()) found->second = {phase, now};
}

std::vector<ConnectionId> Connections::overdue(Monotonic now) {
  std::vector<ConnectionId> late;
  for (auto& [id, entry] : table_) {
    const bool waits_for_us =
        entry.phase == ConnectionPhase::handling || entry.phase == ConnectionPhase::streaming;
    if (waits_for_us || entry.reported) continue;
    const auto limit = entry.phase == ConnectionPhase::idle ? limits_.idle : limits_.request;
    if (now - entry.since < limit) continue;
    entry.reported = true;
    late.push_back(id);
  }
  return late;
}

std::vector<ConnectionId> Connections::in(ConnectionPhase phase) const {
  std::vector<ConnectionId> all;
  for (const auto& [id, entry] : table_)
    if (entry.phase == phase) all.push_back(id);
  return all;
}

std::size_t Connections::count(ConnectionPhase phase) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(table_, [phase](const auto& item) { return item.second.phase == phase; }));
}

// Ids grow: among those of equal age the one that came first.
std::optional<ConnectionId> Connections::oldest(ConnectionPhase phase, Monotonic not_after) const {
  std::optional<std::pair<Monotonic, ConnectionId>> found;
  for (const auto& [id, entry] : table_) {
    if (entry.phase != phase || entry.since > not_after) continue;
    const std::pair candidate(entry.since, id);
    if (!found || candidate < *found) found = candidate;
  }
  return found ? std::optional(found->second) : std::nullopt;
}

}  // namespace forestall::web
