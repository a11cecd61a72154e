// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/zero_watch.hpp"

#include <algorithm>

namespace forestall::polling {

bool unexplained_zero(const std::optional<KnownStock>& before, const model::StockLevel& reading) {
  if (!reading.on_hand || *reading.on_hand > Units(0)) return false;
  return before && before->on_hand > Units(0) && before->committed < before->on_hand;
}

ZeroWatch::ZeroWatch(std::uint32_t most, double share, std::size_t known_skus)
    : limit_(std::max<std::size_t>(
          1,
          std::min<std::size_t>(most, static_cast<std::size_t>(share * static_cast<double>(known_skus))))) {}

bool ZeroWatch::admit(std::size_t zeros) {
  met_ += zeros;
  return met_ <= limit_;
}

}  // namespace forestall::polling
