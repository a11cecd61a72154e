// SPDX-License-Identifier: Apache-2.0
// What one question to the outside world brings back, and where to go on from there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "connectors/model/observation.hpp"

namespace forestall::ports {

// Where a feed was left: text that only its connector understands, stored beside the observations. Empty at
// the very first time.
struct Cursor {
  std::string text{};
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// How much a reading that names everything names, known before its first page is told.
struct SnapshotSize {
  std::size_t named = 0;   // by this one
  std::size_t before = 0;  // by the one before; 0: there was none
};

struct Page {
  std::vector<model::Observation> observations{};
  // To be stored in the same step that applies the last observation of this page, never before: after a crash
  // the page is asked for again, and observations that are not newer change nothing.
  Cursor next{};
  bool more = false;  // ask again at once (within the limits): this was not the end
  // Every order placed before this instant has been seen by this feed, once this page is applied. Absent
  // where this page does not settle it.
  std::optional<Instant> complete_before{};
  // Entities that could not be read, each with its place; the rest of the page is right. What is here is
  // reported, and stays as it was known: unknown is not zero.
  std::vector<Error> set_aside{};
  std::optional<SnapshotSize> snapshot{};  // of a stock source: this page is part of one
  std::uint64_t bytes = 0;                 // of the answer, for metrics
};

}  // namespace forestall::ports
