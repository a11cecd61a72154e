// SPDX-License-Identifier: Apache-2.0
// What the listings of a seller cost: 8 bytes a listing. For whoever weighs a change in money.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/base/money.hpp"
#include "connectors/model/observation.hpp"
#include "daemon/ledger/mirror.hpp"

namespace forestall::flow {

class PriceBook {
 public:
  // Takes what an observation says of prices: PriceObserved, else the unit price of an order's lines where no
  // price was observed. Listings that the mirror does not know are passed over.
  void put(const ledger::Mirror& mirror, const model::Observation& observation);
  // The listing's own price.
  std::optional<Money> price(const ledger::Mirror& mirror, ledger::ListingRef listing) const;
  // The mean of an account's known prices in that currency; nullopt: none is known.
  std::optional<Money> mean(const ledger::Mirror& mirror, const AccountId& account,
                            const Currency& currency) const;
  std::size_t known() const { return known_; }

 private:
  void set(const ledger::Mirror& mirror, const AccountId& account, const ListingId& listing,
           const Money& price, bool observed);

  struct Sum {
    double minor = 0;  // a million prices of ten trillion do not fit an integer
    std::int64_t listings = 0;
  };
  // Of each ListingRef: minor units * 512 + observed * 256 + currency + 1; 0: not known.
  std::vector<std::int64_t> packed_;
  std::vector<Currency> currencies_;
  std::map<std::pair<std::string, std::size_t>, Sum> sums_;  // by account and currency
  std::uint64_t generation_ = 0;                             // of the mirror
  std::size_t known_ = 0;
};

}  // namespace forestall::flow
