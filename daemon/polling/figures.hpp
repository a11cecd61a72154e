// SPDX-License-Identifier: Apache-2.0
// What pollers count, as plain numbers for metrics, status and conditions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::polling {

// One feed of an account, or one stock source. Counters since the start of the process.
struct FeedFigures {
  std::uint64_t rounds = 0;  // polls to the end of what there was
  std::uint64_t pages = 0;
  std::uint64_t bytes = 0;         // of answers
  std::uint64_t observations = 0;  // in pages
  std::uint64_t applied = 0;       // that changed something
  std::uint64_t unmapped = 0;      // orders among them with a line that no SKU is known for
  std::uint64_t set_aside = 0;     // entities that could not be read, or make no sense
  std::uint64_t restarts = 0;      // times that the cursor was refused and the feed read from its beginning
  std::uint64_t failures = 0;
  std::map<ErrorCode, std::uint64_t> failures_by_code{};

  std::optional<Instant> last_success{};  // when the last page was applied, or found to hold nothing
  std::optional<Instant> last_round{};    // when the last complete round began; survives a restart
  std::optional<Instant> round_began{};   // of the one under way
  std::uint64_t read_in_round = 0;        // observations
  std::optional<Instant> reached{};       // the latest time of placing met in this round
  std::optional<Error> error{};           // of the last failure; none once a page came through
  std::optional<Instant> failing_since{};

  void failed(const Error& with, Instant now) {
    ++failures;
    ++failures_by_code[with.code];
    if (!failing_since) failing_since = now;
    error = with;
  }
};

}  // namespace forestall::polling
