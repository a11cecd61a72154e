// SPDX-License-Identifier: Apache-2.0
// The fulfilment records of listings that were read moments ago, so that a write that follows its reading
// does not spend a second call on the same question. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/clock.hpp"
#include "connectors/amazon/listing_decoder.hpp"

namespace forestall::amazon {

class RecentShapes {
 public:
  // Short enough that a person who makes an FBA offer of it in between is improbable; long enough for a
  // queue.
  static constexpr std::chrono::seconds life{30};
  static constexpr std::size_t most = 256;

  void put(std::string sku, Listing listing, Monotonic now);
  // Taken out: a reading serves one write.
  std::optional<Listing> take(std::string_view sku, Monotonic now);
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::string sku;
    Listing listing;
    Monotonic at;
  };
  std::deque<Kept> kept_;  // oldest first
};

}  // namespace forestall::amazon
