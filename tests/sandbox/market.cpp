// SPDX-License-Identifier: Apache-2.0
// Moving the sandbox's world on, with everything that is due on the way.
#include "tests/sandbox/market.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/sandbox/baseline.hpp"

namespace forestall::sandbox {

namespace {

struct Marketplace {
  std::string_view account, id, country, currency, domain, language;
};
constexpr std::array<Marketplace, 5> marketplaces{{
    {"amazon-us", "ATVPDKIKX0DER", "US", "USD", "www.amazon.com", "en_US"},
    {"amazon-ca", "A2EUQ1WTGCTBG2", "CA", "CAD", "www.amazon.ca", "en_CA"},
    {"amazon-mx", "A1AM78C64UM0Y8", "MX", "MXN", "www.amazon.com.mx", "es_MX"},
    {"amazon-uk", "A1F83G8C2ARO7P", "GB", "GBP", "www.amazon.co.uk", "en_GB"},
    {"amazon-de", "A1PA6795UKMFR9", "DE", "EUR", "www.amazon.de", "de_DE"},
}};

Account make_account(const Setting& setting, std::size_t index, int fba) {
  const Marketplace& market = marketplaces.at(index);
  const auto channel = static_cast<world::ChannelIndex>(index);
  return {.name = std::string(market.account),
          .seller = fmt::format("A{}SANDBOX", index + 1),
          .marketplace = std::string(market.id),
          .country = std::string(market.country),
          .currency = std::string(market.currency),
          .domain = std::string(market.domain),
          .language = std::string(market.language),
          .client = fmt::format("amzn1.application-oa2-client.sandbox-{}", index + 1),
          .secret = fmt::format("amzn1.oa2-cs.v1.sandbox-{}", index + 1),
          .refresh_token = fmt::format("Atzr|sandbox-{}", index + 1),
          .orders = OrderBook(channel, setting.orders),
          .listings = ListingBook(setting, channel, fba)};
}

world::BufferRules rules_of(Millis every, std::int32_t buffer, std::size_t accounts) {
  return {.buffer = buffer, .poll_every = std::vector<Millis>(accounts, every)};
}

}  // namespace

Market::Market(Setting setting, const Options& options)
    : options_(options),
      setting_(std::move(setting)),
      world_(setting_.scenario, setting_.catalogue, setting_.demand) {
  for (std::size_t i = 0; i < setting_.catalogue.channels; ++i) {
    accounts_.push_back(make_account(setting_, i, options.fba));
    accounts_.back().orders.let_buyers_ask(options.seed, options.cancel_requests);
  }
  if (!options.warehouse.empty()) warehouse_.emplace(options.warehouse, options.stock_every, world_.now());
  if (options.seller_sync > Millis{0})
    seller_.emplace(world_, rules_of(options.seller_sync, options.buffer, accounts_.size()));
  advance_to(world_.now());
}

Instant Market::next_event() const {
  Instant next = world_.next_event();
  if (world_.now() < setting_.scenario.end) {
    if (warehouse_) next = std::min(next, warehouse_->next());
    if (seller_) next = std::min(next, seller_->next_wake());
  }
  for (const Account& account : accounts_) next = std::min(next, account.listings.next_change());
  return next;
}

void Market::advance_to(Instant until) {
  for (;;) {
    const Instant seller = seller_ ? seller_->next_wake() : Instant::max();
    const Instant warehouse = warehouse_ ? warehouse_->next() : Instant::max();
    Instant change = Instant::max();
    for (const Account& account : accounts_) change = std::min(change, account.listings.next_change());
    const Instant next = std::min({seller, warehouse, change});
    if (next > until) break;
    world_.advance_to(next);
    for (Account& account : accounts_) account.listings.apply_until(next, world_);
    if (next == warehouse) {
      const auto ok = warehouse_->write(world_, setting_.skus);
      warehouse_fault_ = ok ? "" : ok.error().detail;
    }
    if (next == seller) {
      seller_writes_.clear();
      seller_->wake(world_, seller_writes_);
      for (const world::Write& write : seller_writes_) world_.write(write);
    }
  }
  world_.advance_to(until);
  show();
}

void Market::show() {
  for (Account& account : accounts_) account.orders.update(world_);
}

void Market::finish() {
  if (world_.now() < setting_.scenario.end) advance_to(setting_.scenario.end);
  while (world_.truth().units.open > 0 && world_.next_event() != Instant::max())
    advance_to(world_.next_event());
}

world::Truth Market::baseline(Millis every, std::int32_t buffer) const {
  Baseline other(setting_, every, buffer);
  other.advance_to(now());
  return other.truth();
}

}  // namespace forestall::sandbox
