// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/floor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/settings/settings.hpp"
#include "daemon/acting/told.hpp"
#include "daemon/acting/writes.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using guard::Owner;
using journal::field_of;
using namespace std::chrono_literals;

AccountDesk* Floor::desk(std::string_view account) {
  for (auto& d : desks)
    if (d.id().str() == account) return &d;
  return nullptr;
}

const AccountDesk* Floor::desk(std::string_view account) const {
  for (const auto& d : desks)
    if (d.id().str() == account) return &d;
  return nullptr;
}

std::optional<ledger::StoredListing> Floor::listing(const AccountId& account,
                                                    const ListingId& listing) const {
  const auto& mirror = seller.ledger->mirror();
  const auto ref = mirror.find_listing(account, listing.str());
  if (!ref) return std::nullopt;
  return mirror.listing(*ref);
}

std::optional<guard::Hold> Floor::hold_of(const ledger::StoredListing& listing) const {
  if (listing.hold.empty()) return std::nullopt;
  auto hold = guard::parse_hold(listing.hold);
  // Of another version, or broken: somebody held it, and we do not know how. It stays held.
  if (!hold) return guard::Hold{.by = "unknown", .why = listing.hold};
  return *hold;
}

Mode Floor::mode_of(const AccountDesk& desk, const ledger::StoredListing& listing) const {
  if (listing.mode < 1 || listing.mode > 3) return desk.mode();
  return std::min(desk.mode(), static_cast<Mode>(listing.mode - 1));
}

guard::ListingFacts Floor::facts_of(const AccountDesk& desk, const ledger::StoredListing& stored,
                                    const guard::Seen* reading) const {
  const auto& mirror = seller.ledger->mirror();
  const auto& settings = desk.account.settings;
  guard::ListingFacts facts{.account = stored.account,
                            .listing = stored.listing,
                            .pool = stored.pool,
                            .hold = hold_of(stored),
                            .cap = settings.cap,
                            .writes = settings.writes,
                            .buffer = seller.settings.reserve};
  for (const auto& component : stored.components) {
    guard::ComponentFacts c{.sku = component.sku, .units = component.units};
    if (const auto sku = mirror.find_sku(component.sku.str()))
      if (const auto state = mirror.state(*sku, stored.pool)) {
        c.certainty = state->certainty;
        c.available = state->available;
        c.committed = state->committed;
        c.reserve = state->reserve;
        c.as_of = state->oldest;
        c.stale = seller.is_stale(state->oldest);
      }
    facts.components.push_back(std::move(c));
  }
  const auto field = field_of(stored.account, stored.listing);
  const auto* record = journal.find(stored.account, stored.listing);
  const auto last = custody.last(field);
  if (reading != nullptr) {
    facts.shown = reading->quantity;
    facts.activity = reading->activity;
  } else {
    if (last) facts.activity = last->activity;
    if (record != nullptr && is_open(record->state) && record->target) {
      // What a difference is added to was read before it was sent.
      const bool from_reading = record->sent_at && journal::way_of(record->command).by;
      const auto since = from_reading ? record->before.at : record->sent_at.value_or(record->requested_at);
      facts.shown = *record->target - custody.sold_since(stored.account, stored.listing, since);
    } else if (last && last->quantity) {
      facts.shown = *last->quantity - custody.sold_since(stored.account, stored.listing, last->at);
    }
    if (facts.shown) facts.shown = std::max(Units{}, *facts.shown);
  }
  // A listing at zero is called inactive by many channels: with a wish to show some it is no reason.
  if (record != nullptr && facts.shown == Units{}) facts.activity = model::ListingActivity::unknown;
  // Off with units to sell is never ours: what we pause, we pause by its quantity.
  const bool on_sale = last && last->quantity && *last->quantity > Units{};
  const bool switched_off = on_sale && last->activity == model::ListingActivity::inactive;
  facts.zero_is_ours = !switched_off && (on_sale || zero_is_ours(stored.account, stored.listing));
  if (desk.account.marketplace != nullptr)
    facts.offer.writes = way_of(desk.account.marketplace->capabilities());
  const auto known = exposures.of(stored.account, stored.listing);
  facts.offer.exposure = known.exposure;
  facts.provisional = !known.exposure.known;
  facts.reading_waits = known.reading_waits || reading != nullptr;
  return facts;
}

