// SPDX-License-Identifier: Apache-2.0
// One slice of decisions: facts, rule, and one durable append for all of it.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "daemon/acting/seller_acts.hpp"
#include "daemon/acting/tied.hpp"
#include "daemon/acting/told.hpp"
#include "daemon/acting/weigh.hpp"
#include "daemon/acting/writes.hpp"
#include "daemon/guard/rule.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using journal::State;
using namespace std::chrono_literals;

namespace {

// Whatever waited for one answer of Redis goes into the next append: a slow disk makes it longer, not later.
constexpr std::size_t skus_a_slice = 512;
constexpr auto slice_time = 2ms;  // of the loop's turn
constexpr std::size_t tell_at = 512;

journal::Intent intent_of(const guard::Explanation& e, const std::optional<guard::Seen>& last, Instant now) {
  journal::Intent intent{.command = command_of(e),
                         .who = e.rule,
                         .reason = std::string(guard::word(e.decision.reason)),
                         .explanation = guard::to_json(e),
                         .requested_at = now};
  if (last) intent.before = {.quantity = e.facts.shown, .activity = last->activity, .at = last->at};
  return intent;
}

// Not far from another answer: time alone may bring it.
bool is_close(const guard::Explanation& e) {
  if (!e.plan) return false;
  using forecasting::Reason;
  const auto& verdict = e.plan->verdict;
  if (verdict.reason == Reason::split_pays) return true;
  return verdict.reason == Reason::later_is_better && verdict.plenty_value - verdict.scarce_value < 0.1;
}

}  // namespace

guard::Explanation SellerActs::explain(const AccountDesk& desk, const ledger::StoredListing& listing) const {
  Explained kept;
  return explain(desk, listing, kept);
}

guard::Explanation SellerActs::explain(const AccountDesk& desk, const ledger::StoredListing& listing,
                                       Explained& kept) const {
  const auto found = [&] {
    return std::ranges::find_if(kept, [&](const guard::Explanation& one) {
      return one.facts.account == listing.account && one.facts.listing == listing.listing;
    });
  };
  const auto& mirror = ports_.seller.ledger->mirror();
  const auto ref = mirror.find_listing(listing.account, listing.listing.str());
  const auto with = ref ? decided_with(mirror, *ref) : std::nullopt;
  if (with && found() == kept.end())
    for (auto& one : floor_.decide(*with, guard::Detail::all))
      if (!one.facts.elsewhere) kept.push_back(std::move(one));
  if (const auto at = found(); at != kept.end()) return *at;
  return guard::decide(floor_.facts_of(desk, listing), ports_.clock.now());
}

bool SellerActs::resting(const std::string& field) const {
  const auto rest = floor_.rests.find(field);
  return rest != floor_.rests.end() && ports_.clock.monotonic() < rest->second.until;
}

// Where nothing is to be done the log says why, once for each change of the reason, and not at each look.
void SellerActs::tell_reason(const std::string& field, const AccountDesk& desk,
                             const ledger::StoredListing& listing, guard::Reason reason) {
  constexpr std::size_t most = 20'000;
  if (!floor_.log.enabled(LogLevel::debug)) return;
  if (reasons_.size() >= most && !reasons_.contains(field)) reasons_.clear();
  const auto [at, fresh] = reasons_.try_emplace(field, reason);
  if (!fresh && std::exchange(at->second, reason) == reason) return;
  floor_.log.debug("not_acting", {{"account", listing.account},
                                  {"listing", listing.listing},
                                  {"reason", guard::word(reason)},
                                  {"numbers", guard::to_json(explain(desk, listing))}});
}

