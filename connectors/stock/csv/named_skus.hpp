// SPDX-License-Identifier: Apache-2.0
// The SKUs that a snapshot named: a million in about 60 MB, grown in steps too small to be noticed.
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
  void clear() { *this = NamedSkus(); }

  // Visits entries from the n-th on, in an order that stays while nothing is added. Stops where `visit` says
  // false.
  template <class Visit>
  void from(std::uint64_t n, Visit&& visit) const {
    for (const auto& shard : shards_) {
      if (n >= shard.entries.size()) {
        n -= shard.entries.size();
        continue;
      }
      for (; n < shard.entries.size(); ++n)
        if (!visit(text(shard, shard.entries[n]), shard.entries[n])) return;
      n = 0;
    }
  }

 private:
  struct Shard {
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
  std::size_t size_ = 0;
};

}  // namespace forestall::stock_csv