bool claims_zero(const journal::Record& r) {
  using journal::State;
  if (r.origin == journal::Origin::put_back) return false;  // a person's zero
  if (r.target == Units{} && (is_open(r.state) || r.state == State::confirmed)) return true;
  return r.before.quantity == Units{} && r.state != State::confirmed;
}

bool Floor::zero_is_ours(const AccountId& account, const ListingId& listing) const {
  const auto* record = journal.find(account, listing);
  return (record != nullptr && claims_zero(*record)) || custody.saw_it_sell_out(field_of(account, listing));
}

bool Floor::pause_is_due(const AccountDesk& desk, const guard::ListingFacts& facts) const {
  if (!guard::in_force(facts.hold, clock.now()) || facts.hold->kind != guard::HoldKind::paused) return false;
  if (facts.pool != model::Pool::own || desk.account.settings.writes == config::Writes::none) return false;
  if (!facts.shown || *facts.shown == Units{}) return false;
  const auto* record = journal.find(facts.account, facts.listing);
  if (record == nullptr || record->origin != journal::Origin::person) return true;
  const bool done = record->state == journal::State::confirmed && record->requested_at >= facts.hold->since;
  return !done && !is_open(record->state);
}

void Floor::rest(const AccountId& account, const ListingId& listing) {
  auto& rest = rests[field_of(account, listing)];
  rest.failures = std::min(rest.failures + 1, 9);
  const auto most = std::min<Millis>(5min, 2s * (1 << rest.failures));
  const auto pause =
      most / 2 + Millis(static_cast<std::int64_t>(random.unit() * static_cast<double>(most.count()) / 2));
  rest.until = clock.monotonic() + pause;
  decide_later(account, listing, rest.until);
}

awaitable<Status> Floor::keep(std::string name, std::string text) {
  unsaved[name] = text;
  auto stored = co_await journal.set_control(name, text);
  // Another word may have come meanwhile.
  if (const auto at = unsaved.find(name); stored && at != unsaved.end() && at->second == text)
    unsaved.erase(at);
  co_return stored;
}

awaitable<void> Floor::trip(AccountDesk& desk, std::string why) {
  if (!desk.tripped.empty()) co_return;
  desk.tripped = why;
  log.error("breaker_open",
            {{"account", desk.id()},
             {"why", why},
             {"advice", "look at it, then: forestall breaker " + desk.id().str() + " --reset"}});
  const auto text = to_string(clock.now()) + " " + why;
  if (auto ok = co_await keep("breaker " + desk.id().str(), text); !ok)
    log.error("breaker_not_stored", {{"account", desk.id()}, {"reason", ok.error()}});
}

// What waited for the watermark is settled first, as of then; what is newer is compared with that.
awaitable<guard::Judgement> Floor::receive(AccountDesk& desk, ListingId listing, guard::Seen seen) {
  const auto field = field_of(desk.id(), listing);
  const auto watermark = desk.account.orders_complete_before;
  if (const auto* doubt = custody.doubt(field); doubt != nullptr && watermark && doubt->at < *watermark) {
    const auto then = *doubt;
    custody.settle(field);
    if (const auto earlier = co_await take(desk, listing, then); !earlier.known) {
      custody.doubt(desk.id(), listing, then);
      co_return earlier.judgement;
    }
  }
  const auto [judgement, known] = co_await take(desk, listing, seen);
  exposures.reading(desk.id(), listing, seen);
  if (judgement.owner == Owner::wait_for_watermark || !known)
    custody.doubt(desk.id(), listing, seen);
  else
    custody.settle(field);
  co_return judgement;
}

