// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/live/mirror_facts.hpp"

#include <algorithm>
#include <utility>

#include "daemon/orders/supply_queue.hpp"

namespace forestall::orders {
namespace {

using model::OrderLine;
using model::OrderUpsert;

// Longer than this share of ordinary silences: silent, for the sake of finding incidents.
constexpr double silent_share = 0.1;

// Units of the line that are neither shipped nor cancelled.
std::int64_t still_owed(const OrderLine& line) {
  std::int64_t gone = line.cancelled ? line.cancelled->units.count() : 0;
  for (const model::Portion& p : line.portions)
    if (p.shipped_at) gone += p.units.count();
  return std::max<std::int64_t>(0, line.ordered.count() - gone);
}

// Units of the SKU that the open orders of all its listings still have to get from the pool.
std::int64_t owed_by_all(const ledger::Mirror& mirror, ledger::SkuRef sku, model::Pool pool) {
  std::int64_t owed = 0;
  for (const ledger::ListingRef listing : mirror.listings_of(sku)) {
    const ledger::StoredListing stored = mirror.listing(listing);
    std::int64_t units = 0;
    for (const ledger::ListingPart& part : mirror.parts(listing))
      if (part.sku == sku) units += part.units.count();
    for (const OrderId& order_id : mirror.orders_of(stored.account, stored.listing)) {
      const OrderUpsert* order = mirror.order(stored.account, order_id);
      if (order == nullptr || order->state == model::OrderState::shipped) continue;
      for (const OrderLine& line : order->lines)
        if (line.listing == stored.listing && line.pool == pool) owed += still_owed(line) * units;
    }
  }
  return owed;
}

// At the order's own prices, else at what the listing cost last.
Money owed_value(const OrderUpsert& order, Currency currency, const Knowledge& known) {
  std::int64_t minor = 0;
  for (const OrderLine& line : order.lines) {
    auto price = line.unit_price;
    if (!price && known.prices != nullptr)
      if (const auto last = known.prices->find({order.account, line.listing}); last != known.prices->end())
        price = last->second;
    if (price && price->currency() == currency) minor += price->minor() * still_owed(line);
  }
  return {minor, currency};
}

bool worse(const ParcelFacts& a, const ParcelFacts& b) {
  const auto weight = [](const ParcelFacts& f) {
    return std::max({f.never_scanned, f.lost, 1 - f.longer_share, f.late});
  };
  return weight(a) > weight(b);
}

// The parcel of the order that is worst off; nullopt where none is under way.
std::optional<ParcelFacts> worst_parcel(const parcels::Dossier& d, const AccountPlace& place,
                                        const Deadlines& clocks, const Knowledge& known, Instant now) {
  std::optional<ParcelFacts> worst;
  for (const parcels::Tracked& t : d.parcels) {
    const parcels::Parcel& p = t.now;
    // Back at the sender is the end of its story; lost by the carrier's own word is not the end of ours.
    if (p.state == model::ShipmentState::delivered || p.state == model::ShipmentState::returned) continue;
    ParcelFacts f{.label_at = p.label_at,
                  .first_scan_at = p.first_scan_at,
                  .last_scan_at = p.last_scan_at,
                  .delivered_at = {},
                  .returning = p.state == model::ShipmentState::returning};
    if (p.state == model::ShipmentState::lost || t.given_up) {
      if (!f.first_scan_at) f.first_scan_at = p.label_at;
      f.lost = 1;
      f.longer_share = 0;
    } else if (known.models != nullptr && p.heard_of) {
      // A number that no carrier has told of says nothing about where the parcel is: perhaps nobody asks.
      const auto chances = known.models->look(p, {place.calendar, place.zone}, clocks.deliver_by, now);
      f.never_scanned = chances.never_scanned;
      f.lost = chances.lost;
      f.longer_share = chances.longer_share;
      f.stuck = chances.stuck;
      f.late = chances.late;
      f.little_history = chances.little_history;
    } else {
      f.label_at.reset();
    }
    if (!worst || worse(f, *worst)) worst = f;
  }
  return worst;
}

}  // namespace

Shortages::Shortages(const ledger::Mirror& mirror, std::span<const OrderUpsert* const> orders) {
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

Shortages::Found Shortages::of(const OrderId& order) const {
  const auto at = found_.find(order);
  return at == found_.end() ? Found{} : at->second;
}

// The record is behind what is owed by so many units: the end of the queue goes short.
void Shortages::settle(const ledger::Mirror& mirror, ledger::SkuRef sku, model::Pool pool,
                       std::vector<Claim> list) {
  const auto state = mirror.state(sku, pool);
  if (!state || state->certainty == model::Certainty::unknown) return;
  const std::int64_t missing = -(state->available.count() + state->reserve.count());
  if (missing <= 0) return;
  // Of all open orders, not only of those looked at: the others are at the end of the queue.
  const std::int64_t owed = owed_by_all(mirror, sku, pool);
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

OrderFacts facts_of(const OrderUpsert& order, const AccountPlace& place, const Shortages& shortages,
                    const Knowledge& known, Instant now) {
  OrderFacts f{.account = order.account,
               .id = order.id,
               .clocks = place.deadlines_of(order.placed_at, order.ship_by, order.deliver_by),
               .placed_at = order.placed_at,
               .payment_pending = order.state == model::OrderState::pending,
               .shipped = order.state == model::OrderState::shipped,
               .value = owed_value(order, place.currency, known),
               .next_collection = {},
               .cancel_asked_at = {},
               .cancel_answer_by = {},
               .parcel = {}};
  const auto shortage = shortages.of(order.id);
  f.short_of_stock = shortage.chance;
  f.short_for_sure = shortage.hard;
  f.stock_suspect = shortage.suspect;
  if (known.hand_over != nullptr && !f.shipped && !f.payment_pending) {
    f.late_hand_over =
        known.hand_over->late(order.account, place.zone, order.placed_at, f.clocks.ship_by, now);
    f.next_collection = known.hand_over->last_collection(place.zone, f.clocks.ship_by, now);
  }
  const auto* dossier = known.book == nullptr ? nullptr : known.book->order({order.account, order.id});
  if (dossier != nullptr) {
    f.cancel_asked_at = dossier->cancel_asked_at;
    f.cancel_answer_by = dossier->cancel_answer_by;
    f.parcel = worst_parcel(*dossier, place, f.clocks, known, now);
  }
  return f;
}

Looked look(const ledger::Mirror& mirror, std::span<const config::AccountSettings* const> accounts,
            const RiskRules& rules, Instant now, std::size_t most) {
  Looked out;
  out.open_orders = mirror.open_orders();
  out.at = now;
  const AccountPlaces places = places_of(accounts);
  const auto orders = mirror.by_ship_by(most);
  const Shortages shortages(mirror, orders);
  for (const OrderUpsert* order : orders) {
    const auto place = places.find(order->account);
    if (place == places.end() || now < order->placed_at) continue;  // a clock that runs ahead: next time
    ++out.looked_at;
    for (Flag& flag : assess(facts_of(*order, place->second, shortages, {}, now), rules, now))
      out.flags.push_back(std::move(flag));
  }
  rank(out.flags);
  return out;
}

OrderFacts facts_of(const parcels::OrderKey& key, const parcels::Dossier& d, const AccountPlace& place,
                    const Knowledge& known, Instant now) {
  OrderFacts f{.account = key.first,
               .id = key.second,
               .clocks = place.deadlines_of(d.placed_at, d.ship_by, d.deliver_by),
               .placed_at = d.placed_at,
               .payment_pending = false,
               .shipped = true,
               .value = d.value.value_or(Money(0, place.currency)),
               .next_collection = {},
               .cancel_asked_at = d.cancel_asked_at,
               .cancel_answer_by = d.cancel_answer_by,
               .parcel = {}};
  f.parcel = worst_parcel(d, place, f.clocks, known, now);
  return f;
}

void add_silent(std::vector<SilentParcel>& to, const parcels::OrderKey& key, const parcels::Dossier& d,
                const AccountPlace& place, const parcels::ParcelModels& models, Instant now) {
  for (const parcels::Tracked& t : d.parcels) {
    const parcels::Parcel& p = t.now;
    if (!p.heard_of || t.given_up) continue;
    const LaneKey lane = parcels::lane_of(p);
    SilentParcel s{.account = key.first,
                   .order = key.second,
                   .carrier = lane.carrier,
                   .service = lane.service,
                   .lane = lane.lane,
                   .manifest = "",
                   .hub = "",
                   .since = parcels::silent_since(p).value_or(Instant{})};
    if (p.label_at) s.manifest = key.first.str() + " " + to_string(place.zone.civil_date(*p.label_at));
    if (!p.first_scan_at) {
      const auto chances = models.look(p, {place.calendar, place.zone}, std::nullopt, now);
      s.silent = chances.longer_share < silent_share;
      s.usual = chances.longer_share;
      to.push_back(std::move(s));
      continue;
    }
    // Scanned, so its manifest was collected: one of the group that is not silent, though it might have been.
    if (!s.manifest.empty()) {
      parcels::Parcel unseen = p;
      unseen.first_scan_at.reset();
      unseen.last_scan_at.reset();
      unseen.ended_at.reset();
      s.usual = models.look(unseen, {place.calendar, place.zone}, std::nullopt, now).longer_share;
      to.push_back(s);
    }
    if (p.ended_at || !p.hub) continue;
    s.manifest.clear();
    s.hub = p.hub->str();
    const auto chances = models.look(p, {place.calendar, place.zone}, std::nullopt, now);
    s.silent = chances.longer_share < silent_share;
    s.usual = chances.longer_share;
    to.push_back(std::move(s));
  }
}

}  // namespace forestall::orders
