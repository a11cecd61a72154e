// SPDX-License-Identifier: Apache-2.0
// Whether a sink is to be told of a group now, and why. Pure (model: Alertmanager's DedupStage).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/alerting/standing.hpp"

namespace forestall::alerting {

// What a sink was told of a group last.
struct Told {
  struct One {
    std::uint64_t occurrence = 0;
    Severity severity = Severity::warning;
    friend bool operator==(const One&, const One&) = default;
  };
  Instant at{};
  std::vector<One> standing{};  // sorted by occurrence
  const One* find(std::uint64_t occurrence) const;
  friend bool operator==(const Told&, const Told&) = default;
};
std::string encode(const Told& told);
Result<Told> decode_told(std::string_view bytes);

enum class Tell : std::uint8_t {
  // A message:
  first,  // nothing of the group is known there
  news,   // something is new, or worse than it was told
  still,  // all of it is known, and stands for so long that it is told again
  over,   // some of it stands no more
  // None, or not now:
  nothing_new,
  gathering,  // for group_wait, so that more go into one message
  too_soon,   // after the last message of the group
  quiet_hours,
  digest,      // waits for the end of its span
  on_its_way,  // the message before has not been delivered yet
};
std::string_view word(Tell tell);
constexpr bool tells(Tell tell) { return tell <= Tell::over; }

struct GroupFacts {
  std::vector<const Standing*> standing{};  // neither silenced nor acknowledged
  std::vector<const Standing*> over{};      // was told as standing, and is resolved
  const Told* told = nullptr;
  bool on_its_way = false;
  bool digest = false;
  std::optional<Instant> quiet_until{};
  std::optional<Instant> digest_due{};  // of what is new; where nothing is, of the last message
};

struct Verdict {
  Tell tell = Tell::nothing_new;
  std::optional<Instant> again_at{};  // when it may be otherwise, should nothing happen
};

// Between messages of one group, unless something new is urgent.
inline constexpr Millis group_interval = std::chrono::minutes(5);

// Whether a message may say only that something is over.
bool sends_resolved(const config::NotifySettings& sink);

// Which of the standing alerts the sink does not know, or knows as less severe.
std::vector<const Standing*> fresh_of(const GroupFacts& group);
Verdict dedupe(const GroupFacts& group, const config::NotifySettings& sink, Instant now);

}  // namespace forestall::alerting
