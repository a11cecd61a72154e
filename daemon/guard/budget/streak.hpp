// SPDX-License-Identifier: Apache-2.0
// Cancellations in a row, per listing: some channels take an offer off sale after two. Pure but for what it
// remembers, which is little: of each listing the newest order that was fulfilled, and the cancelled ones
// after it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/base/time.hpp"
#include "connectors/model/order.hpp"

namespace forestall::guard::budget {

struct Streak {
  std::string listing{};  // "account listing", as daemon/journal names it
  std::size_t cancels = 0;
  Instant newest{};  // when the newest of them was placed
};

// Orders count in the order in which they were placed. A cancellation that counts against the seller
// lengthens the row, a fulfilled order ends it; open ones, and what the buyer cancelled, do neither.
class StreakBook {
 public:
  explicit StreakBook(Millis keep) : keep_(keep) {}

  // Any reading of an order, in any order, any number of times.
  void put(const model::OrderUpsert& order, Instant now);
  // Of at least `least` among the orders placed within the last `within` (never more than what is kept), the
  // longest first, then by name; at most `most`.
  std::vector<Streak> at_least(std::size_t least, Instant now, std::size_t most,
                               Millis within = Millis::max()) const;
  // How many listings have such a row, by account.
  std::map<std::string, std::size_t> count(std::size_t least, Instant now) const;
  std::size_t of(std::string_view account, std::string_view listing, Instant now) const;
  void forget(Instant now);  // what is older than `keep`
  // True: what was forgotten may count again, and has to be told once more.
  bool keep_for(Millis keep) { return keep > std::exchange(keep_, keep); }
  void clear() { listings_.clear(); }
  std::size_t listings() const { return listings_.size(); }

 private:
  struct Row {
    Instant fulfilled{};                       // placed, of the newest one
    std::map<std::string, Instant> cancelled;  // order -> placed
  };
  Streak streak(const std::string& field, const Row& row, Instant now, Millis within) const;

  Millis keep_;
  std::unordered_map<std::string, Row> listings_;
};

}  // namespace forestall::guard::budget
