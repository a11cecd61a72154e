// SPDX-License-Identifier: Apache-2.0
// What one stock source last said of a SKU at its place: the mirror holds the sum over all places only. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "config/base/error.hpp"
#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "connectors/model/stock.hpp"
#include "daemon/ledger/names.hpp"

namespace forestall::ledger {

struct Said {
  Units on_hand;
  Units committed;  // of open orders: what may be taken off here, and was not when it was said
  Instant true_at;
  friend bool operator==(const Said&, const Said&) = default;
};

// Of one source at one location of a pool. A count at the location counts as said by the source: its next
// level is compared with the newer of the two.
class SaidBy {
 public:
  SaidBy(const Names& names, const SourceId& source, const LocationId& location, model::Pool pool);

  // From a record of the hash `sku` (lua/2_sku.lua). nullopt: the source said nothing of it, or that it does
  // not know. Errors: parse.
  Result<std::optional<Said>> of(std::string_view sku, std::string_view record);

 private:
  std::optional<std::int64_t> location_of(std::int64_t feed);

  const Names& names_;
  std::optional<std::int64_t> feed_;
  std::optional<std::int64_t> location_;
  std::int64_t pool_;
  std::unordered_map<std::int64_t, std::optional<std::int64_t>> locations_{};  // of feeds, as asked for
};

}  // namespace forestall::ledger
