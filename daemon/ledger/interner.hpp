// SPDX-License-Identifier: Apache-2.0
// Texts as small numbers: each distinct text is stored once, in one arena, and found through an
// open-addressing table of 4-byte slots. About 20 bytes a text beyond its characters; texts are never
// removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace forestall::ledger {

class Interner {
 public:
  using Number = std::uint32_t;

  // Number of a text, given on first sight: 0, 1, 2, ...
  Number intern(std::string_view text) {
    if ((offsets_.size() + 1) * 4 > slots_.size() * 3) grow();
    auto slot = find_slot(text);
    if (slots_[slot] != 0) return slots_[slot] - 1;
    if (arena_.size() + text.size() > std::numeric_limits<std::uint32_t>::max())
      throw std::length_error("more than 4 GiB of names");
    offsets_.push_back(static_cast<std::uint32_t>(arena_.size()));
    arena_.append(text);
    slots_[slot] = static_cast<std::uint32_t>(offsets_.size());
    return slots_[slot] - 1;
  }
  // Room for that many texts of that many bytes together, so that no later intern() has to move them all.
  void reserve(std::size_t texts, std::size_t bytes) {
    std::size_t slots = 64;
    while (slots * 3 < (texts + 1) * 4) slots *= 2;
    if (slots > slots_.size()) resize(slots);
    offsets_.reserve(texts);
    arena_.reserve(bytes);
  }
  std::optional<Number> find(std::string_view text) const {
    if (slots_.empty()) return std::nullopt;
    const auto slot = find_slot(text);
    if (slots_[slot] == 0) return std::nullopt;
    return slots_[slot] - 1;
  }
  // Valid until the next intern().
  std::string_view text(Number number) const {
    const std::size_t begin = offsets_[number];
    const std::size_t end = number + 1 < offsets_.size() ? offsets_[number + 1] : arena_.size();
    return std::string_view(arena_).substr(begin, end - begin);
  }
  std::size_t size() const { return offsets_.size(); }
  std::size_t bytes() const { return arena_.capacity() + 4 * (offsets_.capacity() + slots_.capacity()); }

 private:
  std::size_t find_slot(std::string_view wanted) const {
    const auto mask = slots_.size() - 1;
    auto slot = std::hash<std::string_view>{}(wanted)&mask;
    while (slots_[slot] != 0 && text(slots_[slot] - 1) != wanted) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() { resize(slots_.empty() ? 64 : slots_.size() * 2); }
  void resize(std::size_t slots) {
    std::vector<std::uint32_t> old(slots, 0);
    slots_.swap(old);
    for (const auto number : old)
      if (number != 0) slots_[find_slot(text(number - 1))] = number;
  }

  std::string arena_;
  std::vector<std::uint32_t> offsets_;
  std::vector<std::uint32_t> slots_;  // 0: free, else number + 1
};

}  // namespace forestall::ledger
