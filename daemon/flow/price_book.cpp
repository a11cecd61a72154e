// SPDX-License-Identifier: Apache-2.0
#include "daemon/flow/price_book.hpp"

#include <algorithm>
#include <cmath>

namespace forestall::flow {
namespace {

constexpr std::int64_t shift = 512;
constexpr std::int64_t observed_bit = 256;
constexpr std::size_t most_currencies = 255;

}  // namespace

void PriceBook::put(const ledger::Mirror& mirror, const model::Observation& observation) {
  if (const auto* price = std::get_if<model::PriceObserved>(&observation)) {
    set(mirror, price->account, price->listing, price->price, true);
  } else if (const auto* order = std::get_if<model::OrderUpsert>(&observation)) {
    for (const auto& line : order->lines)
      if (line.unit_price) set(mirror, order->account, line.listing, *line.unit_price, false);
  }
}

void PriceBook::set(const ledger::Mirror& mirror, const AccountId& account, const ListingId& listing,
                    const Money& price, bool observed) {
  if (generation_ != mirror.generation()) {
    *this = PriceBook();
    generation_ = mirror.generation();
  }
  if (price.minor() < 0 || price.minor() > Money::max_minor) return;
  const auto ref = mirror.find_listing(account, listing.str());
  if (!ref) return;
  auto found = std::ranges::find(currencies_, price.currency());
  if (found == currencies_.end()) {
    if (currencies_.size() == most_currencies) return;
    found = currencies_.insert(currencies_.end(), price.currency());
  }
  const auto currency = static_cast<std::size_t>(found - currencies_.begin());
  const auto at = static_cast<std::size_t>(*ref);
  if (at >= packed_.size()) packed_.resize(std::max(at + 1, mirror.listings()), 0);
  auto& packed = packed_[at];
  if (packed != 0) {
    // What somebody paid once is older news than what the listing is said to cost.
    if (!observed && (packed & observed_bit) != 0) return;
    auto& sum = sums_[{account.str(), static_cast<std::size_t>(packed % observed_bit) - 1}];
    sum.minor -= static_cast<double>(packed / shift);
    --sum.listings;
    --known_;
  }
  packed = price.minor() * shift + (observed ? observed_bit : 0) + static_cast<std::int64_t>(currency) + 1;
  auto& sum = sums_[{account.str(), currency}];
  sum.minor += static_cast<double>(price.minor());
  ++sum.listings;
  ++known_;
}

std::optional<Money> PriceBook::price(const ledger::Mirror& mirror, ledger::ListingRef listing) const {
  const auto at = static_cast<std::size_t>(listing);
  if (generation_ != mirror.generation() || at >= packed_.size() || packed_[at] == 0) return std::nullopt;
  return Money(packed_[at] / shift, currencies_[static_cast<std::size_t>(packed_[at] % observed_bit) - 1]);
}

std::optional<Money> PriceBook::mean(const ledger::Mirror& mirror, const AccountId& account,
                                     const Currency& currency) const {
  if (generation_ != mirror.generation()) return std::nullopt;
  const auto found = std::ranges::find(currencies_, currency);
  if (found == currencies_.end()) return std::nullopt;
  const auto at = sums_.find({account.str(), static_cast<std::size_t>(found - currencies_.begin())});
  if (at == sums_.end() || at->second.listings == 0) return std::nullopt;
  return Money(std::llround(at->second.minor / static_cast<double>(at->second.listings)), currency);
}

}  // namespace forestall::flow
