// SPDX-License-Identifier: Apache-2.0
// The open orders of one seller as the mirror has them, and their flags. Reads only; one turn of the loop.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "config/settings/account.hpp"
#include "daemon/ledger/mirror.hpp"
#include "daemon/orders/at_risk.hpp"

namespace forestall::orders {

struct Looked {
  std::vector<Flag> flags;  // ranked
  std::size_t looked_at = 0;
  std::size_t open_orders = 0;
};

// The `most` most urgent open orders. Orders of accounts that are not given are left out: nobody knows their
// clocks.
std::vector<OrderFacts> facts_of(const ledger::Mirror& mirror,
                                 std::span<const config::AccountSettings* const> accounts, Instant now,
                                 std::size_t most);

Looked look(const ledger::Mirror& mirror, std::span<const config::AccountSettings* const> accounts,
            const RiskRules& rules, Instant now, std::size_t most);

}  // namespace forestall::orders
