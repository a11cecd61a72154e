// SPDX-License-Identifier: Apache-2.0
// How a channel behaves, as its connector declares it. What nobody has proved is `unproven`, and the planner
// treats it as the worse of the two.
#pragma once

#include <cstdint>

#include "config/base/time.hpp"

namespace forestall::model {

enum class Proof : std::uint8_t { no, yes, unproven };

enum class QuantityKind : std::uint8_t {
  exact,      // the number listed is the number that can be bought
  threshold,  // the channel shows less than it is told above some level
  on_off,     // buyable or not, nothing between
};

// The best way of writing that was proved. Every channel takes "be 5" as well: a person's pause is one.
enum class WriteKind : std::uint8_t {
  absolute,         // "be 5": erases sales it has not seen
  relative,         // "2 fewer", never below zero
  compare_and_set,  // "be 5 if you are 7"; compared when the command is taken, and the answer says so
};

enum class ReadBack : std::uint8_t {
  stored,  // what was accepted; buyers may still see something else
  live,    // what buyers see
};

struct Capabilities {
  QuantityKind quantity = QuantityKind::exact;
  WriteKind write = WriteKind::absolute;
  ReadBack read_back = ReadBack::stored;
  Proof decrements_atomically = Proof::unproven;  // two buyers cannot both take the last unit
  Proof restores_on_cancel = Proof::unproven;     // a cancelled order's units come back by themselves
  Proof pending_orders_reserve = Proof::unproven;
  // What the listings feed says of a time may be this much older: a report made from rows read before.
  Millis listings_lag{0};
  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

}  // namespace forestall::model
