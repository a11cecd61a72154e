// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/mirror.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>

namespace forestall::ledger {
namespace {

// Counters are sums of readings, each within Units::max_reading: what passes 32 bits is held at the limit.
std::int32_t narrow(Units units) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(units.count(), -most, most));
}

Instant urgency(const model::OrderUpsert& order) {
  return order.ship_by.value_or(order.placed_at + std::chrono::hours(48));
}

}  // namespace

Mirror::SkuRow Mirror::pack(const SkuState& s, std::uint32_t first_link) {
  SkuRow row;
  row.oldest = s.oldest.time_since_epoch().count();
  row.available = narrow(s.available);
  row.on_hand = narrow(s.on_hand);
  row.receipts = narrow(s.receipts);
  row.committed = narrow(s.committed);
  row.quarantined = narrow(s.quarantined);
  row.reserve = narrow(s.reserve);
  row.first_link = first_link;
  row.pool = static_cast<std::uint8_t>(s.pool);
  row.certainty = static_cast<std::uint8_t>(s.certainty);
  return row;
}

SkuState Mirror::unpack(std::uint32_t sku, const SkuRow& row) const {
  SkuState s;
  s.sku = std::string(sku_names_.text(sku));
  s.pool = static_cast<model::Pool>(row.pool);
  s.certainty = static_cast<model::Certainty>(row.certainty);
  s.available = Units(row.available);
  s.on_hand = Units(row.on_hand);
  s.receipts = Units(row.receipts);
  s.committed = Units(row.committed);
  s.quarantined = Units(row.quarantined);
  s.reserve = Units(row.reserve);
  s.oldest = Instant(Millis(row.oldest));
  return s;
}

std::uint32_t Mirror::sku_number(std::string_view sku) {
  const auto number = sku_names_.intern(sku);
  sku_rows_.grow_to(number + std::size_t{1});
  return number;
}

std::optional<SkuRef> Mirror::find_sku(std::string_view sku) const {
  const auto number = sku_names_.find(sku);
  if (!number) return std::nullopt;
  return SkuRef{*number};
}

bool Mirror::is_known(std::string_view sku) const {
  const auto number = sku_names_.find(sku);
  if (!number) return false;
  if (sku_rows_[*number].pool != 3) return true;
  const auto other = other_pools_.lower_bound({*number, model::Pool::own});
  return other != other_pools_.end() && other->first.first == *number;
}

std::optional<SkuState> Mirror::state(SkuRef sku, model::Pool pool) const {
  const auto number = static_cast<std::uint32_t>(sku);
  const auto& row = sku_rows_.at(number);
  if (row.pool == static_cast<std::uint8_t>(pool)) return unpack(number, row);
  const auto other = other_pools_.find({number, pool});
  if (other == other_pools_.end()) return std::nullopt;
  return unpack(number, other->second);
}

void Mirror::put(const SkuState& s) {
  const auto number = sku_number(s.sku);
  auto& row = sku_rows_[number];
  if (row.pool == 3 || row.pool == static_cast<std::uint8_t>(s.pool))
    row = pack(s, row.first_link);
  else
    other_pools_[{number, s.pool}] = pack(s, 0);
}

std::optional<Mirror::OwnStock> Mirror::own_stock(SkuRef sku) const {
  const auto& row = sku_rows_.at(static_cast<std::uint32_t>(sku));
  if (row.pool != static_cast<std::uint8_t>(model::Pool::own)) return std::nullopt;
  return OwnStock{row.available, row.reserve, static_cast<model::Certainty>(row.certainty)};
}

std::string Mirror::listing_key(const AccountId& account, std::string_view listing) const {
  const auto number = account_names_.find(account.str());
  return listing_key(number.value_or(std::numeric_limits<std::uint32_t>::max()), listing);
}

std::string Mirror::listing_key(std::uint32_t account, std::string_view listing) {
  return std::to_string(account) + "\x1f" + std::string(listing);
}

