// SPDX-License-Identifier: Apache-2.0
// The entries of one listing as what happened to it: one line for each wish, with what became of it. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/journal/journal.hpp"

namespace forestall::journal {

struct Step {
  std::uint64_t epoch = 0;  // 0: only noted
  Instant at{};             // when it was wished
  std::optional<Units> from{};
  std::optional<Units> to{};
  std::string_view state{};  // where it is now, or ended: "confirmed"; "noted" where the mode did not act
  std::string reason{};
  std::string who{};
  std::string detail{};       // of its last move
  std::string explanation{};  // JSON
};

// The newest first, at most `most`. A move whose intent is not among the entries is left out.
std::vector<Step> steps_of(std::span<const Entry> newest_first, std::size_t most);

}  // namespace forestall::journal