void SellerActs::decide_listing(guard::Explanation explained, const Dirty& dirty, Slice& slice) {
  const auto found = floor_.listing(explained.facts.account, explained.facts.listing);
  if (!found) return;
  const auto& stored = *found;
  auto* const desk = floor_.desk(stored.account.str());
  // Not fit to act yet: everything is decided once it is.
  if (desk == nullptr) return;
  if (!desk->was_ready || desk->missing()) {
    desk->put_off = true;
    return;
  }
  const auto field = journal::field_of(stored.account, stored.listing);
  const auto now = ports_.clock.now();
  ++decided_;
  const auto* record = floor_.journal.find(stored.account, stored.listing);
  const auto last = floor_.custody.last(field);
  const auto mode = floor_.mode_of(*desk, stored);
  if (const auto dwell = floor_.times.dwell; dwell > Millis(0)) {
    const auto sent_at = floor_.last_sent(stored.account, stored.listing);
    if (sent_at && now - *sent_at < dwell) {
      floor_.sent_before.insert_or_assign(field, *sent_at);
      if (explained.decision.reason == guard::Reason::resting)
        floor_.decide_later(stored.account, stored.listing,
                            ports_.clock.monotonic() + (*sent_at + dwell - now));
    } else {
      floor_.sent_before.erase(field);
    }
  }
  if (!explained.decision.is_act()) {
    noted_.erase(field);
    tell_reason(field, *desk, stored, explained.decision.reason);
    if (mode == Mode::guard && floor_.pause_is_due(*desk, explained.facts) && !resting(field)) {
      auto intent = intent_of(explained, last, now);
      intent.command = model::SetQuantity{stored.account, stored.listing, Units{}, {}};
      intent.origin = journal::Origin::person;
      intent.who = explained.facts.hold->by;
      intent.reason = "paused_by_person";
      slice.wishes.push_back({{record != nullptr ? record->epoch : 0, std::move(intent)}, desk, {}, {}});
      return;
    }
    // It sold out while we watched, and no intent says so: written down, so that after a restart its zero is
    // still known to be no person's.
    const bool unclaimed = record == nullptr || (!is_open(record->state) && !claims_zero(*record));
    if (mode == Mode::guard && unclaimed && explained.facts.zero_is_ours && last &&
        last->quantity == Units{} && floor_.custody.saw_it_sell_out(field)) {
      // What it shows, not what it should: a raise that must not be made now is no part of this.
      auto intent = intent_of(explained, last, now);
      intent.command = model::SetQuantity{stored.account, stored.listing, Units{}, {}};
      intent.reason = "sold_out_by_itself";
      slice.wishes.push_back({{record != nullptr ? record->epoch : 0, std::move(intent)}, desk, {}, {}});
    }
    return;
  }
  reasons_.erase(field);
  if (mode != Mode::guard) {
    const auto wish = std::pair(explained.decision.target, explained.decision.reason);
    if (const auto [at, fresh] = noted_.try_emplace(field, wish);
        !fresh && std::exchange(at->second, wish) == wish)
      return;
    ++desk->figures.noted;
    slice.notes.push_back(intent_of(explained, last, now));
    if (mode == Mode::advise)
      floor_.log.notice(explained.decision.target == Units{} ? "would_have_paused" : "would_have_changed",
                        {{"account", stored.account},
                         {"listing", stored.listing},
                         {"to", explained.decision.target},
                         {"why", guard::to_text(explained)}});
    return;
  }
  if (resting(field)) return;  // decide_later looks again
  const double urgency = urgency_of(floor_, *desk, explained, explained.facts.shown.value_or(Units{}),
                                    explained.decision.target);
  slice.wishes.push_back({{record != nullptr ? record->epoch : 0, intent_of(explained, last, now)},
                          desk,
                          dirty.parsed_at,
                          urgency});
}

// What decide_sku() comes to where each of its listings fits.
void SellerActs::decided_plainly(ledger::SkuRef sku, std::size_t listings) {
  decided_ += listings;
  if (!noted_.empty() || !reasons_.empty())
    for (const auto listing : ports_.seller.ledger->mirror().listings_of(sku)) {
      const auto stored = ports_.seller.ledger->mirror().listing(listing);
      const auto field = journal::field_of(stored.account, stored.listing);
      noted_.erase(field);
      reasons_.erase(field);
    }
  floor_.beliefs.decided(sku, false);
  floor_.beliefs.exposed(sku, true, false);
  floor_.beliefs.selling(sku, ports_.clock.now(), true);
  foresight_.decided(sku);
}

