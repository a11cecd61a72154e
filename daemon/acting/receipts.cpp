// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/receipts.hpp"

#include <algorithm>

#include "connectors/model/stock.hpp"
#include "daemon/ledger/pack.hpp"

namespace forestall::acting {

void Receipts::put(std::uint32_t sku, std::string_view receipt, std::optional<Instant> expected_at) {
  const auto at = promised_.find(sku);
  if (at != promised_.end()) {
    std::erase_if(at->second, [&](const auto& one) { return one.first == receipt; });
    if (at->second.empty() && !expected_at) promised_.erase(at);
  }
  if (expected_at) promised_[sku].emplace_back(receipt, *expected_at);
}

std::optional<Instant> Receipts::next(std::uint32_t sku, Instant now) const {
  std::optional<Instant> next;
  if (const auto at = promised_.find(sku); at != promised_.end())
    for (const auto& [receipt, expected_at] : at->second)
      if (expected_at > now && (!next || expected_at < *next)) next = expected_at;
  return next;
}

// Stored: version, sku, place, expected, preorder, closed_at, expected_at, ...
Result<StoredReceipt> decode_receipt(std::string_view record) {
  ledger::Unpacker u(record);
  u.skip();
  StoredReceipt receipt{.sku = std::string(u.text())};
  receipt.own = u.integer() % 4 == static_cast<std::int64_t>(model::Pool::own);
  const auto units = u.integer();
  u.skip();
  const bool closed = u.integer() != 0;
  const auto expected_at = u.integer();
  if (!u.ok()) return std::unexpected(u.error("receipt"));
  if (!closed && units > 0 && expected_at > 0) receipt.expected_at = Instant(Millis(expected_at));
  return receipt;
}

}  // namespace forestall::acting
