// SPDX-License-Identifier: Apache-2.0
// What the ledger must know about the seller's set-up: which feed speaks for which place, and what a listing
// is made of.
#pragma once

#include <string>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/units.hpp"
#include "connectors/model/stock.hpp"

namespace forestall::ledger {

// One stock source at one location.
struct Feed {
  SourceId source;
  LocationId location;
  model::Pool pool = model::Pool::own;
  model::DeductsAt deducts_at = model::DeductsAt::ship;
  bool authority = true;  // exactly one of the feeds of a location and pool; the others corroborate
  friend bool operator==(const Feed&, const Feed&) = default;
};

struct Component {
  SkuId sku;
  Units units;  // of the SKU in one unit of the listing, > 0
  friend bool operator==(const Component&, const Component&) = default;
};

struct Mapping {
  AccountId account;
  ListingId listing;
  std::vector<Component> components;  // empty: unmapped
  model::Pool pool = model::Pool::own;
  friend bool operator==(const Mapping&, const Mapping&) = default;
};

}  // namespace forestall::ledger
