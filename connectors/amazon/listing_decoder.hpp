// SPDX-License-Identifier: Apache-2.0
// Listings Items 2021-08-01: answers of getListingsItem and searchListingsItems. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/units.hpp"
#include "connectors/amazon/decoded.hpp"
#include "connectors/amazon/place.hpp"

namespace forestall::amazon {

// One fulfilment channel of a listing: DEFAULT, a supply source of the seller's, or AMAZON_NA and the like.
struct FulfilmentRecord {
  std::string code;
  std::optional<Units> quantity;
  bool amazons() const { return code.starts_with("AMAZON_"); }
  friend bool operator==(const FulfilmentRecord&, const FulfilmentRecord&) = default;
};

struct Listing {
  model::ListingState state{};
  std::optional<model::PriceObserved> price{};
  std::vector<FulfilmentRecord> records{};

  // Empty where its quantity may be written, else the reason why not: a DEFAULT record written beside one of
  // Amazon's makes an offer that nobody can ship.
  std::string why_not_writable() const;
};

// parse where it cannot be read, or is another SKU than the one asked for.
Result<Listing> decode_listing(std::string_view body, std::string_view sku, const Place& place,
                               const Reading& reading);
// A ListingState, and a PriceObserved where there is a price, for each item. in_all counts the results of the
// whole search, of which Amazon pages through 1,000.
Result<Decoded> decode_listings(std::string_view body, const Place& place, const Reading& reading);

}  // namespace forestall::amazon
