// SPDX-License-Identifier: Apache-2.0
// A person's override of one listing. Stored with the listing in the ledger as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::guard {

enum class HoldKind : std::uint8_t {
  held,              // `forestall hold`: leave it as it is
  paused,            // `forestall pause`: keep it at zero
  outside_pause,     // found at zero or off, and nobody of us did it
  outside_quantity,  // found at another quantity, and nobody of us did it
  found_off,         // at zero or off when it was first seen: a person's until claimed
};
std::string_view word(HoldKind kind);

struct Hold {
  HoldKind kind = HoldKind::held;
  std::optional<Instant> until{};  // absent: until somebody lifts it
  Instant since{};
  std::string by{};  // the token's name, or "channel"
  std::string why{};
  friend bool operator==(const Hold&, const Hold&) = default;
};

constexpr bool in_force(const std::optional<Hold>& hold, Instant now) {
  return hold && (!hold->until || now < *hold->until);
}

// "outside_quantity until=2026-11-23T08:00:00Z since=... by=channel why=7 instead of 5"
std::string to_text(const Hold& hold);
Result<Hold> parse_hold(std::string_view text);

}  // namespace forestall::guard
