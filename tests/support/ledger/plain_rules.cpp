// SPDX-License-Identifier: Apache-2.0
// The versioning rule: not newer changes nothing; never seen is applied however late; at an equal version
// with other content less stock or more commitment wins and the entity is to be read again.
#include <algorithm>
#include <limits>
#include <tuple>

#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/observation_codec.hpp"
#include "daemon/ledger/pack.hpp"
#include "tests/support/ledger/plain_model.hpp"

namespace forestall::test {

using namespace model;
using ledger::Outcome;

namespace {

// What is stored of an observation, as bytes: it decides where nothing else does.
std::string content_of(const Observation& o, const ledger::Names& names) {
  const auto arg = ledger::encode(o, names);
  ledger::Unpacker u(arg);
  u.integer();
  if (std::holds_alternative<OrderUpsert>(o)) u.integer();
  u.text();
  return std::string(u.text());
}

struct Verdict {
  Outcome outcome;
  bool take;
};

// `wins` is asked only at an equal version with other content.
template <class Wins>
Verdict judge(Version now, Version before, bool same, Wins wins) {
  if (now < before) return {Outcome::older, false};
  if (now > before) return {Outcome::applied, true};
  if (same) return {Outcome::known, false};
  return wins() ? Verdict{Outcome::differs_won, true} : Verdict{Outcome::differs_lost, false};
}

void note(std::set<std::string>& contradicted, const std::string& entity, Outcome outcome) {
  if (outcome == Outcome::differs_won || outcome == Outcome::differs_lost ||
      outcome == Outcome::time_went_back)
    contradicted.insert(entity);
  if (outcome == Outcome::applied || outcome == Outcome::applied_unmapped) contradicted.erase(entity);
}

std::tuple<std::int64_t, std::int64_t, std::int64_t> weight(const OrderUpsert& o) {
  std::int64_t live = 0, doubt = 0, moved = 0;
  for (const auto& line : o.lines) {
    live += line.ordered.count();
    if (line.cancelled) {
      live -= line.cancelled->units.count();
      if (puts_stock_in_doubt(line.cancelled->by, line.cancelled->reason))
        doubt += line.cancelled->units.count();
    }
    for (const auto& p : line.portions) moved += p.units.count();
  }
  return {live, doubt, -moved};
}

// Units that count as stock now, and units that are promised: less is safer.
std::pair<std::int64_t, std::int64_t> weight(const ReceiptUpsert& o) {
  std::int64_t arrived = 0;
  for (const auto& a : o.arrived) arrived += a.units.count();
  const auto open =
      o.backs_preorder && !o.closed_at ? std::max<std::int64_t>(0, o.expected.count() - arrived) : 0;
  return {arrived, open};
}

}  // namespace

Outcome PlainModel::apply(const Observation& observation, Instant now, const ledger::Names& names) {
  const auto outcome = std::visit(
      [&](const auto& o) -> Outcome {
        using T = std::decay_t<decltype(o)>;
        if constexpr (std::same_as<T, StockLevel>)
          return stock(o.from, o.sku, o.location, false, o.on_hand, o.suspect, now, names);
        else if constexpr (std::same_as<T, StockCount>)
          return stock(o.from, o.sku, o.location, true, o.counted, false, now, names);
        else if constexpr (std::same_as<T, OrderUpsert>)
          return order(o, now, names);
        else if constexpr (std::same_as<T, ReceiptUpsert>)
          return receipt(o, names);
        else if constexpr (std::same_as<T, PickFailed>)
          return pick(o, names);
        else if constexpr (std::same_as<T, ListingState>)
          return listing(o, now, names);
        else if constexpr (std::same_as<T, MessageUpsert>)
          return message(o);
        else
          return Outcome::known;
      },
      observation);
  advance_horizons();
  return outcome;
}

Outcome PlainModel::stock(const Provenance& from, const SkuId& sku, const LocationId& location, bool is_count,
                          std::optional<Units> units, bool suspect, Instant now, const ledger::Names& names) {
  const auto feed = *names.number(ledger::NameKind::feed, ledger::feed_name(from.source, location));
  const auto entity = "s:" + std::to_string(feed * 2 + (is_count ? 1 : 0)) + ":" + sku.str();
  const Reading reading{from.version, std::min(from.true_at, now), units, suspect};
  const auto [slot, fresh] = readings_.try_emplace({from.source, location, sku.str(), is_count}, reading);
  if (fresh) return Outcome::applied;
  auto& old = slot->second;
  auto verdict = judge(reading.version, old.version, units == old.units && suspect == old.suspect, [&] {
    if (units && old.units && *units != *old.units) return *units < *old.units;
    if (units == old.units) return suspect && !old.suspect;
    return units.has_value();  // a number beats none
  });
  if (verdict.outcome == Outcome::applied && reading.at < old.at) verdict = {Outcome::time_went_back, false};
  if (verdict.take) {
    const auto before = old.at;
    old = reading;
    if (verdict.outcome == Outcome::differs_won) old.at = std::max(before, reading.at);
  }
  note(contradicted_, entity, verdict.outcome);
  return verdict.outcome;
}

Outcome PlainModel::order(const Order& o, Instant now, const ledger::Names& names) {
  const auto entity = "o:" + ledger::account_field(o.account, o.id.str(), names);
  const bool unmapped =
      std::ranges::any_of(o.lines, [&](const auto& line) { return components(o, line).empty(); });
  const auto found = orders_.find({o.account, o.id});
  if (found == orders_.end()) {
    const auto dropped = dropped_.find(o.account);
    if (o.closed_at && *o.closed_at < now - std::chrono::days(120) && dropped != dropped_.end() &&
        *o.closed_at <= dropped->second)
      return Outcome::older;
    orders_.emplace(std::pair(o.account, o.id), o);
    return unmapped ? Outcome::applied_unmapped : Outcome::applied;
  }
  auto& old = found->second;
  const auto is = content_of(o, names), was = content_of(old, names);
  auto verdict = judge(o.from.version, old.from.version, is == was,
                       [&] { return weight(o) != weight(old) ? weight(o) > weight(old) : is > was; });
  if (verdict.take) old = o;
  if (verdict.outcome == Outcome::applied && unmapped) verdict.outcome = Outcome::applied_unmapped;
  note(contradicted_, entity, verdict.outcome);
  return verdict.outcome;
}

Outcome PlainModel::receipt(const ReceiptUpsert& o, const ledger::Names& names) {
  const auto source = *names.number(ledger::NameKind::source, o.from.source.str());
  const auto entity = "r:" + std::to_string(source) + ":" + o.id.str();
  const auto [slot, fresh] = receipts_.try_emplace({o.from.source, o.id}, o);
  if (fresh) return Outcome::applied;
  auto& old = slot->second;
  const auto is = content_of(o, names), was = content_of(old, names);
  const auto verdict = judge(o.from.version, old.from.version, is == was,
                             [&] { return weight(o) != weight(old) ? weight(o) < weight(old) : is > was; });
  if (verdict.take) old = o;
  note(contradicted_, entity, verdict.outcome);
  return verdict.outcome;
}

Outcome PlainModel::pick(const PickFailed& o, const ledger::Names& names) {
  const auto source = *names.number(ledger::NameKind::source, o.from.source.str());
  const auto field = ledger::account_field(o.account, o.order.str(), names) + "\x1f" + o.line.str() + "\x1f" +
                     o.sku.str() + "\x1f" + std::to_string(source);
  const auto [slot, fresh] = picks_.try_emplace(field, o);
  if (fresh) return Outcome::applied;
  auto& old = slot->second;
  const auto is = content_of(o, names), was = content_of(old, names);
  const auto verdict = judge(o.from.version, old.from.version, is == was, [&] {
    if (o.missing != old.missing) return o.missing > old.missing;
    if (o.from.true_at != old.from.true_at) return o.from.true_at > old.from.true_at;
    return is > was;
  });
  if (verdict.take) old = o;
  note(contradicted_, "p:" + field, verdict.outcome);
  return verdict.outcome;
}

Outcome PlainModel::listing(const ListingState& o, Instant now, const ledger::Names& names) {
  const auto entity = "l:" + ledger::account_field(o.account, o.listing.str(), names);
  auto taken = o;
  taken.from.true_at = std::min(o.from.true_at, now);
  const auto [slot, fresh] = listings_.try_emplace({o.account, o.listing}, taken);
  if (fresh) return Outcome::applied;
  auto& old = slot->second;
  const auto verdict =
      judge(o.from.version, old.from.version, o.quantity == old.quantity && o.activity == old.activity, [&] {
        // Unlimited counts as more than any number; more for sale is the heavier commitment.
        const auto much = [](const auto& q) {
          return q ? q->count() : std::numeric_limits<std::int64_t>::max();
        };
        if (much(o.quantity) != much(old.quantity)) return much(o.quantity) > much(old.quantity);
        return o.activity < old.activity;
      });
  if (verdict.take) old = taken;
  note(contradicted_, entity, verdict.outcome);
  return verdict.outcome;
}

Outcome PlainModel::message(const MessageUpsert& o) {
  const auto [slot, fresh] = messages_.try_emplace({o.account, o.id}, o);
  if (fresh) return Outcome::applied;
  auto& old = slot->second;
  const auto is = ledger::entity_content(o), was = ledger::entity_content(old);
  const auto verdict = judge(o.from.version, old.from.version, is == was, [&] {
    if (o.answered_at.has_value() != old.answered_at.has_value()) return !o.answered_at.has_value();
    return is > was;
  });
  if (verdict.take) old = o;
  note(contradicted_, "e:" + ledger::entity_field(o), verdict.outcome);
  return verdict.outcome;
}

std::optional<ListingState> PlainModel::listing(const std::string& account, const std::string& id) const {
  const auto found = listings_.find({AccountId::literal(account), ListingId::literal(id)});
  if (found == listings_.end()) return std::nullopt;
  return found->second;
}

void PlainModel::sweep(Instant now) {
  const auto oldest = now - std::chrono::days(120);
  std::erase_if(orders_, [&](const auto& entry) {
    const auto& o = entry.second;
    if (!o.closed_at || *o.closed_at >= oldest) return false;
    kept_counts_.push_back(o);
    auto& dropped = dropped_.try_emplace(o.account, *o.closed_at).first->second;
    dropped = std::max(dropped, *o.closed_at);
    return true;
  });
  std::erase_if(receipts_, [&](const auto& e) { return e.second.closed_at && *e.second.closed_at < oldest; });
  std::erase_if(picks_, [&](const auto& e) { return e.second.from.true_at < oldest; });
  std::erase_if(messages_,
                [&](const auto& e) { return e.second.answered_at && *e.second.answered_at < oldest; });
}

}  // namespace forestall::test
