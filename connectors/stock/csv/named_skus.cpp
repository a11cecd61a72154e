// SPDX-License-Identifier: Apache-2.0
#include "connectors/stock/csv/named_skus.hpp"

#include <algorithm>
#include <functional>

namespace forestall::stock_csv {
namespace {

std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
constexpr std::size_t shard_bits = 9;

}  // namespace

std::size_t NamedSkus::slot_of(const Shard& shard, std::uint64_t hash, std::string_view sku) {
  const auto mask = shard.slots.size() - 1;
  for (auto slot = static_cast<std::size_t>(hash >> shard_bits) & mask;; slot = (slot + 1) & mask) {
    const auto index = shard.slots[slot];
    if (index == 0 || text(shard, shard.entries[index - 1]) == sku) return slot;
  }
}

void NamedSkus::grow(Shard& shard) {
  shard.slots.assign(shard.slots.empty() ? 16 : shard.slots.size() * 2, 0);
  for (std::uint32_t i = 0; i < shard.entries.size(); ++i) {
    const auto sku = text(shard, shard.entries[i]);
    shard.slots[slot_of(shard, hash_of(sku), sku)] = i + 1;
  }
}

const NamedSkus::Entry* NamedSkus::find(std::string_view sku) const {
  const auto hash = hash_of(sku);
  const auto& shard = shards_[hash % shards_.size()];
  if (shard.round != round_ || shard.slots.empty()) return nullptr;
  const auto index = shard.slots[slot_of(shard, hash, sku)];
  return index == 0 ? nullptr : &shard.entries[index - 1];
}

bool NamedSkus::add(std::string_view sku, std::optional<Units> units, Instant true_at) {
  const auto hash = hash_of(sku);
  auto& shard = shards_[hash % shards_.size()];
  if (shard.round != round_) {
    shard.round = round_;
    shard.texts.clear();
    shard.entries.clear();
    std::ranges::fill(shard.slots, 0);
  }
  if (shard.entries.size() * 4 >= shard.slots.size() * 3) grow(shard);
  auto& index = shard.slots[slot_of(shard, hash, sku)];
  const auto count = units ? units->count() : 0;
  if (index != 0) {
    auto& entry = shard.entries[index - 1];
    if (entry.has_units != units.has_value() || entry.units != count) entry.contradicted = true;
    return false;
  }
  const auto begin = static_cast<std::uint32_t>(shard.texts.size());
  shard.texts.insert(shard.texts.end(), sku.begin(), sku.end());
  shard.entries.push_back(
      {begin, static_cast<std::uint16_t>(sku.size()), false, units.has_value(), count, true_at});
  index = static_cast<std::uint32_t>(shard.entries.size());
  ++size_;
  return true;
}

}  // namespace forestall::stock_csv
