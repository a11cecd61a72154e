// SPDX-License-Identifier: Apache-2.0
// Building and checking a catalogue.
#include "daemon/backtest/world/catalogue.hpp"

#include <fmt/format.h>

namespace forestall::world {

ListingIndex Catalogue::add(ChannelIndex on, std::vector<Component> parts) {
  channel.push_back(static_cast<std::uint8_t>(on));
  components.insert(components.end(), parts.begin(), parts.end());
  first.push_back(static_cast<std::uint32_t>(components.size()));
  return listings() - 1;
}

Catalogue Catalogue::plain(std::uint32_t skus, std::uint32_t channels) {
  Catalogue result{.skus = skus, .channels = channels};
  const std::size_t count = std::size_t{skus} * channels;
  result.channel.reserve(count);
  result.first.reserve(count + 1);
  result.components.reserve(count);
  for (SkuIndex sku = 0; sku < skus; ++sku)
    for (ChannelIndex on = 0; on < channels; ++on) {
      result.channel.push_back(static_cast<std::uint8_t>(on));
      result.components.push_back({sku, 1});
      result.first.push_back(static_cast<std::uint32_t>(result.components.size()));
    }
  return result;
}

Status check(const Catalogue& catalogue) {
  if (catalogue.channels == 0 || catalogue.channels > 256)
    return fail(ErrorCode::invalid_argument, fmt::format("{} channels: 1 to 256", catalogue.channels));
  if (catalogue.first.size() != catalogue.channel.size() + 1 || catalogue.first.front() != 0 ||
      catalogue.first.back() != catalogue.components.size())
    return fail(ErrorCode::invalid_argument, "component offsets do not fit the listings");
  for (ListingIndex listing = 0; listing < catalogue.listings(); ++listing) {
    const auto from = catalogue.first[listing], to = catalogue.first[listing + 1];
    if (catalogue.channel[listing] >= catalogue.channels || from >= to)
      return fail(ErrorCode::invalid_argument,
                  fmt::format("listing {}: bad channel or no component", listing));
    for (auto i = from; i < to; ++i) {
      if (catalogue.components[i].sku >= catalogue.skus || catalogue.components[i].each < 1)
        return fail(ErrorCode::invalid_argument, fmt::format("listing {}: bad component", listing));
      for (auto j = from; j < i; ++j)
        if (catalogue.components[j].sku == catalogue.components[i].sku)
          return fail(ErrorCode::invalid_argument, fmt::format("listing {}: a SKU twice", listing));
    }
  }
  return {};
}

}  // namespace forestall::world
