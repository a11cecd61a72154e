// SPDX-License-Identifier: Apache-2.0
#include "daemon/flow/flow.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace forestall::flow {

Seller& Flow::add(config::SellerSettings settings) {
  return sellers_.emplace_back(Seller{.settings = std::move(settings)});
}

Account& Flow::add(config::AccountSettings settings) {
  auto* const seller = find_seller(settings.seller.str());
  if (seller == nullptr) throw std::logic_error("an account without its seller");
  auto& account = accounts_.emplace_back(Account{.settings = std::move(settings)});
  seller->accounts.push_back(&account);
  return account;
}

Seller* Flow::find_seller(std::string_view id) {
  const auto found = std::ranges::find_if(sellers_, [&](const auto& s) { return s.settings.id.str() == id; });
  return found == sellers_.end() ? nullptr : &*found;
}

Account* Flow::find_account(std::string_view id) {
  const auto found =
      std::ranges::find_if(accounts_, [&](const auto& a) { return a.settings.id.str() == id; });
  return found == accounts_.end() ? nullptr : &*found;
}

void Flow::tell(Seller& seller, ledger::Change change) {
  if (change.skus.empty() && change.events.empty()) return;
  ledger::Applied applied;
  applied.sequence = change.sequence;
  applied.skus = std::move(change.skus);
  applied.events = std::move(change.events);
  for (const auto& told : listeners_) told({seller, {}, applied, clock_.monotonic()});
}

// What cannot be sent is found by the next pass over the mapping; the page is not held up by it.
boost::asio::awaitable<ledger::Change> Flow::map_first_seen(Seller& seller,
                                                            std::span<const model::Observation> observations,
                                                            std::span<const ledger::SkuState> changed) {
  auto send = seller.listing_map.first_seen(seller.ledger->mirror(), observations, changed);
  if (send.empty()) co_return ledger::Change{};
  auto moved = co_await seller.ledger->map(std::move(send));
  if (!moved) seller.listing_map.want_pass();
  co_return moved ? std::move(*moved) : ledger::Change{};
}

boost::asio::awaitable<Result<ledger::Applied>> Flow::apply(Seller& seller,
                                                            std::span<const model::Observation> observations,
                                                            std::optional<ledger::CursorMove> cursor) {
  if (!seller.open) co_return fail(ErrorCode::unavailable, "the seller's ledger is not open");
  const auto parsed_at = clock_.monotonic();
  // Before, so that an order commits its SKUs in the call that brings it; after, for SKUs and listings that
  // the page itself made known. Each step is told at once: the next may fail, or its caller give up, and what
  // is applied is applied.
  auto all = co_await map_first_seen(seller, observations);
  tell(seller, all);
  auto applied = co_await seller.ledger->apply(observations, std::move(cursor));
  if (!applied) co_return applied;
  for (const auto& one : observations) seller.prices.put(seller.ledger->mirror(), one);
  for (const auto& told : listeners_) told({seller, observations, *applied, parsed_at});
  auto after = co_await map_first_seen(seller, observations, applied->skus);
  tell(seller, after);
  ledger::Change own;
  own.sequence = applied->sequence;
  own.skus = std::move(applied->skus);
  own.events = std::move(applied->events);
  append(all, std::move(own));
  append(all, std::move(after));
  applied->sequence = all.sequence;
  applied->skus = std::move(all.skus);
  applied->events = std::move(all.events);
  co_return applied;
}

}  // namespace forestall::flow