std::uint32_t Mirror::listing_number(const AccountId& account, std::string_view listing) {
  const auto owner = account_names_.intern(account.str());
  const auto number = listing_names_.intern(listing_key(account, listing));
  if (number >= rows_.size()) {
    if (owner >= rows_of_account_.size()) rows_of_account_.resize(owner + std::size_t{1});
    ++rows_of_account_[owner];
    rows_.grow_to(number + std::size_t{1});
    rows_[number].name = number;
    rows_[number].account =
        static_cast<std::uint16_t>(std::min<std::uint32_t>(owner, std::numeric_limits<std::uint16_t>::max()));
    ++unmapped_;
  }
  return number;
}

std::size_t Mirror::listings_of(const AccountId& account) const {
  const auto number = account_names_.find(account.str());
  return number && *number < rows_of_account_.size() ? rows_of_account_[*number] : 0;
}

std::optional<ListingRef> Mirror::find_listing(const AccountId& account, std::string_view listing) const {
  const auto number = listing_names_.find(listing_key(account, listing));
  if (!number) return std::nullopt;
  return ListingRef{*number};
}

std::vector<ListingRef> Mirror::listings_named(std::string_view text) const {
  std::vector<ListingRef> found;
  for (std::uint32_t account = 0; account < account_names_.size(); ++account)
    if (const auto number = listing_names_.find(listing_key(account, text)))
      found.push_back(ListingRef{*number});
  return found;
}

void Mirror::link(std::uint32_t sku, std::uint32_t listing) {
  std::uint32_t at = free_link_;
  if (at != 0) {
    free_link_ = links_[at].next;
  } else {
    at = std::max(1U, static_cast<std::uint32_t>(links_.size()));
    links_.grow_to(at + std::size_t{1});
  }
  links_[at] = {listing, sku_rows_[sku].first_link};
  sku_rows_[sku].first_link = at;
}

void Mirror::unlink(std::uint32_t sku, std::uint32_t listing) {
  for (auto* at = &sku_rows_[sku].first_link; *at != 0; at = &links_[*at].next) {
    if (links_[*at].listing != listing) continue;
    const auto gone = *at;
    *at = links_[gone].next;
    links_[gone].next = free_link_;
    free_link_ = gone;
    return;
  }
}

std::vector<ListingRef> Mirror::listings_of(SkuRef sku) const {
  std::vector<ListingRef> found;
  for (auto at = sku_rows_.at(static_cast<std::uint32_t>(sku)).first_link; at != 0; at = links_[at].next)
    found.push_back(ListingRef{links_[at].listing});
  return found;
}

std::vector<ListingPart> Mirror::parts(ListingRef ref) const {
  const auto& row = rows_.at(static_cast<std::uint32_t>(ref));
  if (row.parts == 1) return {{SkuRef{row.first_part}, Units(row.units)}};
  std::vector<ListingPart> parts;
  for (std::size_t i = 0; i < row.parts; ++i) {
    const auto& [sku, units] = bundles_[row.first_part + i];
    parts.push_back({SkuRef{sku}, Units(units)});
  }
  return parts;
}

std::string_view Mirror::account_of(ListingRef ref) const {
  const auto key = listing_names_.text(rows_.at(static_cast<std::uint32_t>(ref)).name);
  std::uint32_t number = 0;
  for (const char c : key.substr(0, key.find('\x1f')))
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return account_names_.text(number);
}

std::string_view Mirror::text_of(ListingRef ref) const {
  const auto key = listing_names_.text(rows_.at(static_cast<std::uint32_t>(ref)).name);
  return key.substr(key.find('\x1f') + 1);
}

model::Pool Mirror::pool_of(ListingRef ref) const {
  return static_cast<model::Pool>(rows_.at(static_cast<std::uint32_t>(ref)).pool);
}

