// SPDX-License-Identifier: Apache-2.0
// What sellers without a guard do: look every so often, and show every channel the stock of the books less a
// fixed buffer. Buffer 0 is plain synchronisation.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/backtest/world/world.hpp"

namespace forestall::world {

struct BufferRules {
  std::int32_t buffer = 0;              // units held back on every channel
  std::vector<Millis> poll_every{};     // one a channel: orders are fetched so often
  std::int32_t cap = 1'000'000;         // no listing shows more
  std::vector<std::int32_t> per_sku{};  // a buffer for each SKU in place of `buffer`; empty: none
  // Not everything everywhere, but each channel its share of the stock; the largest takes what is left over.
  std::vector<double> shares{};
};

class FixedBuffer {
 public:
  FixedBuffer(const World& world, BufferRules rules);

  Instant next_wake() const;
  void wake(const World& world, std::vector<Write>& writes);
  // Book stock less every order seen so far; may be negative.
  std::int32_t available(SkuIndex sku) const { return available_[sku]; }

 private:
  void touch(SkuIndex sku);
  void apply(const World& world, const OrderEvent& event);
  std::int32_t target(const Catalogue& catalogue, ListingIndex listing) const;

  BufferRules rules_;
  std::vector<std::int32_t> available_;
  std::vector<std::int32_t> shown_;  // of each listing: the last quantity written
  std::vector<std::uint32_t> first_,
      offers_;  // the listings of SKU s are offers_[first_[s] .. first_[s + 1])
  std::vector<Instant> next_poll_;
  std::vector<std::size_t> cursors_;
  std::size_t stock_cursor_ = 0;
  std::vector<SkuIndex> dirty_;
  std::vector<std::uint8_t> is_dirty_;
};

}  // namespace forestall::world