// Once, of the first one that is met: more than this is never divided as well as it could be.
void SellerActs::tell_tied(const guard::Explanation& explained) {
  if (explained.facts.tied == 0 || !explained.limit || std::exchange(told_tied_, true)) return;
  floor_.log.warning("too_many_tied",
                     {{"sku", explained.facts.components[*explained.limit].sku},
                      {"listings", explained.facts.tied},
                      {"why",
                       "bundles tie more listings or SKUs together than are divided at once: decided "
                       "SKU by SKU, and what has no place shows nothing while its SKU is scarce"}});
}

// Of a group that is more than is decided at once: whoever decides another listing of the SKU has to know
// what is left of it.
void SellerActs::mark_deciders(ledger::SkuRef sku) {
  const auto& mirror = ports_.seller.ledger->mirror();
  if (tied_to(mirror, sku).whole) return;
  Deciders deciders(mirror);
  for (const auto listing : mirror.listings_of(sku))
    if (const auto with = deciders.of(listing); with && *with != sku)
      mark(std::string(mirror.name(*with)), {});
}

void SellerActs::decide_sku(const std::string& sku, const Dirty& dirty, PlainSight& sight, Slice& slice) {
  const auto& mirror = ports_.seller.ledger->mirror();
  const auto ref = mirror.find_sku(sku);
  if (const auto plain = ref ? sight.fits(*ref) : std::nullopt) {
    decided_plainly(*ref, *plain);
  } else if (ref) {
    bool shown = false, close = false;
    const bool was_split = floor_.beliefs.split(*ref) == true;
    for (auto& explained : floor_.decide(*ref)) {
      shown = shown || (explained.facts.shown && *explained.facts.shown > Units{});
      close = close || is_close(explained);
      if (explained.plan && explained.limit &&
          explained.facts.components[*explained.limit].sku.str() == sku) {
        const auto& verdict = explained.plan->verdict;
        const bool split = verdict.regime == forecasting::Regime::scarce;
        if (verdict.reason != forecasting::Reason::nothing_to_sell) floor_.beliefs.decided(*ref, split);
        floor_.beliefs.exposed(*ref, !split, explained.plan->exposed_units <= verdict.usable_units);
      }
      if (explained.facts.elsewhere) continue;
      tell_tied(explained);
      decide_listing(std::move(explained), dirty, slice);
    }
    if (was_split || floor_.beliefs.split(*ref) == true) mark_deciders(*ref);
    floor_.beliefs.selling(*ref, ports_.clock.now(), shown);
    if (close) close_.insert(sku);
    foresight_.decided(*ref);
  }
  if (dirty.sequence != 0) slice.done.emplace_back(sku, dirty.sequence);
}

awaitable<bool> SellerActs::decide_slice() {
  Slice slice;
  const auto begun = ports_.machine.monotonic();
  PlainSight sight(floor_, ports_.clock.now());
  while (!dirty_.empty() && slice.taken.size() < skus_a_slice &&
         ports_.machine.monotonic() - begun < slice_time) {
    auto node = dirty_.extract(dirty_.begin());
    decide_sku(node.key(), node.mapped(), sight, slice);
    slice.taken.insert(std::move(node));
  }
  last_decided_ = ports_.clock.now();
  if (slice.wishes.empty() && slice.notes.empty()) {
    to_tell_.insert(to_tell_.end(), slice.done.begin(), slice.done.end());
    co_await boost::asio::post(ports_.executor, use_awaitable);
    co_return true;
  }
  co_return co_await commit(std::move(slice));
}

