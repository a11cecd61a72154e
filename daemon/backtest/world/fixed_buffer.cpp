// SPDX-License-Identifier: Apache-2.0
// The fixed buffer: seen orders and stock events in, changed listings out.
#include "daemon/backtest/world/fixed_buffer.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace forestall::world {

FixedBuffer::FixedBuffer(const World& world, BufferRules rules)
    : rules_(std::move(rules)),
      available_(world.catalogue().skus),
      shown_(world.catalogue().listings()),
      first_(world.catalogue().skus + 1),
      offers_(world.catalogue().components.size()),
      cursors_(world.catalogue().channels),
      is_dirty_(world.catalogue().skus) {
  const Catalogue& catalogue = world.catalogue();
  if (!rules_.per_sku.empty() && rules_.per_sku.size() != catalogue.skus)
    throw std::logic_error("per_sku: a buffer for each SKU");
  if (!rules_.shares.empty() && rules_.shares.size() != catalogue.channels)
    throw std::logic_error("shares: one for each channel");
  if (rules_.poll_every.size() != catalogue.channels) throw std::logic_error("poll_every: one a channel");
  for (const Millis every : rules_.poll_every) {
    if (every <= Millis{0}) throw std::logic_error("poll_every must be positive");
    next_poll_.push_back(world.now() + every);
  }
  for (const Component& part : catalogue.components) ++first_[part.sku + 1];
  for (SkuIndex sku = 0; sku < catalogue.skus; ++sku) first_[sku + 1] += first_[sku];
  std::vector<std::uint32_t> fill(first_.begin(), first_.end() - 1);
  for (ListingIndex listing = 0; listing < catalogue.listings(); ++listing) {
    shown_[listing] = world.listed(listing);
    for (auto i = catalogue.first[listing]; i < catalogue.first[listing + 1]; ++i)
      offers_[fill[catalogue.components[i].sku]++] = listing;
  }
  for (SkuIndex sku = 0; sku < catalogue.skus; ++sku) {
    available_[sku] = world.initial_stock(sku);
    touch(sku);  // the buffer itself is the first write
  }
}

Instant FixedBuffer::next_wake() const { return *std::ranges::min_element(next_poll_); }

void FixedBuffer::touch(SkuIndex sku) {
  if (is_dirty_[sku] != 0) return;
  is_dirty_[sku] = 1;
  dirty_.push_back(sku);
}

void FixedBuffer::apply(const World& world, const OrderEvent& event) {
  std::int32_t sign = 0;
  switch (event.change) {
    case OrderChange::accepted:
    case OrderChange::accepted_pending:
      sign = -1;
      break;
    case OrderChange::cancelled_unpaid:
    case OrderChange::cancelled_buyer:
    case OrderChange::cancelled_seller:
      sign = 1;
      break;
    case OrderChange::confirmed:
    case OrderChange::handed_over:
      return;
  }
  const Catalogue& catalogue = world.catalogue();
  const ListingIndex listing = world.demand().listing[event.line];
  shown_[listing] += sign < 0 ? -event.units : 0;  // the channel counts down by itself
  for (auto i = catalogue.first[listing]; i < catalogue.first[listing + 1]; ++i) {
    const auto& [sku, each] = catalogue.components[i];
    available_[sku] += sign * each * event.units;
    touch(sku);
  }
}

std::int32_t FixedBuffer::target(const Catalogue& catalogue, ListingIndex listing) const {
  std::int32_t most = std::numeric_limits<std::int32_t>::max();
  for (auto i = catalogue.first[listing]; i < catalogue.first[listing + 1]; ++i)
    most = std::min(most, available_[catalogue.components[i].sku] / catalogue.components[i].each);
  if (!rules_.shares.empty()) {
    const ChannelIndex channel = catalogue.channel[listing];
    const auto anchor =
        static_cast<ChannelIndex>(std::ranges::max_element(rules_.shares) - rules_.shares.begin());
    const auto part = [&](double share) { return static_cast<std::int32_t>(share * std::max(0, most)); };
    if (channel != anchor) return std::min(part(rules_.shares[channel]), rules_.cap);
    std::int32_t others = 0;
    for (ChannelIndex c = 0; c < rules_.shares.size(); ++c)
      if (c != anchor) others += part(rules_.shares[c]);
    return std::clamp(most - others, 0, rules_.cap);
  }
  const SkuIndex first = catalogue.components[catalogue.first[listing]].sku;
  const std::int32_t buffer = rules_.per_sku.empty() ? rules_.buffer : rules_.per_sku[first];
  return std::clamp(most - buffer, 0, rules_.cap);
}

void FixedBuffer::wake(const World& world, std::vector<Write>& writes) {
  const Catalogue& catalogue = world.catalogue();
  for (ChannelIndex channel = 0; channel < catalogue.channels; ++channel) {
    if (next_poll_[channel] > world.now()) continue;
    next_poll_[channel] += rules_.poll_every[channel];
    const auto seen = world.orders(channel, cursors_[channel]);
    cursors_[channel] += seen.size();
    for (const OrderEvent& event : seen) apply(world, event);
  }
  const auto stock = world.stock_events(stock_cursor_);
  stock_cursor_ += stock.size();
  for (const StockEvent& event : stock) {
    if (event.cause == StockCause::pick_failed || event.delta == 0) continue;
    available_[event.sku] += event.delta;
    touch(event.sku);
  }
  for (const SkuIndex sku : dirty_) {
    is_dirty_[sku] = 0;
    for (auto i = first_[sku]; i < first_[sku + 1]; ++i) {
      const ListingIndex listing = offers_[i];
      const std::int32_t quantity = target(catalogue, listing);
      if (quantity == shown_[listing]) continue;
      shown_[listing] = quantity;
      writes.push_back({.listing = listing, .value = quantity});
    }
  }
  dirty_.clear();
}

}  // namespace forestall::world
