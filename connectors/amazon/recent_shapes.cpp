// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/recent_shapes.hpp"

#include <algorithm>

namespace forestall::amazon {

void RecentShapes::put(std::string sku, Listing listing, Monotonic now) {
  std::erase_if(kept_, [&](const Kept& k) { return k.sku == sku; });
  if (kept_.size() == most) kept_.pop_front();
  kept_.push_back({std::move(sku), std::move(listing), now});
}

std::optional<Listing> RecentShapes::take(std::string_view sku, Monotonic now) {
  while (!kept_.empty() && now - kept_.front().at > life) kept_.pop_front();
  const auto found = std::ranges::find(kept_, sku, &Kept::sku);
  if (found == kept_.end()) return std::nullopt;
  Listing listing = std::move(found->listing);
  kept_.erase(found);
  return listing;
}

}  // namespace forestall::amazon
