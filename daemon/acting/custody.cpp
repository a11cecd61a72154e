// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/custody.hpp"

#include <algorithm>
#include <vector>

namespace forestall::acting {

using journal::field_of;

namespace {

// The clocks of channels whose acts are not stopped are this close to ours.
constexpr Millis skew = std::chrono::minutes(1);

std::optional<Units> after(const guard::Seen& seen, Units by) {
  return seen.quantity ? std::optional(std::max(Units{}, *seen.quantity + by)) : std::nullopt;
}

}  // namespace

guard::Seen Custody::Known::unpack(std::int32_t units, model::ListingActivity activity, Instant at) {
  guard::Seen seen{.activity = activity, .at = at};
  if (units != no_units) seen.quantity = Units(units);
  return seen;
}

void Custody::Known::see(const guard::Seen& seen) {
  at = seen.at;
  activity = seen.activity;
  units = seen.quantity ? static_cast<std::int32_t>(std::clamp<std::int64_t>(
                              seen.quantity->count(), -Units::max_reading, Units::max_reading))
                        : no_units;
}

// Nothing is freed: tables of millions would stop the loop.
void Custody::clear() {
  if (++era_ == 0) {
    known_ = {};
    era_ = 1;
  }
  doubts_.clear();
  shown_.clear();
}

const Custody::Known* Custody::known(const std::string& field) const {
  const auto number = numbers_.find(field);
  if (!number || *number >= known_.size() || known_[*number].era != era_) return nullptr;
  return &known_[*number];
}

Custody::Known& Custody::made(const std::string& field) {
  const auto number = numbers_.intern(field);
  known_.grow_to(number + std::size_t{1});
  auto& known = known_[number];
  if (known.era != era_) known = {.era = era_};
  return known;
}

void Custody::load(const ledger::StoredListing& listing) {
  if (!listing.true_at) return;
  know(field_of(listing.account, listing.listing),
       {.quantity = listing.quantity, .activity = listing.activity, .at = *listing.true_at});
}

std::vector<SalesBook::News> Custody::order(const model::OrderUpsert& order, Instant now) {
  for (const auto& line : order.lines) mark(field_of(order.account, line.listing), sold);
  return sales_.put(order, now);
}

void Custody::mark(const std::string& field, std::uint8_t what) {
  const auto number = numbers_.intern(field);
  marks_.grow_to(number + std::size_t{1});
  marks_[number] |= what;
}

const Custody::Known* Custody::plain(ledger::ListingRef listing, bool ordered) const {
  const auto& mirror = seller_.ledger->mirror();
  if (places_of_ != mirror.generation()) {
    places_ = {};
    places_of_ = mirror.generation();
  }
  const auto at = static_cast<std::uint32_t>(listing);
  if (at >= places_.size()) places_.grow_to(mirror.listings());
  if (places_[at] == 0) {
    const auto field =
        field_of(AccountId::literal(mirror.account_of(listing)), ListingId::literal(mirror.text_of(listing)));
    const auto number = numbers_.find(field);
    if (!number) return nullptr;
    places_[at] = *number + 1;
  }
  const auto number = places_[at] - 1;
  if (number >= known_.size() || known_[number].era != era_) return nullptr;
  const auto* known = &known_[number];
  const auto marks = number < marks_.size() ? marks_[number] : std::uint8_t{0};
  if ((marks & intended) != 0) return nullptr;
  if (!ordered && (marks & sold) == 0) return known;
  // The older of the two readings that are reckoned with.
  const Instant since =
      known->base_units == Known::no_units ? known->at : std::min(known->at, known->base_at);
  const auto account = AccountId::literal(mirror.account_of(listing));
  const auto name = ListingId::literal(mirror.text_of(listing));
  const bool moved = sold_since(account, name, since) != Units{} ||
                     sales_.cancelled(field_of(account, name), since - Millis(1)) != Units{};
  return moved ? nullptr : known;
}

void Custody::know(const std::string& field, const guard::Seen& seen) {
  auto& known = made(field);
  known = {.era = era_};
  known.see(seen);
}

std::optional<guard::Seen> Custody::last(const std::string& field) const {
  const auto* known = this->known(field);
  return known == nullptr ? std::nullopt : std::optional(known->seen());
}

bool Custody::saw_it_sell_out(const std::string& field) const {
  const auto* known = this->known(field);
  return known != nullptr && known->sold_out;
}

std::optional<guard::Seen> Custody::settled(const std::string& field,
                                            std::optional<Instant> watermark) const {
  const auto* known = this->known(field);
  if (known == nullptr || !watermark) return std::nullopt;
  if (known->units != Known::no_units && known->at < *watermark) return known->seen();
  if (known->base_units != Known::no_units && known->base_at < *watermark) return known->base();
  return std::nullopt;
}

void Custody::accept(const std::string& field, const guard::Seen& seen, std::optional<Instant> watermark) {
  auto& known = made(field);
  if (seen.at < known.at) return;
  if (known.units != Known::no_units && watermark && known.at < *watermark) {
    known.base_at = known.at;
    known.base_units = known.units;
    known.base_activity = known.activity;
  }
  known.see(seen);
  if (seen.quantity && *seen.quantity > Units{}) known.sold_out = false;
}

void Custody::doubt(const AccountId& account, const ListingId& listing, const guard::Seen& seen) {
  doubts_.try_emplace(field_of(account, listing), Doubt{account, listing, seen});
}

const guard::Seen* Custody::doubt(const std::string& field) const {
  const auto at = doubts_.find(field);
  return at == doubts_.end() ? nullptr : &at->second.seen;
}

std::vector<Custody::Doubt> Custody::doubts_before(const AccountId& account, Instant watermark) const {
  std::vector<Doubt> found;
  for (const auto& [field, doubt] : doubts_)
    if (doubt.account == account && doubt.seen.at < watermark) found.push_back(doubt);
  return found;
}

guard::Landing Custody::landing(const flow::Account& account, const Shown& shown) const {
  const auto field = field_of(shown.account, shown.listing);
  guard::LandingFacts facts{.from = shown.from, .now = shown.seen};
  facts.sold = sold_between(shown.account, shown.listing, shown.from.at - skew, shown.seen.at + skew);
  if (account.marketplace != nullptr &&
      account.marketplace->capabilities().decrements_atomically == model::Proof::yes)
    facts.counted = std::max(
        Units{}, sold_between(shown.account, shown.listing, shown.from.at + skew, shown.seen.at - skew));
  if (account.marketplace == nullptr ||
      account.marketplace->capabilities().restores_on_cancel != model::Proof::no)
    facts.cancelled = sales_.cancelled(field, shown.from.at - slack);
  if (const auto last = this->last(field); last && last->at > shown.from.at) facts.between = *last;
  // Where nobody ever says that all orders were seen, there is nothing to wait for.
  const auto watermark = account.orders_complete_before;
  facts.all_seen = watermark ? shown.seen.at < *watermark : account.backfilled;
  return guard::landing(facts);
}

guard::Landing Custody::landing(const flow::Account& account, const ListingId& listing, std::uint64_t epoch,
                                const guard::Seen& seen) {
  const auto& id = account.settings.id;
  const auto field = field_of(id, listing);
  const auto* record = journal_.find(id, listing);
  if (record == nullptr) return guard::Landing::landed;
  if (const auto at = shown_.find(field);
      at != shown_.end() && at->second.epoch == epoch && at->second.landed)
    return guard::Landing::landed;
  Shown shown{.account = id, .listing = listing, .epoch = epoch, .from = {}, .seen = seen};
  if (record->epoch == epoch) {
    shown.from = {.quantity = record->before.quantity, .at = record->before.at};
  } else if (const auto last = this->last(field)) {
    shown.from = *last;
  }
  const auto found = landing(account, shown);
  shown.landed = found == guard::Landing::landed;
  const auto at = shown_.find(field);
  const bool first = at == shown_.end() || at->second.epoch != epoch;
  if (found != guard::Landing::orders_explain && (first || shown.landed))
    shown_.insert_or_assign(field, std::move(shown));
  return found;
}

std::vector<Custody::Shown> Custody::landed_before(const flow::Account& account, Instant watermark) {
  std::vector<Shown> found;
  for (auto at = shown_.begin(); at != shown_.end();) {
    auto& shown = at->second;
    const bool due = shown.account == account.settings.id && !shown.landed && shown.seen.at < watermark;
    if (due && landing(account, shown) != guard::Landing::landed) {
      at = shown_.erase(at);  // a later reading may tell
      continue;
    }
    if (due) {
      shown.landed = true;
      found.push_back(shown);
    }
    ++at;
  }
  return found;
}

std::optional<Instant> Custody::landed(const std::string& field, std::uint64_t epoch) const {
  const auto at = shown_.find(field);
  if (at == shown_.end() || at->second.epoch != epoch || !at->second.landed) return std::nullopt;
  return at->second.seen.at;
}

bool Custody::awaits_orders(const std::string& field, std::optional<Instant> watermark) const {
  const auto later = [&](Instant at) { return !watermark || at >= *watermark; };
  if (const auto* doubt = this->doubt(field); doubt != nullptr && later(doubt->at)) return true;
  const auto at = shown_.find(field);
  return at != shown_.end() && !at->second.landed && later(at->second.seen.at);
}

Units Custody::sold_since(const AccountId& account, const ListingId& listing, Instant after) const {
  // The book forgets at a restart, the mirror forgets closed orders: each knows at least part of the truth.
  return std::max(sales_.sold(field_of(account, listing), after),
                  seller_.ledger->mirror().ordered_since(account, listing, after + Millis(1)));
}

Units Custody::sold_between(const AccountId& account, const ListingId& listing, Instant after,
                            Instant until) const {
  const auto field = field_of(account, listing);
  const auto& mirror = seller_.ledger->mirror();
  return std::max(sales_.sold(field, after) - sales_.sold(field, until),
                  mirror.ordered_since(account, listing, after + Millis(1)) -
                      mirror.ordered_since(account, listing, until + Millis(1)));
}

// What a difference of ours is added to: what was read before it was sent; or what was read since, where that
// is not yet the sum.
guard::Seen Custody::added_to(const AccountId& account, const ListingId& listing,
                              const journal::Record& record) const {
  const guard::Seen before{.quantity = record.before.quantity, .at = record.before.at};
  const auto last = this->last(field_of(account, listing));
  if (!last || last->at <= before.at || !last->quantity) return before;
  const auto sum = after(before, *journal::way_of(record.command).by);
  const bool landed =
      sum && *last->quantity <= *sum &&
      *last->quantity >= *sum - sold_between(account, listing, before.at - skew, last->at + slack);
  return landed ? before : *last;
}

guard::Judgement Custody::judge(const flow::Account& account, const ListingId& listing,
                                const guard::Seen& now) const {
  const auto& id = account.settings.id;
  const auto field = field_of(id, listing);
  guard::OwnershipFacts facts{.now = now};
  // The channel's clock may be ahead of ours.
  const Instant until = now.at + slack;
  std::vector<guard::OurWrite> writes;
  if (const auto* record = journal_.find(id, listing)) {
    const auto add = [&](std::uint64_t epoch, std::optional<Units> target, Instant sent_at, Instant from) {
      writes.push_back({epoch, target, sent_at, sold_between(id, listing, from, until)});
    };
    if (may_land(record->state) && record->sent_at) {
      const auto way = journal::way_of(record->command);
      const auto from = way.by ? added_to(id, listing, *record) : guard::Seen{};
      if (way.by)
        add(record->epoch, after(from, *way.by), *record->sent_at, from.at - skew);
      else
        add(record->epoch, record->target, *record->sent_at, *record->sent_at);
    }
    for (const auto& late : record->late)
      if (const auto from = late.way.by ? this->last(field) : std::nullopt; from)
        add(late.epoch, after(*from, *late.way.by), late.sent_at, from->at - skew);
      else
        add(late.epoch, late.target, late.sent_at, late.sent_at);
  }
  facts.writes = writes;
  if (const auto last = this->last(field)) {
    facts.last = *last;
    facts.sold = sold_between(id, listing, last->at - slack, until);
    facts.cancelled = sales_.cancelled(field, last->at - slack);
  }
  facts.open = seller_.ledger->mirror().ordered_since(id, listing, Instant{});
  facts.watermark = account.orders_complete_before;
  if (account.marketplace != nullptr)
    facts.restores_on_cancel = account.marketplace->capabilities().restores_on_cancel;
  return guard::judge(facts);
}

}  // namespace forestall::acting
