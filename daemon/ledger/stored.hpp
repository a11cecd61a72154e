// SPDX-License-Identifier: Apache-2.0
// Records of the order and listing hashes as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/model/listing.hpp"
#include "connectors/model/order.hpp"
#include "daemon/ledger/names.hpp"
#include "daemon/ledger/settings.hpp"

namespace forestall::ledger {

struct StoredOrder {
  model::OrderUpsert order;  // `from` holds the version only
  bool doubtful = false;     // contradicted at its own version, to be read again
};
// `field` is "account number:order id".
Result<StoredOrder> decode_order(std::string_view field, std::string_view record, const Names& names);

struct StoredListing {
  AccountId account;
  ListingId listing;
  model::Version version;
  std::optional<Instant> true_at;  // absent: never observed, only mapped
  std::optional<Units> quantity;
  model::ListingActivity activity = model::ListingActivity::unknown;
  bool doubtful = false;
  std::vector<Component> components;  // empty: unmapped
  model::Pool pool = model::Pool::own;
  std::int64_t mode = 0;  // 0: the account's
  std::string hold;       // opaque; empty: none
};
Result<StoredListing> decode_listing(std::string_view field, std::string_view record, const Names& names);

}  // namespace forestall::ledger
