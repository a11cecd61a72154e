// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/live/mirror_facts.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "connectors/amazon/marketplaces.hpp"
#include "daemon/orders/supply_queue.hpp"

namespace forestall::orders {
namespace {

using model::OrderLine;
using model::OrderUpsert;

// Units of the line that are neither shipped nor cancelled.
std::int64_t still_owed(const OrderLine& line) {
  std::int64_t gone = line.cancelled ? line.cancelled->units.count() : 0;
  for (const model::Portion& p : line.portions)
    if (p.shipped_at) gone += p.units.count();
  return std::max<std::int64_t>(0, line.ordered.count() - gone);
}

Money value_of(const OrderUpsert& order, Currency currency) {
  std::int64_t minor = 0;
  for (const OrderLine& line : order.lines)
    if (line.unit_price && line.unit_price->currency() == currency)
      minor += line.unit_price->minor() * still_owed(line);
  return {minor, currency};
}

// Who goes short, by order: SKUs with fewer units than are owed.
class Shortages {
 public:
  Shortages(const ledger::Mirror& mirror, std::span<const OrderUpsert* const> orders) {
    std::map<std::pair<ledger::SkuRef, model::Pool>, std::vector<Claim>> claims;
    for (const OrderUpsert* order : orders) {
      if (order->state == model::OrderState::shipped || !order->ship_by) continue;
      for (const OrderLine& line : order->lines) {
        const auto listing = mirror.find_listing(order->account, line.listing.str());
        const std::int64_t owed = still_owed(line);
        if (!listing || owed == 0) continue;
        for (const ledger::ListingPart& part : mirror.parts(*listing))
          claims[{part.sku, line.pool}].push_back(
              {.order = order->id,
               .units = static_cast<int>(std::min<std::int64_t>(owed * part.units.count(), 1'000'000)),
               .ship_by = *order->ship_by,
               .value = line.unit_price ? static_cast<double>(line.unit_price->minor()) : 0});
      }
    }
    for (auto& [key, list] : claims) settle(mirror, key.first, key.second, std::move(list));
  }

  struct Found {
    double chance = 0;
    bool hard = false, suspect = false;
  };
  Found of(const OrderId& order) const {
    const auto at = found_.find(order);
    return at == found_.end() ? Found{} : at->second;
  }

 private:
  // The record is behind what is owed by so many units: the end of the queue goes short.
  void settle(const ledger::Mirror& mirror, ledger::SkuRef sku, model::Pool pool, std::vector<Claim> list) {
    const auto state = mirror.state(sku, pool);
    if (!state || state->certainty == model::Certainty::unknown) return;
    const std::int64_t missing = -(state->available.count() + state->reserve.count());
    if (missing <= 0) return;
    std::int64_t owed = 0;
    for (const Claim& c : list) owed += c.units;
    const auto there = static_cast<std::size_t>(std::clamp<std::int64_t>(owed - missing, 0, 1'000'000));
    const std::vector<double> at_least(there + 1, 1.0);
    const bool suspect = state->certainty == model::Certainty::suspect;
    for (const Shortage& s : queue_claims(std::move(list), at_least, {})) {
      Found& f = found_[s.order];
      f.chance = std::max(f.chance, s.chance);
      f.hard = f.hard || s.hard;
      f.suspect = f.suspect || suspect;
    }
  }

  std::map<OrderId, Found> found_;
};

// What an account brings to every one of its orders; the calendar is expensive to make.
struct AccountClocks {
  const config::AccountSettings* settings;
  BusinessCalendar calendar;
  TimeZone zone;
  Currency currency;
};

// Whose holidays count: the marketplace's country, written as such or as Amazon's id.
std::optional<Country> country_of(const config::AccountSettings& settings) {
  const std::string marketplace = settings.marketplace.value_or("");
  for (const amazon::MarketplaceRow& row : amazon::marketplaces())
    if (row.id == marketplace) return parse_country(row.country);
  return parse_country(marketplace);
}

ClockOverrides overrides_of(const config::ClockSettings& c) {
  return {.ship_by = c.ship_by,
          .deliver_by = c.deliver_by,
          .auto_cancel = c.auto_cancel,
          .cancel_answer = c.cancel_answer,
          .payment = c.payment};
}

}  // namespace

std::vector<OrderFacts> facts_of(const ledger::Mirror& mirror,
                                 std::span<const config::AccountSettings* const> accounts, Instant now,
                                 std::size_t most) {
  std::map<AccountId, AccountClocks> clocks;
  for (const config::AccountSettings* a : accounts)
    clocks.emplace(a->id,
                   AccountClocks{a, BusinessCalendar(country_of(*a)), a->time_zone.value_or(TimeZone::utc()),
                                 a->currency.value_or(Currency::literal("EUR"))});
  const auto orders = mirror.by_ship_by(most);
  const Shortages shortages(mirror, orders);
  std::vector<OrderFacts> out;
  for (const OrderUpsert* order : orders) {
    const auto known = clocks.find(order->account);
    if (known == clocks.end()) continue;
    const AccountClocks& c = known->second;
    OrderFacts f{
        .account = order->account,
        .id = order->id,
        .clocks = deadlines(order->placed_at, order->ship_by, order->deliver_by, preset(c.settings->kind),
                            overrides_of(c.settings->clocks), c.calendar, c.zone),
        .placed_at = order->placed_at,
        .payment_pending = order->state == model::OrderState::pending,
        .shipped = order->state == model::OrderState::shipped,
        .value = value_of(*order, c.currency),
        .next_collection = {},
        .cancel_asked_at = {},
        .cancel_answer_by = {},
        .parcel = {}};
    const auto shortage = shortages.of(order->id);
    f.short_of_stock = shortage.chance;
    f.short_for_sure = shortage.hard;
    f.stock_suspect = shortage.suspect;
    if (now < f.placed_at) continue;  // of a channel whose clock runs ahead: next time
    out.push_back(std::move(f));
  }
  return out;
}

Looked look(const ledger::Mirror& mirror, std::span<const config::AccountSettings* const> accounts,
            const RiskRules& rules, Instant now, std::size_t most) {
  Looked out;
  out.open_orders = mirror.open_orders();
  for (const OrderFacts& facts : facts_of(mirror, accounts, now, most)) {
    ++out.looked_at;
    for (Flag& flag : assess(facts, rules, now)) out.flags.push_back(std::move(flag));
  }
  rank(out.flags);
  return out;
}

}  // namespace forestall::orders
