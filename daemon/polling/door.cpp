// SPDX-License-Identifier: Apache-2.0
#include "daemon/polling/door.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "config/base/text.hpp"

namespace forestall::polling {

using boost::asio::awaitable;

std::optional<Doubtful> parse_doubtful(std::string_view entity, const ledger::Names& names) {
  if (entity.size() < 4 || entity[1] != ':' || (entity[0] != 'o' && entity[0] != 'l')) return std::nullopt;
  const auto colon = entity.find(':', 2);
  if (colon == std::string_view::npos) return std::nullopt;
  const auto number = parse_integer<std::int64_t>(entity.substr(2, colon - 2));
  if (!number) return std::nullopt;
  const auto account = AccountId::parse(names.name(ledger::NameKind::account, *number));
  if (!account) return std::nullopt;
  const auto name = entity.substr(colon + 1);
  if (entity[0] == 'o') {
    auto order = OrderId::parse(name);
    if (!order) return std::nullopt;
    return Doubtful{*account, std::move(*order)};
  }
  auto listing = ListingId::parse(name);
  if (!listing) return std::nullopt;
  return Doubtful{*account, std::move(*listing)};
}

awaitable<Result<ledger::Applied>> FlowDoor::apply(flow::Seller& seller,
                                                   std::span<const model::Observation> observations,
                                                   std::optional<ledger::CursorMove> cursor) {
  return flow_.apply(seller, observations, std::move(cursor));
}

awaitable<Result<std::string>> FlowDoor::cursor(flow::Seller& seller, std::string name) {
  if (!seller.open) co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
  auto stored = co_await seller.ledger->cursor(std::move(name));
  if (!stored) co_return std::unexpected(stored.error());
  co_return std::move(*stored).value_or(std::string());
}

awaitable<Result<std::vector<Doubtful>>> FlowDoor::contradicted(flow::Seller& seller) {
  if (!seller.open) co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
  const auto entities = co_await seller.ledger->contradicted();
  if (!entities) co_return std::unexpected(entities.error());
  std::vector<Doubtful> all;
  for (const auto& entity : *entities)
    if (auto doubtful = parse_doubtful(entity, seller.ledger->names())) all.push_back(std::move(*doubtful));
  co_return all;
}

awaitable<std::vector<ports::NamedSku>> FlowDoor::known_stock(flow::Seller& seller, model::Pool pool) {
  constexpr std::size_t skus_a_turn = 4'000;
  std::vector<ports::NamedSku> all;
  // The mirror may grow between two turns; whoever is new then is told by whoever named it.
  for (std::size_t i = 0; seller.open && i < seller.ledger->mirror().skus(); ++i) {
    const auto& mirror = seller.ledger->mirror();
    const ledger::SkuRef ref{static_cast<std::uint32_t>(i)};
    const auto state = mirror.state(ref, pool);
    if (state && state->certainty != model::Certainty::unknown)
      if (auto sku = SkuId::parse(mirror.name(ref))) all.push_back({std::move(*sku), state->oldest});
    if (i % skus_a_turn == skus_a_turn - 1)
      co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
  }
  co_return all;
}

std::optional<KnownStock> FlowDoor::stock_of(const flow::Seller& seller, const SkuId& sku,
                                             model::Pool pool) const {
  if (!seller.open) return std::nullopt;
  const auto& mirror = seller.ledger->mirror();
  const auto ref = mirror.find_sku(sku.str());
  const auto state = ref ? mirror.state(*ref, pool) : std::nullopt;
  if (!state || state->certainty == model::Certainty::unknown) return std::nullopt;
  return KnownStock{.on_hand = state->on_hand, .committed = state->committed};
}

awaitable<Result<std::vector<std::optional<KnownStock>>>> FlowDoor::said_before(
    flow::Seller& seller, model::Pool pool, std::span<const model::StockLevel* const> levels) {
  std::vector<std::optional<KnownStock>> all(levels.size());
  // All at one place, as a source has it; were there several, each is asked for by itself.
  for (std::size_t begin = 0; begin < levels.size();) {
    if (!seller.open) co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
    const auto& first = *levels[begin];
    std::vector<std::string> skus;
    auto end = begin;
    for (; end < levels.size() && levels[end]->location == first.location; ++end)
      skus.push_back(levels[end]->sku.str());
    auto said = co_await seller.ledger->said(first.from.source, first.location, pool, std::move(skus));
    if (!said) co_return std::unexpected(said.error());
    for (std::size_t i = 0; i < said->size(); ++i)
      if (const auto& one = (*said)[i]) all[begin + i] = {one->on_hand, one->committed};
    begin = end;
  }
  co_return all;
}

awaitable<Result<std::vector<ports::NamedSku>>> FlowDoor::named_by(flow::Seller& seller, model::Pool pool,
                                                                   const SourceId& source,
                                                                   const LocationId& at) {
  if (!seller.open) co_return fail_retryable(ErrorCode::unavailable, "the seller's ledger is not open");
  std::vector<ports::NamedSku> all;
  const auto done = co_await seller.ledger->visit_said(
      source, at, pool, [&all](std::string_view sku, const ledger::Said& said) {
        if (auto id = SkuId::parse(sku)) all.push_back({std::move(*id), said.true_at});
      });
  if (!done) co_return std::unexpected(done.error());
  co_return all;
}

std::size_t FlowDoor::known_skus(const flow::Seller& seller) const {
  return seller.open ? seller.ledger->mirror().skus() : 0;
}

bool FlowDoor::knows_open_order(const flow::Seller& seller, const AccountId& account,
                                const OrderId& order) const {
  return seller.open && seller.ledger->mirror().order(account, order) != nullptr;
}

}  // namespace forestall::polling
