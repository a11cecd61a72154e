// SPDX-License-Identifier: Apache-2.0
// Unknown is not zero, and a reading that nothing explains is not believed at once: when a feed as a whole is
// suspect. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "config/settings/stock.hpp"
#include "connectors/model/stock.hpp"
#include "connectors/ports/page.hpp"

namespace forestall::polling {

// What the ledger holds of a SKU in a pool before a reading.
struct KnownStock {
  Units on_hand;
  Units committed;  // of open orders, not yet deducted
};

// The SKU had stock, the reading says that there is none, and the orders we know of would not have taken it.
bool unexplained_zero(const std::optional<KnownStock>& before, const model::StockLevel& reading);

// Both say that there is some, and the reading says more than twice as much, or less than half of what open
// orders leave: by at least three units. One such is a delivery or a count; most of a file is another file.
bool jumped(const std::optional<KnownStock>& before, const model::StockLevel& reading);

// One page of a reading, as counted.
struct PageCounts {
  std::size_t zeros = 0;       // unexplained
  std::size_t comparable = 0;  // said and known before, both above zero
  std::size_t jumped = 0;      // of those
  std::size_t read = 0;        // rows that could be read
  std::size_t unreadable = 0;  // and that could not
};

// Over one reading of a feed.
class FeedWatch {
 public:
  // `snapshot`: each reading names every SKU. `zeros`: that were already taken from it, in attempts before.
  FeedWatch(const config::StockSettings& settings, std::size_t known_skus, bool snapshot,
            std::size_t zeros = 0);
  // Why the reading must not be taken from this page on; nullopt: it may. The feed is to be doubted then, not
  // the SKUs.
  std::optional<std::string> doubt(const PageCounts& page, const std::optional<ports::SnapshotSize>& size);

  // Fewer rows than this say nothing about a feed.
  static constexpr std::size_t enough_rows = 10;
  static constexpr std::size_t always_missing = 5;  // so many SKUs may always leave the file

 private:
  std::size_t most_zeros_;
  std::size_t zeros_;
  std::size_t jumped_ = 0;
  std::size_t known_;
  double jumped_share_;
  double missing_share_;
  bool snapshot_;
};

}  // namespace forestall::polling
