// SPDX-License-Identifier: Apache-2.0
// Ends paging that would never end: a token seen before, or more pages than there can be. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "config/base/error.hpp"

namespace forestall::ports {

class PageGuard {
 public:
  explicit PageGuard(std::size_t most_pages) : most_pages_(most_pages) {}
  // Before asking for the page that `token` names. Errors (parse): the same token again, too many pages.
  Status enter(std::string_view token);
  std::size_t pages() const { return pages_; }

 private:
  std::size_t most_pages_;
  std::size_t pages_ = 0;
  std::unordered_set<std::uint64_t> seen_;  // hashes: tokens are kilobytes
};

}  // namespace forestall::ports
