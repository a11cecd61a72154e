// SPDX-License-Identifier: Apache-2.0
// Exposure: the most units a listing may still accept that the ledger has not seen. Everything that keeps the
// last units from being sold twice rests on this number never being too small.
#pragma once

#include <algorithm>
#include <cstdint>

namespace forestall::planner {

enum class WriteKind : std::uint8_t {
  absolute,         // the listing becomes `value`, whatever it sold meanwhile
  relative,         // it changes by `value`, never below zero
  compare_and_set,  // it becomes `value` only where it is `expected` when the write lands
};

// A change sent to a channel and not resolved: it may land at any time, also after newer ones, or never.
struct PendingWrite {
  WriteKind kind = WriteKind::absolute;
  std::uint8_t copies = 1;  // times it was sent; more than one where a resend may land as well
  std::int32_t value = 0;
  std::int32_t expected = 0;
};

// The clauses of the rule. All hold in the product; a test switches them off one by one and shows that each
// is needed. A clause switched off is always a listing counted too low.
struct ExposureRule {
  bool absolute_adds = true;        // an unresolved absolute write adds its value
  bool lowering_adds = true;        // also where it lowers: x may be sold from what was there, and then x
  bool larger_counts = true;        // relative, compare-and-set: the larger of old and new, not the new
  bool older_writes_count = true;   // a late write may land after a newer one
  bool copies_count = true;         // each time it was sent
  bool restorations_count = true;   // what the channel puts back by itself, for cancelled orders
  bool only_orders_after = true;    // orders placed before a reading are in it already
  bool waits_for_watermark = true;  // a reading counts only when every order before it was seen
  bool resolved_by_reading = true;  // superseded or timed out is not resolved
};

// By how much one landing can raise a listing. Any number of landings in any order raise it by no more than
// the sum, so what is accepted since a reading is at most reading + restorations + sum of the raises.
constexpr std::int64_t raise_of(const PendingWrite& write, std::int32_t shown, ExposureRule rule = {}) {
  const std::int64_t copies = rule.copies_count ? write.copies : 1;
  switch (write.kind) {
    case WriteKind::absolute:
      if (!rule.absolute_adds || (!rule.lowering_adds && write.value < shown)) return 0;
      return copies * std::max(0, write.value);
    case WriteKind::relative:
      return rule.larger_counts ? copies * std::max(0, write.value) : copies * write.value;
    case WriteKind::compare_and_set: {
      const std::int64_t change = std::int64_t{write.value} - write.expected;
      return rule.larger_counts ? copies * std::max<std::int64_t>(0, change) : copies * change;
    }
  }
  return 0;
}

// One listing, as of now; units of the listing.
struct Exposure {
  std::int32_t units = 0;          // H
  std::int32_t settled_units = 0;  // of it: the last reading less the orders seen since, plus restorations
  std::int32_t heading_units = 0;  // what it will show if all that is pending lands in order
  std::uint8_t pending = 0;        // unresolved writes
  bool known = false;              // a reading was ever resolved; else nothing bounds `units`
  std::uint8_t given_up = 0;  // of `pending`: nobody waits for them any more, and `heading_units` is without

  friend bool operator==(const Exposure&, const Exposure&) = default;
};

}  // namespace forestall::planner