// Decided is only what is durable: whatever fails goes back to be decided again.
awaitable<bool> SellerActs::commit(Slice slice) {
  // A bundle is reached through each of its SKUs: one wish of a listing is enough.
  std::map<std::string, std::size_t> newest;
  std::vector<journal::Wish> wishes;
  std::vector<std::size_t> from;
  for (std::size_t i = 0; i < slice.wishes.size(); ++i) {
    const auto& command = slice.wishes[i].wish.intent.command;
    const auto field = journal::field_of(journal::account_of(command), journal::listing_of(command));
    if (!newest.try_emplace(field, i).second) continue;
    from.push_back(i);
    wishes.push_back(slice.wishes[i].wish);
  }
  std::vector<std::string> noted;
  noted.reserve(slice.notes.size());
  for (const auto& note : slice.notes)
    noted.push_back(journal::field_of(journal::account_of(note.command), journal::listing_of(note.command)));
  const auto put_back = [&](bool notes_too) {
    // Not noted is what is not durable.
    if (notes_too)
      for (const auto& field : noted) noted_.erase(field);
    for (auto& [sku, dirty] : slice.taken) mark(sku, dirty);
  };
  auto appended = co_await floor_.journal.append(std::move(wishes));
  if (!appended) {
    floor_.log.warning("intents_not_stored", {{"reason", appended.error()}, {"intents", from.size()}});
    put_back(true);
    co_return false;
  }
  const auto durable_at = ports_.machine.monotonic();
  bool all = true;
  std::vector<journal::Move> adopted;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto& wished = slice.wishes[from[i]];
    const auto& intent = wished.wish.intent;
    if (!(*appended)[i].done) {
      all = false;
      // The epoch that is current may be our own, of an append whose answer was lost.
      floor_.act_on(wished.desk->id(), journal::listing_of(intent.command));
      continue;
    }
    tell_intent(floor_.log, (*appended)[i].epoch, intent);
    if (intent.reason == "sold_out_by_itself") {
      adopted.push_back({.account = wished.desk->id(),
                         .listing = journal::listing_of(intent.command),
                         .epoch = (*appended)[i].epoch,
                         .to = State::confirmed,
                         .detail = "found so"});
      continue;
    }
    if (intent.origin == journal::Origin::rule)
      floor_.urgencies.insert_or_assign(
          journal::field_of(wished.desk->id(), journal::listing_of(intent.command)),
          std::pair((*appended)[i].epoch, wished.urgency));
    ++wished.desk->figures.wished;
    if (wished.parsed_at)
      latency_.record(std::chrono::duration<double>(durable_at - *wished.parsed_at).count());
    floor_.act_on(wished.desk->id(), journal::listing_of(intent.command));
  }
  // What cannot be confirmed at once is found so by whoever reads the listing.
  if (!adopted.empty())
    if (auto ok = co_await floor_.journal.move(adopted); !ok)
      for (const auto& move : adopted) floor_.act_on(move.account, move.listing);
  if (auto ok = co_await floor_.journal.note(std::move(slice.notes)); !ok) {
    floor_.log.warning("wishes_not_noted", {{"reason", ok.error()}});
    put_back(true);
    co_return false;
  }
  if (!all) {
    // Another epoch is current by now: decided again, from what it is.
    put_back(false);
    co_return true;
  }
  to_tell_.insert(to_tell_.end(), slice.done.begin(), slice.done.end());
  co_return true;
}

awaitable<void> SellerActs::tell_decided(bool all) {
  if (to_tell_.empty() || (!all && to_tell_.size() < tell_at)) co_return;
  auto told = std::exchange(to_tell_, {});
  // Lost, they are decided once more after a restart, with the same result.
  if (auto ok = co_await ports_.seller.ledger->decided(std::move(told)); !ok)
    floor_.log.warning("decided_not_stored", {{"reason", ok.error()}});
}

}  // namespace forestall::acting
