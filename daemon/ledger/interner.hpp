// SPDX-License-Identifier: Apache-2.0
// Texts as small numbers: each distinct text is stored once and found through an open-addressing table of
// 4-byte slots. About 20 bytes a text beyond its characters; texts are never removed. No call takes long:
// nothing is moved as it grows, and a larger table is filled a few slots a call.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/ledger/chunked.hpp"

namespace forestall::ledger {

class Interner {
 public:
  using Number = std::uint32_t;
  static constexpr std::size_t max_bytes = 65'535;  // of one text

  // Number of a text, given on first sight: 0, 1, 2, ... Throws std::length_error for a text that is too
  // long.
  Number intern(std::string_view text) {
    move_some();
    if (const auto known = find(text)) return *known;
    if ((places_.size() + 1) * 4 > slots_.size() * 3) grow(std::max<std::size_t>(64, slots_.size() * 2));
    const auto number = static_cast<Number>(places_.size());
    places_.push_back(store(text));
    insert(number, text);
    return number;
  }
  // A table for that many texts, so that it need not grow.
  void reserve(std::size_t texts) {
    std::size_t slots = 64;
    while (slots * 3 < (texts + 1) * 4) slots *= 2;
    if (slots > slots_.size()) grow(slots);
  }
  std::optional<Number> find(std::string_view text) const {
    const auto hash = std::hash<std::string_view>{}(text);
    if (const auto found = look(slots_, hash, text)) return found;
    return look(old_, hash, text);
  }
  // Valid while the interner lives.
  std::string_view text(Number number) const {
    const auto place = places_[number];
    const char* at = pages_[place / page_bytes].get() + place % page_bytes;
    std::uint16_t size = 0;
    std::memcpy(&size, at, sizeof size);
    return {at + sizeof size, size};
  }
  std::size_t size() const { return places_.size(); }
  std::size_t bytes() const {
    return pages_.size() * page_bytes + places_.bytes() + 4 * (slots_.size() + old_.size());
  }

 private:
  using Slots = ZeroedArray<std::uint32_t>;                        // 0: free, else number + 1
  static constexpr std::size_t page_bytes = std::size_t{1} << 18;  // a text never spans two
  static constexpr std::size_t slots_moved =
      8;  // a call; more than 4/3, so that one move ends before the next

  static std::size_t free_slot(const Slots& slots, std::size_t hash) {
    const auto mask = slots.size() - 1;
    auto slot = hash & mask;
    while (slots[slot] != 0) slot = (slot + 1) & mask;
    return slot;
  }
  std::optional<Number> look(const Slots& slots, std::size_t hash, std::string_view wanted) const {
    if (slots.empty()) return std::nullopt;
    const auto mask = slots.size() - 1;
    for (auto slot = hash & mask; slots[slot] != 0; slot = (slot + 1) & mask)
      if (text(slots[slot] - 1) == wanted) return slots[slot] - 1;
    return std::nullopt;
  }
  void insert(Number number, std::string_view text) {
    slots_[free_slot(slots_, std::hash<std::string_view>{}(text))] = number + 1;
  }
  // The old table stays as it is until all of it has been moved: finding in it goes on as before.
  void move_some(std::size_t slots = slots_moved) {
    for (; slots > 0 && moved_ < old_.size(); --slots, ++moved_)
      if (const auto number = old_[moved_]; number != 0) insert(number - 1, text(number - 1));
    if (moved_ == old_.size() && !old_.empty()) old_ = {};
  }
  void grow(std::size_t slots) {
    move_some(old_.size());  // by a reserve() soon after the last growth
    old_ = std::exchange(slots_, Slots(slots));
    moved_ = 0;
  }
  std::uint32_t store(std::string_view text) {
    if (text.size() > max_bytes) throw std::length_error("a name of more than 65,535 bytes");
    const auto size = static_cast<std::uint16_t>(text.size());
    const auto needed = sizeof size + text.size();
    if (pages_.empty() || used_ + needed > page_bytes) {
      if (pages_.size() == std::numeric_limits<std::uint32_t>::max() / page_bytes)
        throw std::length_error("more than 4 GiB of names");
      pages_.push_back(std::make_unique_for_overwrite<char[]>(page_bytes));
      used_ = 0;
    }
    char* const at = pages_.back().get() + used_;
    std::memcpy(at, &size, sizeof size);
    if (!text.empty()) std::memcpy(at + sizeof size, text.data(), text.size());
    const auto place = (pages_.size() - 1) * page_bytes + used_;
    used_ += needed;
    return static_cast<std::uint32_t>(place);
  }

  std::vector<std::unique_ptr<char[]>> pages_;  // texts, each behind its size in two bytes
  std::size_t used_ = 0;                        // of the last page
  Chunked<std::uint32_t> places_;               // of each text in the pages
  Slots slots_;
  Slots old_;  // being moved into slots_
  std::size_t moved_ = 0;
};

}  // namespace forestall::ledger
