// SPDX-License-Identifier: Apache-2.0
// Making the listings of an account and letting accepted changes go live.
#include "tests/sandbox/listing_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/backtest/world/draws.hpp"

namespace forestall::sandbox {

namespace {
std::string asin_of(std::string_view sku) {
  std::uint64_t hash = 1469598103934665603U;  // FNV-1a
  for (const char c : sku) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("B0{:08X}", world::mix(hash) >> 32);
}
}  // namespace

ListingBook::ListingBook(const Setting& setting, world::ChannelIndex channel, int fba) {
  const Instant created = setting.scenario.start - std::chrono::days{400};
  for (std::uint32_t sku = 0; sku < setting.skus.size(); ++sku)
    listings_.push_back({.sku = setting.skus[sku],
                         .asin = asin_of(setting.skus[sku]),
                         .in_world = sku * setting.catalogue.channels + channel,
                         .lead_time_days = sku % 3 == 0 ? std::optional<int>(2) : std::nullopt,
                         .price_minor = setting.price_minor[sku],
                         .created = created + std::chrono::minutes{sku},
                         .updated = created + std::chrono::minutes{sku}});
  for (int i = 0; i < fba; ++i) {
    const std::string sku = fmt::format("FBA-{:04}", i);
    listings_.push_back(
        {.sku = sku,
         .asin = asin_of(sku),
         .has_default = false,
         .fba_quantity = static_cast<std::int64_t>(world::mix(static_cast<std::uint64_t>(i)) % 200),
         .price_minor = 1999,
         .created = created,
         .updated = created});
  }
  std::ranges::sort(listings_, {}, &Listing::sku);
  for (std::size_t i = 0; i < listings_.size(); ++i) by_sku_.emplace(listings_[i].sku, i);
}

std::optional<std::size_t> ListingBook::find(std::string_view sku) const {
  const auto found = by_sku_.find(std::string(sku));
  return found == by_sku_.end() ? std::nullopt : std::optional(found->second);
}

void ListingBook::apply_until(Instant now, world::World& world) {
  while (!changes_.empty() && changes_.begin()->first <= now) {
    const auto [live, change] = *changes_.begin();
    changes_.erase(changes_.begin());
    Listing& listing = listings_[change.listing];
    listing.updated = live;
    switch (change.kind) {
      case ListingChange::Kind::quantity_written:
        if (!listing.in_world) listing.outside_quantity = change.value;
        listing.zeroed_by_api = change.value == 0;
        listing.zeroed_at = live;
        break;
      case ListingChange::Kind::price:
        listing.price_minor = change.value;
        break;
      case ListingChange::Kind::lead_time_lost:
        listing.lead_time_days.reset();
        break;
      case ListingChange::Kind::default_made:
        listing.has_default = true;
        break;
      case ListingChange::Kind::default_removed:
        listing.has_default = false;
        break;
      case ListingChange::Kind::fba_made:
        listing.fba_quantity = change.value;
        break;
    }
    tell(change.listing, world);
  }
}

bool ListingBook::buyable(std::size_t index, const world::World& world) const {
  const Listing& listing = listings_[index];
  if (!listing.active) return false;
  const bool own = listing.has_default && listing.in_world && world.listed(*listing.in_world) > 0;
  return own || listing.fba_quantity.value_or(0) > 0;
}

void ListingBook::tell(std::size_t index, world::World& world) const {
  const Listing& listing = listings_[index];
  if (listing.in_world) world.set_buyable(*listing.in_world, listing.active && listing.has_default);
}

}  // namespace forestall::sandbox
