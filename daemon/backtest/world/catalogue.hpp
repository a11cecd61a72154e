// SPDX-License-Identifier: Apache-2.0
// What is offered where: SKUs hold stock, a listing is one channel's offer of one or more SKUs with units
// each. Everything is an index; names belong to the caller.
#pragma once

#include <cstdint>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::world {

using SkuIndex = std::uint32_t;
using ListingIndex = std::uint32_t;
using ChannelIndex = std::uint32_t;

struct Component {
  SkuIndex sku = 0;
  std::int32_t each = 1;  // units of the SKU in one unit of the listing, >= 1
};

struct Catalogue {
  std::uint32_t skus = 0;
  std::uint32_t channels = 0;           // at most 256
  std::vector<std::uint8_t> channel{};  // of each listing
  std::vector<std::uint32_t> first{0};  // the components of listing l are [first[l], first[l + 1])
  std::vector<Component> components{};

  std::uint32_t listings() const { return static_cast<std::uint32_t>(channel.size()); }
  ListingIndex add(ChannelIndex on, std::vector<Component> parts);

  // Every SKU alone on every channel: listing sku * channels + channel.
  static Catalogue plain(std::uint32_t skus, std::uint32_t channels);
};

// invalid_argument where an index is out of range, a listing is empty, or names a SKU twice.
Status check(const Catalogue& catalogue);

}  // namespace forestall::world
