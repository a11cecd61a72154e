// SPDX-License-Identifier: Apache-2.0
// What really happened, which no seller can see: line by line, and in sums.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "daemon/backtest/world/demand.hpp"

namespace forestall::world {

// Of one line, in units of its listing. Always: accepted is 0 or what was asked for, and
// accepted = filled + oversold + withdrawn + open().
struct LineTruth {
  bool offered = false;  // the shopper came
  std::int32_t accepted = 0;
  std::int32_t filled = 0;     // found on the shelf and sent
  std::int32_t oversold = 0;   // accepted, and not there: the seller had to cancel
  std::int32_t withdrawn = 0;  // the buyer or their bank called it off
  std::int32_t open() const { return accepted - filled - oversold - withdrawn; }
  friend bool operator==(const LineTruth&, const LineTruth&) = default;
};

struct Tally {
  std::int64_t offered = 0, accepted = 0, refused = 0, filled = 0, oversold = 0, withdrawn = 0, open = 0;
  friend bool operator==(const Tally&, const Tally&) = default;
};

struct Truth {
  Tally units;
  // An order or line counts as accepted, oversold, ... where any unit of it was; as refused where none was
  // accepted. So its kinds may overlap, but offered = accepted + refused.
  Tally lines;
  Tally orders;
  std::int64_t lost_units = 0;      // vanished from the shelf unrecorded
  std::int64_t writes = 0;          // asked for
  std::int64_t writes_live = 0;     // gone live
  std::int64_t writes_refused = 0;  // compare-and-set that found another value
  std::uint64_t digest = 0;         // of every line: equal digests, equal truths
};

// A line for people: "offered 10, accepted 9, ...".
std::string to_string(const Tally& tally);

// Sums over the lines; the counts of writes and losses are left zero.
Truth sum_up(const Demand& demand, std::span<const LineTruth> lines);

// Names the first line that breaks the books: accepted neither 0 nor the quantity asked for, a negative part,
// or parts that do not add up.
Status check_books(const Demand& demand, std::span<const LineTruth> lines);

}  // namespace forestall::world