bool Mirror::is_made_of(ListingRef ref, std::span<const Component> components) const {
  const auto& row = rows_.at(static_cast<std::uint32_t>(ref));
  if (row.parts != components.size()) return false;
  const auto same = [&](const Component& c, std::uint32_t sku, std::int32_t units) {
    return c.units == Units(units) && c.sku.str() == sku_names_.text(sku);
  };
  if (row.parts == 1) return same(components[0], row.first_part, row.units);
  for (std::size_t i = 0; i < row.parts; ++i)
    if (const auto& [sku, units] = bundles_[row.first_part + i]; !same(components[i], sku, units))
      return false;
  return true;
}

StoredListing Mirror::listing(ListingRef ref) const {
  const auto number = static_cast<std::uint32_t>(ref);
  const auto& row = rows_.at(number);
  StoredListing l;
  l.account = AccountId::literal(account_of(ref));
  l.listing = ListingId::literal(text_of(ref));
  l.version = model::Version(static_cast<std::uint64_t>(row.version));
  if (row.true_at != 0) l.true_at = Instant(Millis(row.true_at));
  if (row.has_quantity) l.quantity = Units(row.quantity);
  l.activity = static_cast<model::ListingActivity>(row.activity);
  l.doubtful = row.doubtful;
  for (const auto& part : parts(ref)) l.components.push_back({SkuId::literal(name(part.sku)), part.units});
  l.pool = static_cast<model::Pool>(row.pool);
  l.mode = row.mode;
  if (row.has_hold) l.hold = holds_.at(number);
  return l;
}

void Mirror::set_parts(std::uint32_t number, std::span<const Component> components) {
  for (const auto& part : parts(ListingRef{number})) unlink(static_cast<std::uint32_t>(part.sku), number);
  std::vector<std::pair<std::uint32_t, std::int32_t>> named;
  named.reserve(components.size());
  for (const auto& c : components) named.emplace_back(sku_number(c.sku.str()), narrow(c.units));
  auto& row = rows_[number];
  if (row.parts == 0) --unmapped_;
  if (named.empty()) ++unmapped_;
  if (named.size() == 1) {
    row.first_part = named[0].first;
    row.units = named[0].second;
  } else if (!named.empty()) {
    if (row.parts != named.size()) {  // else the bundle stays where it was
      row.first_part = static_cast<std::uint32_t>(bundles_.size());
      bundles_.grow_to(bundles_.size() + named.size());
    }
    for (std::size_t i = 0; i < named.size(); ++i) bundles_[row.first_part + i] = named[i];
  }
  row.parts = static_cast<std::uint16_t>(named.size());
  for (const auto& [sku, units] : named) link(sku, number);
}

void Mirror::put(const Mapping& m) {
  const auto number = listing_number(m.account, m.listing.str());
  set_parts(number, m.components);
  rows_[number].pool = static_cast<std::uint8_t>(m.pool);
}

void Mirror::put(const StoredListing& l) {
  const auto number = listing_number(l.account, l.listing.str());
  set_parts(number, l.components);
  auto& row = rows_[number];
  row.version = static_cast<std::int64_t>(l.version.number());
  row.true_at = l.true_at ? l.true_at->time_since_epoch().count() : 0;
  row.has_quantity = l.quantity.has_value();
  row.quantity = l.quantity ? narrow(*l.quantity) : 0;
  row.activity = static_cast<std::uint8_t>(l.activity);
  row.doubtful = l.doubtful;
  row.pool = static_cast<std::uint8_t>(l.pool);
  row.mode = static_cast<std::uint8_t>(l.mode);
  row.has_hold = !l.hold.empty();
  if (row.has_hold)
    holds_[number] = l.hold;
  else
    holds_.erase(number);
}

void Mirror::observed(const model::ListingState& state) {
  auto& row = rows_[listing_number(state.account, state.listing.str())];
  row.version = static_cast<std::int64_t>(state.from.version.number());
  row.true_at = state.from.true_at.time_since_epoch().count();
  row.has_quantity = state.quantity.has_value();
  row.quantity = state.quantity ? narrow(*state.quantity) : 0;
  row.activity = static_cast<std::uint8_t>(state.activity);
}

