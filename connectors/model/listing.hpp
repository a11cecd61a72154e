// SPDX-License-Identifier: Apache-2.0
// What channels say about offers, and the product master about products.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/money.hpp"
#include "config/base/units.hpp"
#include "connectors/model/provenance.hpp"

namespace forestall::model {

enum class ListingActivity : std::uint8_t {
  unknown = 0,
  active = 1,    // can be bought while its quantity lasts
  inactive = 2,  // exists and cannot be bought
  removed = 3,   // gone from the channel
};

// A property of a product that buyers choose by (size, colour, model).
struct Attribute {
  std::string name;
  std::string value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// An offer as it is at the channel. Entity: (account, listing).
struct ListingState {
  Provenance from;
  AccountId account;
  ListingId listing;
  std::optional<Units> quantity;  // absent: the channel does not say (on/off channels)
  ListingActivity activity = ListingActivity::unknown;
  std::vector<Attribute> attributes;
  friend bool operator==(const ListingState&, const ListingState&) = default;
};

// Entity: (account, listing), apart from that of ListingState.
struct PriceObserved {
  Provenance from;
  AccountId account;
  ListingId listing;
  Money price;
  friend bool operator==(const PriceObserved&, const PriceObserved&) = default;
};

// What the seller's own master data say. Entity: (source, sku).
struct ProductUpsert {
  Provenance from;
  SkuId sku;
  std::optional<Money> cost;
  std::vector<Attribute> attributes;
  friend bool operator==(const ProductUpsert&, const ProductUpsert&) = default;
};

}  // namespace forestall::model
