// SPDX-License-Identifier: Apache-2.0
// When more of a SKU is promised to arrive: every delivery by itself, so that one that is postponed or called
// off moves nothing but its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/time.hpp"

namespace forestall::acting {

class Receipts {
 public:
  // What is now known of one delivery of one SKU, whenever and however often; no time: nothing is promised.
  void put(std::uint32_t sku, std::string_view receipt, std::optional<Instant> expected_at);
  // The next promised time after `now`.
  std::optional<Instant> next(std::uint32_t sku, Instant now) const;
  void clear() { promised_.clear(); }

 private:
  std::unordered_map<std::uint32_t, std::vector<std::pair<std::string, Instant>>> promised_;
};

// Of a record of the ledger's hash `receipt` (daemon/ledger/lua/4_entities.lua): its SKU, and what is
// promised to the seller's own pool. parse where it is none.
struct StoredReceipt {
  std::string sku{};
  bool own = false;
  std::optional<Instant> expected_at{};
};
Result<StoredReceipt> decode_receipt(std::string_view record);

}  // namespace forestall::acting
