// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/account_desk.hpp"

#include <algorithm>

namespace forestall::acting {

std::string_view word(Mode mode) {
  for (const auto& [text, value] : words(std::type_identity<Mode>{}))
    if (value == mode) return text;
  return "observe";
}

std::optional<Mode> parse_mode(std::string_view text) {
  for (const auto& [known, value] : words(std::type_identity<Mode>{}))
    if (known == text) return value;
  return std::nullopt;
}

std::optional<std::string> AccountDesk::missing() const {
  if (!seller.open) return "the seller's ledger is not open";
  if (seller.ledger != nullptr && !seller.ledger->whole())
    return "what is known of the stock is being read again";
  if (account.marketplace == nullptr)
    return account.why_not.empty() ? "there is no connector" : account.why_not;
  if (!seller.mapped) return "the listings are not mapped yet";
  if (!seller.stock_read) return "no stock has been read yet";
  if (!account.backfilled) return "past orders and listings have not all been read yet";
  if (account.skew_too_large) return "the channel's clock is too far from ours";
  return std::nullopt;
}

void Latency::record(double seconds) {
  const auto at = std::ranges::lower_bound(bounds, seconds) - bounds.begin();
  ++counts[static_cast<std::size_t>(at)];
  sum += seconds;
}

}  // namespace forestall::acting
