// SPDX-License-Identifier: Apache-2.0
// What shares stock: the SKUs and listings that bundles tie together, and who decides each listing where they
// are more than are decided at once.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/ledger/mirror.hpp"

namespace forestall::acting {

// What shares stock with a SKU. Of more than the planner takes, `whole` is false, and `listings` are those
// that sell the SKU itself; then each listing is decided with one of its SKUs (Deciders), and the others see
// only what it may sell.
struct Tied {
  std::vector<ledger::SkuRef> skus;
  std::vector<ledger::ListingRef> listings;
  std::size_t seen = 0;  // listings that were met: where not whole, there may be more
  bool whole = true;
};
Tied tied_to(const ledger::Mirror& mirror, ledger::SkuRef first);

// Says who decides a listing of a group that is not whole. Keep it for one decision, no longer.
class Deciders {
 public:
  explicit Deciders(const ledger::Mirror& mirror) : mirror_(mirror) {}
  // Of the listing's SKUs the one that most listings sell (of as many, the one known for longest): it runs
  // short first. Going from a SKU to the deciders of its listings never leads in a circle.
  // nullopt: the listing is unmapped.
  std::optional<ledger::SkuRef> of(ledger::ListingRef listing);

 private:
  const ledger::Mirror& mirror_;
  std::unordered_map<std::uint32_t, std::size_t> listings_;  // of a SKU
};

// The SKU whose decision is the listing's, in a group of any size.
std::optional<ledger::SkuRef> decided_with(const ledger::Mirror& mirror, ledger::ListingRef listing);

}  // namespace forestall::acting