awaitable<Floor::Taken> Floor::take(AccountDesk& desk, ListingId listing, guard::Seen seen) {
  const auto field = field_of(desk.id(), listing);
  const auto judgement = custody.judge(desk.account, listing, seen);
  const auto last = custody.last(field);
  switch (judgement.owner) {
    case Owner::wait_for_watermark:
      co_return Taken{judgement};
    case Owner::persons_quantity:
    case Owner::persons_pause:
      // Taken as known without its hold, it would be overruled by the next decision.
      if (!co_await leave_to_person(desk, listing, seen, judgement)) co_return Taken{judgement, false};
      if (!co_await disown_zero(desk, listing, seen)) co_return Taken{judgement, false};
      break;
    case Owner::our_write: {
      if (custody.landing(desk.account, listing, judgement.epoch, seen) == guard::Landing::landed)
        exposures.settled(desk.id(), listing, judgement.epoch, seen.at);
      const auto stored = this->listing(desk.id(), listing);
      const auto hold = stored ? hold_of(*stored) : std::nullopt;
      // What restored a person's value, or was asked for by one, crosses nobody.
      const auto* record = journal.find(desk.id(), listing);
      const auto origin =
          record != nullptr && record->epoch == judgement.epoch ? record->origin : journal::Origin::rule;
      const bool crossed =
          origin == journal::Origin::rule && guard::in_force(hold, clock.now()) && last &&
          (hold->kind == guard::HoldKind::outside_quantity || hold->kind == guard::HoldKind::outside_pause) &&
          last->quantity != seen.quantity && !judgement.sales_too;
      const auto theirs = last ? *last : guard::Seen{};
      if (crossed && !co_await put_back(desk, listing, theirs)) co_return Taken{judgement, false};
      custody.accept(field, seen, desk.account.orders_complete_before);
      if (seen.quantity == Units{} && origin != journal::Origin::put_back) custody.sold_out(field);
      if (crossed) act_on(desk.id(), listing);
      co_return Taken{judgement};
    }
    case Owner::sales:
      custody.accept(field, seen, desk.account.orders_complete_before);
      if (seen.quantity == Units{}) custody.sold_out(field);
      co_return Taken{judgement};
    default:
      break;
  }
  custody.accept(field, seen, desk.account.orders_complete_before);
  co_return Taken{judgement};
}

awaitable<bool> Floor::leave_to_person(AccountDesk& desk, ListingId listing, guard::Seen seen,
                                       guard::Judgement judgement) {
  const auto stored = this->listing(desk.id(), listing);
  if (!stored) co_return false;  // the books are read anew
  // Nobody to yield to where nothing of ours is written: who only watches learns what is shown, no more.
  if (mode_of(desk, *stored) != Mode::guard) co_return true;
  const auto field = field_of(desk.id(), listing);
  const auto last = custody.last(field);
  const auto* record = journal.find(desk.id(), listing);
  const auto sent_at = record != nullptr ? record->sent_at : std::nullopt;
  const auto shown = [](const std::optional<Units>& units) {
    return units ? fmt::format("{}", units->count()) : std::string("?");
  };
  const bool off = seen.quantity == Units{} || seen.activity == model::ListingActivity::inactive ||
                   seen.activity == model::ListingActivity::removed;
  guard::Hold hold{.kind = off ? guard::HoldKind::outside_pause : guard::HoldKind::outside_quantity,
                   .since = clock.now(),
                   .by = "channel",
                   .why = fmt::format("{} instead of {}{}", shown(seen.quantity),
                                      last ? shown(last->quantity) : "?", off ? ", off" : "")};
  if (!off) hold.until = clock.now() + times.outside_hold;
  // A person's own hold stays what it is; what they do meanwhile is theirs anyway.
  if (const auto old = hold_of(*stored);
      guard::in_force(old, clock.now()) &&
      (old->kind == guard::HoldKind::held || old->kind == guard::HoldKind::paused))
    co_return true;
  if (auto ok = co_await seller.ledger->set_hold(desk.id(), listing, to_text(hold)); !ok) {
    log.error("hold_not_stored", {{"account", desk.id()}, {"listing", listing}, {"reason", ok.error()}});
    co_return false;
  }
  if (hold.until) decide_later(desk.id(), listing, clock.monotonic() + times.outside_hold);
  ++desk.figures.persons;
  log.notice("left_to_person", {{"account", desk.id()},
                                {"listing", listing},
                                {"judgement", guard::word(judgement.owner)},
                                {"why", hold.why}});
  const bool soon_after_ours = sent_at && clock.now() - *sent_at < guard::WriterWatch::within;
  if (soon_after_ours && desk.writers.contradicted(field, clock.now()))
    co_await trip(desk,
                  "several listings were changed from outside soon after our writes: is another "
                  "program writing to this account?");
  co_return true;
}

