// SPDX-License-Identifier: Apache-2.0
#include "daemon/flow/flow.hpp"

#include <algorithm>
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

boost::asio::awaitable<Result<ledger::Applied>> Flow::apply(Seller& seller,
                                                            std::span<const model::Observation> observations,
                                                            std::optional<ledger::CursorMove> cursor) {
  if (!seller.open) co_return fail(ErrorCode::unavailable, "the seller's ledger is not open");
  const auto parsed_at = clock_.monotonic();
  auto applied = co_await seller.ledger->apply(observations, std::move(cursor));
  if (applied)
    for (const auto& told : listeners_) told({seller, observations, *applied, parsed_at});
  co_return applied;
}

}  // namespace forestall::flow
