// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/weigh.hpp"

#include <algorithm>

#include "daemon/guard/rule.hpp"
#include "daemon/guard/waiting.hpp"
#include "daemon/journal/codec.hpp"

namespace forestall::acting {
namespace {

// Units of a SKU ordered since an instant, through whatever listing.
Units ordered_since(const Floor& floor, const SkuId& sku, Instant since) {
  const auto& mirror = floor.seller.ledger->mirror();
  Units sum{};
  const auto ref = mirror.find_sku(sku.str());
  if (!ref) return sum;
  for (const auto listing : mirror.listings_of(*ref)) {
    const auto stored = mirror.listing(listing);
    const auto sold = floor.custody.sold_since(stored.account, stored.listing, since);
    for (const auto& part : stored.components)
      if (part.sku == sku) sum += part.units * sold.count();
  }
  return sum;
}

}  // namespace

std::optional<std::int64_t> value_of(const Floor& floor, const AccountDesk& desk, const ListingId& listing,
                                     Units units) {
  const auto& mirror = floor.seller.ledger->mirror();
  const auto currency = desk.account.settings.currency.value_or(floor.seller.settings.currency);
  const auto ref = mirror.find_listing(desk.id(), listing.str());
  auto price = ref ? floor.seller.prices.price(mirror, *ref) : std::nullopt;
  if (!price || price->currency() != currency) price = floor.seller.prices.mean(mirror, desk.id(), currency);
  if (!price) return std::nullopt;
  // Both are bounded where they come from: a billion units, ten trillion minor units.
  const auto value = static_cast<double>(units.count()) * static_cast<double>(price->minor());
  return static_cast<std::int64_t>(std::min(value, 1e18));
}

double urgency_of(const Floor& floor, const AccountDesk& desk, const guard::Explanation& decided, Units shown,
                  Units target) {
  const auto& margin = floor.seller.settings.margin_per_unit;
  const auto worth =
      margin ? std::optional(margin->minor()) : value_of(floor, desk, decided.facts.listing, Units(1));
  return static_cast<double>(std::max<std::int64_t>(1, worth.value_or(1))) *
         guard::cost_of_waiting(decided.facts.offer.terms, shown, target);
}

double urgency_of(const Floor& floor, const AccountDesk& desk, const journal::Record& record) {
  const auto& account = journal::account_of(record.command);
  const auto& listing = journal::listing_of(record.command);
  if (const auto known = floor.urgencies.find(journal::field_of(account, listing));
      known != floor.urgencies.end() && known->second.first == record.epoch)
    return known->second.second;
  const auto now = floor.decide(account, listing);
  const auto target = record.target.value_or(Units{});
  return now ? urgency_of(floor, desk, *now, record.before.quantity.value_or(target), target) : 0;
}

bool explained_by_orders(const Floor& floor, const guard::Explanation& explanation) {
  if (guard::explained_by_orders(explanation)) return true;
  if (!explanation.decision.is_act()) return false;
  auto with = explanation;
  const auto since = floor.clock.now() - orders_explain_for;
  for (auto& component : with.facts.components)
    component.committed = std::max(component.committed, ordered_since(floor, component.sku, since));
  return guard::explained_by_orders(with);
}

}  // namespace forestall::acting
