// SPDX-License-Identifier: Apache-2.0
// The life of an intent: its states and which may follow which. Pure.
//
//   requested ─► sent ─► accepted ─► confirmed
//       │          ├───► rejected        a refusal: nothing was done
//       │          ├───► unresolved      no answer: read the listing, never send again
//       │          └───► stuck           taken, and still not live after the deadline (reported)
//       └──────────────► superseded | abandoned   from every open state
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace forestall::journal {

// The numbers are stored: never renumber. lua/1_journal.lua holds the same table.
enum class State : std::uint8_t {
  requested = 0,   // durable; nothing was sent
  sent = 1,        // about to be sent, or sent and no answer yet
  accepted = 2,    // the channel took it
  confirmed = 3,   // read back
  rejected = 4,    // the channel refused it
  stuck = 5,       // not live by the deadline
  superseded = 6,  // a newer epoch exists
  abandoned = 7,   // no longer wanted, or not allowed any more; the detail says why
  unresolved = 8,  // nobody knows whether it was carried out
};
inline constexpr std::size_t state_count = 9;

constexpr std::string_view word(State state) {
  constexpr std::array<std::string_view, state_count> words = {"requested",  "sent",      "accepted",
                                                               "confirmed",  "rejected",  "stuck",
                                                               "superseded", "abandoned", "unresolved"};
  return words[static_cast<std::size_t>(state)];
}
constexpr std::optional<State> parse_state(std::string_view text) {
  for (std::size_t i = 0; i < state_count; ++i)
    if (word(static_cast<State>(i)) == text) return static_cast<State>(i);
  return std::nullopt;
}

// Something is still to be done about it, or to be found out.
constexpr bool is_open(State s) {
  return s == State::requested || s == State::sent || s == State::accepted || s == State::stuck ||
         s == State::unresolved;
}
// It went out, and whether it is live is not known: the listing may show it at any time.
constexpr bool may_land(State s) {
  return s == State::sent || s == State::accepted || s == State::stuck || s == State::unresolved;
}

constexpr bool may_follow(State from, State to) {
  if (!is_open(from) || from == to || to == State::requested) return false;
  if (to == State::superseded || to == State::abandoned || to == State::confirmed) return true;
  switch (from) {
    case State::requested:
      return to == State::sent;
    case State::sent:
      return true;
    case State::accepted:
      return to == State::stuck;
    case State::unresolved:
      return to == State::accepted || to == State::stuck;
    default:
      return false;
  }
}

}  // namespace forestall::journal
