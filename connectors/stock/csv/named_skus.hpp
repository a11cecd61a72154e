// SPDX-License-Identifier: Apache-2.0
// The SKUs that a snapshot named: a million in about 50 MB, grown in steps too small to be noticed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/base/time.hpp"
#include "config/base/units.hpp"

namespace forestall::stock_csv {

class NamedSkus {
 public:
  struct Entry {
    std::uint32_t begin = 0;
    std::uint16_t length = 0;
    bool contradicted = false;  // several rows that do not agree
    bool has_units = false;
    std::int64_t units = 0;
    Instant true_at{};
  };

  // Null where it was never named.
  const Entry* find(std::string_view sku) const;
  // True if it is new. A SKU that is there with another quantity becomes contradicted.
  bool add(std::string_view sku, std::optional<Units> units, Instant true_at);
  std::size_t size() const { return size_; }
  // Keeps its memory, and leaves it to the next additions to tidy it: 50 MB take longer than a turn of the
  // loop may.
  void clear() {
    ++round_;
    size_ = 0;
  }

  // Visits entries from the n-th on, in an order that stays while nothing is added. Stops where `visit` says
  // false.
  template <class Visit>
  void from(std::uint64_t n, Visit&& visit) const {
    for (const auto& shard : shards_) {
      const auto count = shard.round == round_ ? shard.entries.size() : 0;
      if (n >= count) {
        n -= count;
        continue;
      }
      for (; n < count; ++n)
        if (!visit(text(shard, shard.entries[n]), shard.entries[n])) return;
      n = 0;
    }
  }

 private:
  struct Shard {
    std::uint32_t round = 0;  // of another round: empty
    std::vector<char> texts;
    std::vector<Entry> entries;
    std::vector<std::uint32_t> slots;  // 1 + index into entries, 0 for free; a power of two
  };
  static std::string_view text(const Shard& shard, const Entry& entry) {
    return {shard.texts.data() + entry.begin, entry.length};
  }
  static std::size_t slot_of(const Shard& shard, std::uint64_t hash, std::string_view sku);
  static void grow(Shard& shard);

  std::array<Shard, 512> shards_;
  std::uint32_t round_ = 0;
  std::size_t size_ = 0;
};

}  // namespace forestall::stock_csv
