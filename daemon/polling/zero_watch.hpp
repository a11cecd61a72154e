// SPDX-License-Identifier: Apache-2.0
// Unknown is not zero, and a zero that nothing explains is not believed at once. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "connectors/model/stock.hpp"

namespace forestall::polling {

// What the ledger holds of a SKU in a pool before a reading.
struct KnownStock {
  Units on_hand;
  Units committed;  // of open orders, not yet deducted
};

// The SKU had stock, the reading says that there is none, and the orders we know of would not have taken it.
bool unexplained_zero(const std::optional<KnownStock>& before, const model::StockLevel& reading);

// Counts them over one reading of a feed.
class ZeroWatch {
 public:
  // At most `most`, and at most `share` of the SKUs that are known, but one always may.
  ZeroWatch(std::uint32_t most, double share, std::size_t known_skus);
  // False where these would be too many: then the feed is to be doubted, not the SKUs.
  bool admit(std::size_t zeros);
  std::size_t limit() const { return limit_; }
  std::size_t met() const { return met_; }

 private:
  std::size_t limit_;
  std::size_t met_ = 0;
};

}  // namespace forestall::polling