const model::OrderUpsert* Mirror::order(const AccountId& account, const OrderId& id) const {
  const auto found = orders_.find({account, id});
  return found == orders_.end() ? nullptr : &found->second;
}

std::vector<OrderId> Mirror::orders_of(const AccountId& account, const ListingId& listing) const {
  std::vector<OrderId> found;
  const auto orders = orders_of_listing_.find({account, listing});
  if (orders == orders_of_listing_.end()) return found;
  for (const auto& key : orders->second.orders) found.push_back(key.second);
  return found;
}

std::vector<const model::OrderUpsert*> Mirror::by_ship_by(std::size_t most) const {
  std::vector<const model::OrderUpsert*> urgent;
  for (const auto& [at, key] : ship_by_) {
    if (urgent.size() == most) break;
    urgent.push_back(&orders_.at(key));
  }
  return urgent;
}

void Mirror::OpenOf::take(Instant at, std::int64_t units) {
  auto place = std::ranges::upper_bound(taken, at, {}, &std::pair<Instant, std::int64_t>::first);
  place = taken.insert(place, {at, place == taken.begin() ? 0 : std::prev(place)->second});
  for (; place != taken.end(); ++place) place->second += units;
}

void Mirror::OpenOf::give_back(Instant at, std::int64_t units) {
  auto place = std::ranges::lower_bound(taken, at, {}, &std::pair<Instant, std::int64_t>::first);
  const auto of = [&] { return place->second - (place == taken.begin() ? 0 : std::prev(place)->second); };
  while (place != taken.end() && place->first == at && of() != units) ++place;
  if (place == taken.end() || place->first != at) return;
  for (place = taken.erase(place); place != taken.end(); ++place) place->second -= units;
}

Units Mirror::ordered_since(const AccountId& account, const ListingId& listing, Instant since) const {
  const auto found = orders_of_listing_.find({account, listing});
  if (found == orders_of_listing_.end() || found->second.taken.empty()) return {};
  const auto& taken = found->second.taken;
  const auto place = std::ranges::lower_bound(taken, since, {}, &std::pair<Instant, std::int64_t>::first);
  return Units(taken.back().second - (place == taken.begin() ? 0 : std::prev(place)->second));
}

void Mirror::put(const model::OrderUpsert& order) {
  const OrderKey key{order.account, order.id};
  if (const auto old = orders_.find(key); old != orders_.end()) {
    ship_by_.erase({urgency(old->second), key});
    for (const auto& line : old->second.lines) {
      const auto of = orders_of_listing_.find({order.account, line.listing});
      if (of == orders_of_listing_.end()) continue;
      of->second.orders.erase(key);
      of->second.give_back(old->second.placed_at, line.ordered.count());
      if (of->second.orders.empty()) orders_of_listing_.erase(of);
    }
    orders_.erase(old);
  }
  for (const auto& line : order.lines)
    rows_[listing_number(order.account, line.listing.str())].ordered = true;
  if (order.closed_at) return;
  orders_.emplace(key, order);
  ship_by_.insert({urgency(order), key});
  for (const auto& line : order.lines) {
    auto& of = orders_of_listing_[{order.account, line.listing}];
    of.orders.insert(key);
    of.take(order.placed_at, line.ordered.count());
  }
}

void Mirror::clear() {
  const auto next = generation_ + 1;
  *this = Mirror();
  generation_ = next;
}

void Mirror::reserve(std::size_t skus, std::size_t listings) {
  sku_names_.reserve(skus);
  listing_names_.reserve(listings);
}

std::size_t Mirror::bytes() const {
  return sku_names_.bytes() + sku_rows_.bytes() + listing_names_.bytes() + rows_.bytes() + links_.bytes() +
         bundles_.bytes() + other_pools_.size() * 128 + holds_.size() * 64;
}

}  // namespace forestall::ledger
