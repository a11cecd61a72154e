// SPDX-License-Identifier: Apache-2.0
// Who gets the stock: supply given to open orders by ship-by and value, and the chance that each goes short.
#pragma once

#include <span>
#include <vector>

#include "config/base/ids.hpp"
#include "config/base/time.hpp"

namespace forestall::orders {

// Open units of one SKU on one order line.
struct Claim {
  OrderId order;
  int units = 0;
  Instant ship_by;
  double value = 0;  // in the account's currency; decides between claims of one ship-by
};

// A delivery that may come: one of these instants (equally likely), or never.
struct UncertainReceipt {
  int units = 0;
  std::vector<Instant> may_come;
  double never = 0;
};

struct Shortage {
  OrderId order;
  double chance = 0;  // that not all its units are there by its ship-by
  bool hard =
      false;  // short whatever the receipts do: even the most stock that is believed in does not reach
};

// `at_least[n]` = P(stock now >= n), n from 0, 1 beyond its beginning, 0 beyond its end; not increasing. An
// earlier ship-by is served first, then the higher value, then the order's id. At most eight receipts count,
// the earliest.
std::vector<Shortage> queue_claims(std::vector<Claim> claims, std::span<const double> at_least,
                                   std::span<const UncertainReceipt> receipts);

}  // namespace forestall::orders