// No rule decided it: what was found, in the words that retell() reads.
static std::string found_json(std::string_view reason, Units shown) {
  return fmt::format(R"({{"reason":"{}","acts":true,"target":{},"shown":{}}})", reason, shown.count(),
                     shown.count());
}

// A person ended a zero that the journal calls ours: written down, so that the next zero is not taken for it.
awaitable<bool> Floor::disown_zero(AccountDesk& desk, ListingId listing, guard::Seen seen) {
  const auto* record = journal.find(desk.id(), listing);
  if (!seen.quantity || *seen.quantity == Units{} || record == nullptr || is_open(record->state) ||
      !claims_zero(*record))
    co_return true;
  const journal::Intent intent{
      .command = model::SetQuantity{desk.id(), listing, *seen.quantity, {}},
      .before = {.quantity = seen.quantity, .activity = seen.activity, .at = seen.at},
      .origin = journal::Origin::person,
      .who = "channel",
      .reason = "raised_by_person",
      .explanation = found_json("raised_by_person", *seen.quantity),
      .requested_at = clock.now()};
  std::vector<journal::Wish> wishes;
  wishes.push_back({.named_epoch = record->epoch, .intent = intent});
  auto appended = co_await journal.append(std::move(wishes));
  if (!appended || !appended->front().done) co_return false;
  tell_intent(log, appended->front().epoch, intent);
  std::vector<journal::Move> moves;
  moves.push_back({.account = desk.id(),
                   .listing = listing,
                   .epoch = appended->front().epoch,
                   .to = journal::State::confirmed,
                   .detail = "found so"});
  // Not confirmed, it is found so by whoever reads the listing.
  if (auto moved = co_await journal.move(std::move(moves)); !moved) act_on(desk.id(), listing);
  co_return true;
}

awaitable<bool> Floor::put_back(AccountDesk& desk, ListingId listing, guard::Seen theirs) {
  if (!theirs.quantity || desk.mode() != Mode::guard) co_return true;
  const auto* record = journal.find(desk.id(), listing);
  journal::Wish wish{
      .named_epoch = record != nullptr ? record->epoch : 0,
      .intent = {.command = model::SetQuantity{desk.id(), listing, *theirs.quantity, {}},
                 .before = {.quantity = theirs.quantity, .activity = theirs.activity, .at = theirs.at},
                 .origin = journal::Origin::put_back,
                 .who = "forestalld",
                 .reason = "crossed_a_person",
                 .explanation = found_json("crossed_a_person", *theirs.quantity),
                 .requested_at = clock.now()}};
  std::vector<journal::Wish> wishes;
  wishes.push_back(wish);
  const auto appended = co_await journal.append(std::move(wishes));
  if (!appended || !appended->front().done) {
    log.error("put_back_failed",
              {{"account", desk.id()},
               {"listing", listing},
               {"reason", appended ? "another intent came first" : to_string(appended.error())}});
    co_return false;
  }
  tell_intent(log, appended->front().epoch, wish.intent);
  ++desk.figures.put_back;
  log.warning("put_back", {{"account", desk.id()}, {"listing", listing}, {"quantity", *theirs.quantity}});
  co_return true;
}

}  // namespace forestall::acting
