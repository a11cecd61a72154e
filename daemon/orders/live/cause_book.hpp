// SPDX-License-Identifier: Apache-2.0
// Orders that ended badly, each with its cause: what people look at when they ask why orders are cancelled or
// late.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "config/base/money.hpp"
#include "daemon/orders/attribution.hpp"

namespace forestall::orders {

struct Verdict {
  AccountId account;
  OrderId order;
  bool cancelled = false;  // else: late
  Instant at{};            // of the cancellation, or when it was late
  Blame blame = Blame::unknown;
  UnitsGo units = UnitsGo::nowhere;
  std::string why;
  std::optional<Money> value;
  friend bool operator==(const Verdict&, const Verdict&) = default;
};

// The latest `most` verdicts; one an order and kind. A later one of the same order and kind replaces the
// first: what was late to the carrier may turn out lost.
class CauseBook {
 public:
  static constexpr std::size_t most = 5'000;

  // True where it is new.
  bool put(Verdict verdict);
  const Verdict* find(const AccountId& account, const OrderId& order, bool cancelled) const;
  // Of orders that ended at or after `since`, the latest first.
  std::vector<const Verdict*> since(Instant since, std::size_t limit) const;
  // By kind and blame, at or after `since`.
  std::map<std::pair<bool, Blame>, std::uint64_t> counts(Instant since) const;
  std::size_t size() const { return verdicts_.size(); }

 private:
  friend std::string encode(const CauseBook& book);
  using Key = std::tuple<AccountId, OrderId, bool>;
  std::map<Key, Verdict> verdicts_;
  std::set<std::pair<Instant, Key>> by_time_;
};

std::string encode(const CauseBook& book);
Result<CauseBook> decode_causes(std::string_view bytes);

}  // namespace forestall::orders
