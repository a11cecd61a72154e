// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/connector.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/amazon/marketplaces.hpp"
#include "connectors/amazon/order_decoder.hpp"

namespace forestall::amazon {

using ports::CallKind;
using ports::Feed;

Result<std::unique_ptr<ports::Marketplace>> make_marketplace(const config::AccountSettings& settings,
                                                             const ports::Context& context) {
  const auto bad = [&](std::string_view key, std::string_view why) {
    return fail(ErrorCode::invalid_argument, fmt::format("account {}: {}: {}", settings.id.str(), key, why));
  };
  const auto market = find_marketplace(settings.marketplace.value_or(""));
  if (!market) return bad("marketplace", market.error().detail);
  if (settings.merchant_id.value_or("").empty()) return bad("merchant_id", "is missing");
  const auto currency = Currency::parse(market->currency);
  if (!currency) return bad("marketplace", currency.error().detail);
  http::BaseUrl base = api_of(market->region);
  if (settings.base_url) {
    auto given = ports::base_url(*settings.base_url);
    if (!given) return bad("base_url", given.error().detail);
    base = std::move(*given);
  }
  // An account's name is that of the source of what it says.
  auto source = SourceId::parse(settings.id.str());
  if (!source) return bad("id", source.error().detail);
  auto session = Session::of(settings, context);
  if (!session) return bad("credential", session.error().detail);
  Place place{.account = settings.id,
              .source = std::move(*source),
              .marketplace = std::string(market->id),
              .merchant = *settings.merchant_id,
              .currency = *currency,
              .zone = settings.time_zone.value_or(TimeZone::utc())};
  return std::make_unique<Connector>(std::move(place), std::move(base), std::move(*session), settings,
                                     context);
}

Connector::Connector(Place place, http::BaseUrl base, std::shared_ptr<Session> session,
                     const config::AccountSettings& settings, const ports::Context& context)
    : place_(std::move(place)),
      base_(std::move(base)),
      session_(std::move(session)),
      clock_(context.clock),
      log_(context.log.with({{"account", place_.account}})),
      backfill_(settings.backfill),
      amazons_too_(std::ranges::find(settings.pools, "fba") != settings.pools.end()),
      feeds_{Feed::orders, Feed::order_history, Feed::listings, Feed::health} {
  if (amazons_too_) feeds_.push_back(Feed::channel_stock);
}

// The numbers of the Listings Items API say "be so many"; what fulfillmentAvailability and BUYABLE show is
// what Amazon made of it, not what was sent (that stands under `attributes`). How Amazon counts pending
// orders and cancellations nobody has proved.
const model::Capabilities& Connector::capabilities() const {
  static constexpr model::Capabilities all{.quantity = model::QuantityKind::exact,
                                           .write = model::WriteKind::absolute,
                                           .read_back = model::ReadBack::live,
                                           .decrements_atomically = model::Proof::unproven,
                                           .restores_on_cancel = model::Proof::unproven,
                                           .pending_orders_reserve = model::Proof::unproven,
                                           .listings_lag = report_lag};
  return all;
}

Monotonic Connector::earliest(CallKind kind, Feed feed) const {
  switch (kind) {
    case CallKind::read_listing:
      return session_->next_free(Op::get_listing);
    case CallKind::read_order:
      return session_->next_free(Op::get_order);
    case CallKind::write:
      return session_->next_free(Op::patch_listing);
    case CallKind::poll:
      break;
  }
  const Monotonic held = not_before_[static_cast<std::size_t>(feed)];
  switch (feed) {
    case Feed::listings:
      return std::max(held, session_->next_free(Op::search_listings));
    case Feed::health:
      return std::max(held, session_->next_free(Op::create_report));
    case Feed::channel_stock:
      return std::max(held, session_->next_free(Op::get_inventory));
    default:
      return std::max(held, session_->next_free(Op::search_orders));
  }
}

Task<http::Response> Connector::call(Op op, http::Request request, Monotonic deadline) {
  co_return co_await session_->call(op, place_.marketplace, base_, std::move(request),
                                    deadline - clock_.monotonic());
}

Task<ports::Page> Connector::poll(Feed feed, ports::Cursor from, std::chrono::nanoseconds timeout) {
  const Monotonic deadline = clock_.monotonic() + timeout;
  switch (feed) {
    case Feed::orders:
      co_return co_await poll_orders(std::move(from), deadline);
    case Feed::order_history:
      co_return co_await poll_history(std::move(from), deadline);
    case Feed::listings:
      co_return co_await poll_listings(std::move(from), deadline);
    case Feed::health:
      co_return co_await poll_health(std::move(from), deadline);
    case Feed::channel_stock:
      if (amazons_too_) co_return co_await poll_channel_stock(std::move(from), deadline);
      break;
    default:
      break;
  }
  co_return fail(ErrorCode::unsupported,
                 fmt::format("this account has no feed of {}", ports::feed_name(feed)));
}

Task<std::vector<model::Observation>> Connector::read_order(OrderId order, std::chrono::nanoseconds timeout) {
  const Monotonic deadline = clock_.monotonic() + timeout;
  auto response = co_await call(Op::get_order, get_order(order.str()), deadline);
  if (!response) co_return std::unexpected(response.error());
  auto decoded = decode_order(response->body, place_, reading_of(*response));
  if (!decoded) co_return fail_in("getOrder", decoded.error());
  // An answer about another order is no answer.
  for (const auto& observation : decoded->observations)
    if (const auto* found = std::get_if<model::OrderUpsert>(&observation); found && found->id != order)
      co_return fail(ErrorCode::parse, "getOrder: orderId: not the one that was asked for");
  co_return std::move(decoded->observations);
}

}  // namespace forestall::amazon
