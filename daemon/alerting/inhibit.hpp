// SPDX-License-Identifier: Apache-2.0
// What nobody needs to be told while something else stands. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "daemon/alerting/book.hpp"

namespace forestall::alerting {

enum class Inhibition : std::uint8_t {
  none,
  observing,         // a forecast, and no account that it is about is in `advise` or `guard`
  breaker_open,      // changes of listings, while the account's breaker is open: that alert says it all
  source_stale,      // forecasts of stock, while the seller's stock is not known
  suspect_stock,     // the forecast of a SKU whose record is in doubt: the recount comes first
  carrier_incident,  // an order late for a parcel that an incident of its carrier speaks for
};
std::string_view word(Inhibition inhibition);

// What an inhibition needs to know of the world, made once a round.
struct InhibitFacts {
  // Whether the account is in `advise` or `guard`; absent accounts are not.
  std::map<AccountId, bool> advising{};
  bool any_advising = false;
};

// Which alerts stand that keep others back: looked up once a round.
class Inhibitors {
 public:
  Inhibitors(const Book& book, const InhibitFacts& facts);
  Inhibition of(const Standing& standing) const;

 private:
  const InhibitFacts& facts_;
  std::map<AccountId, bool> breakers_;
  bool stale_ = false;
  std::map<std::string, bool, std::less<>> suspect_skus_;
  std::map<std::pair<AccountId, std::string>, bool> incidents_;  // account and carrier
};

}  // namespace forestall::alerting
