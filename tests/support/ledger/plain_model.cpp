// SPDX-License-Identifier: Apache-2.0
// What follows from the entities: available and everything it is made of.
#include "tests/support/ledger/plain_model.hpp"

#include <algorithm>
#include <chrono>

namespace forestall::test {

using namespace model;

namespace {

// The time a unit left the books of a source that deducts at `stage`; a stage passed unseen has the time of
// the next one.
std::optional<Instant> left_at(DeductsAt stage, Instant placed, const Portion& part) {
  if (stage == DeductsAt::order) return placed;
  if (stage == DeductsAt::allocation && part.allocated_at) return part.allocated_at;
  if (stage <= DeductsAt::pick && part.picked_at) return part.picked_at;
  return part.shipped_at;
}

// A line as parts that moved and the rest that did not.
std::vector<Portion> parts_of(const OrderLine& line) {
  auto parts = line.portions;
  Units rest = line.ordered - (line.cancelled ? line.cancelled->units : Units{});
  for (const auto& p : parts) rest -= p.units;
  parts.push_back({rest, {}, {}, {}});
  return parts;
}

}  // namespace

void PlainModel::configure(std::vector<ledger::Feed> feeds) {
  if (feeds == feeds_) return;  // only a change of settings settles everything anew
  feeds_ = std::move(feeds);
  horizon_.clear();
  advance_horizons();
}

void PlainModel::map(const ledger::Mapping& mapping) {
  mapping_[{mapping.account, mapping.listing}] = mapping.components;
}

std::optional<DeductsAt> PlainModel::stage_of(Pool pool, const LocationId& location) const {
  for (const auto& feed : feeds_)
    if (feed.authority && feed.pool == pool && feed.location == location) return feed.deducts_at;
  return std::nullopt;
}

DeductsAt PlainModel::last_stage(Pool pool) const {
  std::optional<DeductsAt> last;
  for (const auto& feed : feeds_)
    if (feed.authority && feed.pool == pool) last = std::max(last.value_or(feed.deducts_at), feed.deducts_at);
  return last.value_or(DeductsAt::ship);
}

std::map<LocationId, PlainModel::Place> PlainModel::places(const std::string& sku, Pool pool) const {
  std::map<LocationId, Place> found;
  for (const auto& feed : feeds_) {
    if (feed.pool != pool) continue;
    for (const bool is_count : {false, true}) {
      if (!is_count && !feed.authority) continue;
      const auto r = readings_.find({feed.source, feed.location, sku, is_count});
      if (r == readings_.end()) continue;
      const auto old = found.find(feed.location);
      const bool newer =
          old == found.end() || r->second.at > old->second.at || (r->second.at == old->second.at && is_count);
      if (newer) found[feed.location] = {r->second.at, r->second.units, r->second.suspect, is_count};
    }
  }
  return found;
}

void PlainModel::advance_horizons() {
  for (const auto& sku : skus()) {
    for (const auto pool : {Pool::own, Pool::marketplace, Pool::preorder}) {
      std::optional<Instant> oldest;
      for (const auto& [location, place] : places(sku, pool))
        oldest = std::min(oldest.value_or(place.at), place.at);
      if (!oldest) continue;
      auto& h = horizon_.try_emplace({sku, pool}, *oldest).first->second;
      h = std::max(h, *oldest);
    }
  }
}

bool PlainModel::deducted(const std::string& sku, Pool pool, const std::optional<LocationId>& location,
                          Instant placed, const Portion& part) const {
  if (pool == Pool::preorder) return part.shipped_at.has_value();
  if (location) {
    const auto stage = stage_of(pool, *location);
    const auto all = places(sku, pool);
    const auto here = all.find(*location);
    if (stage && here != all.end()) {
      const auto left = left_at(*stage, placed, part);
      if (left && *left <= here->second.at) return true;
    }
  }
  const auto h = horizon_.find({sku, pool});
  const auto left = left_at(last_stage(pool), placed, part);
  return h != horizon_.end() && left && *left <= h->second;
}

const std::vector<ledger::Component>& PlainModel::components(const Order& o, const OrderLine& line) const {
  static const std::vector<ledger::Component> none;
  const auto found = mapping_.find({o.account, line.listing});
  return found == mapping_.end() ? none : found->second;
}

std::set<std::string> PlainModel::skus() const {
  std::set<std::string> all;
  for (const auto& [key, reading] : readings_) all.insert(std::get<2>(key));
  for (const auto& [key, order] : orders_)
    for (const auto& line : order.lines)
      for (const auto& c : components(order, line)) all.insert(c.sku.str());
  for (const auto& [key, receipt] : receipts_) all.insert(receipt.sku.str());
  for (const auto& [key, pick] : picks_) all.insert(pick.sku.str());
  for (const auto& [key, units] : reserve_) all.insert(key.first);
  return all;
}

ledger::SkuState PlainModel::state(const std::string& sku, Pool pool) const {
  ledger::SkuState s;
  s.sku = sku;
  s.pool = pool;
  const auto all = places(sku, pool);
  bool told = false, unknown = false, wrong = false;
  std::optional<Instant> oldest;
  for (const auto& [location, place] : all) {
    told = true;
    if (place.units) s.on_hand += *place.units;
    unknown = unknown || !place.units;
    wrong = wrong || place.suspect || (place.units && *place.units < Units{});
    oldest = std::min(oldest.value_or(place.at), place.at);
  }
  s.oldest = oldest.value_or(Instant{});

  for (const auto& [key, receipt] : receipts_) {
    if (receipt.sku.str() != sku) continue;
    Units in_all;
    for (const auto& arrival : receipt.arrived) {
      in_all += arrival.units;
      const auto here = all.find(receipt.location);
      if (receipt.pool == pool && here != all.end() && arrival.at > here->second.at)
        s.receipts += arrival.units;
    }
    if (pool == Pool::preorder && receipt.backs_preorder && !receipt.closed_at && receipt.expected > in_all) {
      s.receipts += receipt.expected - in_all;
      told = true;
    }
  }

  // The last count at a place, or anywhere in the pool, ends what was in doubt before it.
  const auto counted = [&](const std::optional<LocationId>& location, Instant since) {
    for (const auto& feed : feeds_) {
      if (feed.pool != pool || (location && feed.location != *location)) continue;
      const auto r = readings_.find({feed.source, feed.location, sku, true});
      if (r != readings_.end() && since <= r->second.at) return true;
    }
    return false;
  };
  for (const auto& [key, order] : orders_) {
    for (const auto& line : order.lines) {
      if (line.pool != pool) continue;
      for (const auto& c : components(order, line)) {
        if (c.sku.str() != sku) continue;
        for (const auto& part : parts_of(line))
          if (!deducted(sku, pool, line.location, order.placed_at, part))
            s.committed += part.units * c.units.count();
        if (line.cancelled && puts_stock_in_doubt(line.cancelled->by, line.cancelled->reason) &&
            !counted(line.location, line.cancelled->at))
          s.quarantined += line.cancelled->units * c.units.count();
      }
    }
  }
  for (const auto& [key, pick] : picks_)
    if (pick.sku.str() == sku && pick.pool == pool && !counted(pick.location, pick.from.true_at))
      s.quarantined += pick.missing;

  if (const auto r = reserve_.find({sku, pool}); r != reserve_.end()) s.reserve = r->second;
  s.available = s.on_hand + s.receipts - s.committed - s.quarantined - s.reserve;
  wrong = wrong || s.quarantined > Units{};
  s.certainty = !told || unknown ? Certainty::unknown : wrong ? Certainty::suspect : Certainty::known;
  return s;
}

std::map<std::tuple<std::string, Pool, Instant>, std::int64_t> PlainModel::demand() const {
  std::map<std::tuple<std::string, Pool, Instant>, std::int64_t> all;
  for (const auto& [key, order] : orders_) {
    for (const auto& line : order.lines) {
      Units wanted = line.ordered;
      if (const auto& c = line.cancelled;
          c && (c->by == CancelledBy::buyer || c->reason == CancelReason::buyer_changed_mind ||
                c->reason == CancelReason::payment))
        wanted -= c->units;
      for (const auto& c : components(order, line))
        all[{c.sku.str(), line.pool, order.placed_at}] += wanted.count() * c.units.count();
    }
  }
  std::erase_if(all, [](const auto& entry) { return entry.second == 0; });
  return all;
}

namespace {

std::int64_t day_number(CivilDate day) { return std::chrono::sys_days(day).time_since_epoch().count(); }

bool shipped_by_us(const OrderUpsert& o) {
  return std::ranges::any_of(o.lines, [](const auto& line) { return line.pool != Pool::marketplace; });
}

}  // namespace

std::map<std::string, std::int64_t> PlainModel::placed(const ledger::Names& names) const {
  std::map<std::string, std::int64_t> all;
  const auto add = [&](const Order& o) {
    const auto account = *names.number(ledger::NameKind::account, o.account.str());
    if (shipped_by_us(o)) ++all[std::to_string(account) + ":" + std::to_string(day_number(o.placed_day))];
  };
  for (const auto& [key, o] : orders_) add(o);
  for (const auto& o : kept_counts_) add(o);
  return all;
}

std::map<std::string, std::int64_t> PlainModel::cancelled(const ledger::Names& names) const {
  std::map<std::string, std::int64_t> all;
  const auto add = [&](const Order& o) {
    std::set<std::string> of_order;
    for (const auto& line : o.lines) {
      if (line.pool == Pool::marketplace || !line.cancelled || line.cancelled->units == Units{}) continue;
      const auto account = *names.number(ledger::NameKind::account, o.account.str());
      of_order.insert(std::to_string(account) + ":" + std::to_string(day_number(line.cancelled->day)) + ":" +
                      std::to_string(static_cast<int>(line.cancelled->reason)) + ":" +
                      std::to_string(static_cast<int>(line.cancelled->by)));
    }
    for (const auto& field : of_order) ++all[field];
  };
  for (const auto& [key, o] : orders_) add(o);
  for (const auto& o : kept_counts_) add(o);
  return all;
}

}  // namespace forestall::test
