// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/tied.hpp"

#include <algorithm>

#include "forecasting/targets/terms.hpp"

namespace forestall::acting {

namespace fc = forecasting;
using ledger::ListingRef;
using ledger::Mirror;
using ledger::SkuRef;

Tied tied_to(const Mirror& mirror, SkuRef first) {
  Tied tied{.skus = {first}, .listings = {}};
  const auto add = [](auto& all, auto one) {
    if (std::ranges::find(all, one) == all.end()) all.push_back(one);
  };
  for (std::size_t i = 0; i < tied.skus.size(); ++i) {
    for (const auto listing : mirror.listings_of(tied.skus[i])) {
      add(tied.listings, listing);
      for (const auto& part : mirror.parts(listing)) add(tied.skus, part.sku);
      if (tied.listings.size() <= fc::max_listings && tied.skus.size() <= fc::max_skus) continue;
      auto own = mirror.listings_of(first);
      const auto seen = std::max(tied.listings.size(), own.size());
      return {{first}, std::move(own), seen, false};
    }
  }
  tied.seen = tied.listings.size();
  return tied;
}

std::optional<SkuRef> Deciders::of(ListingRef listing) {
  std::optional<SkuRef> most;
  std::size_t listings = 0;
  for (const auto& part : mirror_.parts(listing)) {
    const auto [at, fresh] = listings_.try_emplace(static_cast<std::uint32_t>(part.sku));
    if (fresh) at->second = mirror_.listings_of(part.sku).size();
    if (most && (at->second < listings || (at->second == listings && part.sku > *most))) continue;
    most = part.sku;
    listings = at->second;
  }
  return most;
}

std::optional<SkuRef> decided_with(const Mirror& mirror, ListingRef listing) {
  const auto parts = mirror.parts(listing);
  if (parts.empty()) return std::nullopt;
  if (parts.size() == 1 || tied_to(mirror, parts.front().sku).whole) return parts.front().sku;
  return Deciders(mirror).of(listing);
}

}  // namespace forestall::acting
