// SPDX-License-Identifier: Apache-2.0
// What the desk hears and learns.
#include "daemon/orders/live/order_desk.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

namespace forestall::orders {

using boost::asio::awaitable;
using model::OrderUpsert;
using model::ShipmentUpdate;

namespace {

constexpr std::size_t most_closed = 500'000;
constexpr std::size_t most_sales = 16;  // of one SKU
constexpr std::size_t most_sold_skus = 100'000;
constexpr auto fresh_within = std::chrono::hours(2);  // an order seen so soon was seen as it was placed
constexpr std::size_t slice = 64;
constexpr std::int32_t refit_every = 7;  // days
constexpr std::int32_t a_week = 8;       // days of which each weekday is one, whole

awaitable<void> let_others_run() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

std::optional<Instant> handed_over_at(const OrderUpsert& order) {
  std::optional<Instant> last;
  for (const auto& line : order.lines)
    for (const auto& part : line.portions) last = std::max(last, part.shipped_at);
  return last;
}

// What was known already is put again: an answer that was lost may have applied it.
bool taken(ledger::Outcome outcome) { return ledger::changed(outcome) || outcome == ledger::Outcome::known; }

}  // namespace

OrderDesk::OrderDesk(flow::Seller& seller, Clock& clock, Logger log, DeskRules rules)
    : seller_(seller), clock_(clock), log_(std::move(log)), rules_(rules) {
  settle_places();
  models_.top_up(parcels::day_of(clock.now()));
  hand_over_.top_up(parcels::day_of(clock.now()));
  book_.listen([this](const parcels::Step& step) { stepped(step); });
}

void OrderDesk::settle_places() {
  std::vector<const config::AccountSettings*> accounts;
  accounts.reserve(seller_.accounts.size());
  for (const flow::Account* a : seller_.accounts) accounts.push_back(&a->settings);
  places_ = places_of(accounts);
}

void OrderDesk::settle_places(std::span<const config::AccountSettings> all) {
  std::vector<const config::AccountSettings*> accounts;
  accounts.reserve(all.size());
  for (const auto& account : all)
    if (account.seller == seller_.settings.id) accounts.push_back(&account);
  places_ = places_of(accounts);
}

const AccountPlace* OrderDesk::place(const AccountId& account) const {
  const auto found = places_.find(account);
  return found == places_.end() ? nullptr : &found->second;
}

std::uint64_t OrderDesk::hash(const AccountId& account, const OrderId& order) {
  return std::hash<std::string>{}(account.str() + '\x1f' + order.str());
}

void OrderDesk::heard(const flow::Fresh& fresh) {
  if (&fresh.seller != &seller_) return;
  const Instant now = clock_.now();
  for (std::size_t i = 0; i < fresh.observations.size() && i < fresh.applied.outcomes.size(); ++i) {
    const auto outcome = fresh.applied.outcomes[i];
    if (!taken(outcome)) continue;
    if (const auto* order = std::get_if<OrderUpsert>(&fresh.observations[i]))
      hear(*order, ledger::changed(outcome), now);
    else if (const auto* parcel = std::get_if<ShipmentUpdate>(&fresh.observations[i]))
      book_.put(*parcel, now);
    else if (const auto* request = std::get_if<model::CancelRequest>(&fresh.observations[i]))
      book_.put(*request);
  }
  // A page tells the order before its parcels: a dossier that begins with a parcel is completed here.
  // What the ledger refused as older says nothing about the order as it is now.
  for (std::size_t i = 0; i < fresh.observations.size() && i < fresh.applied.outcomes.size(); ++i)
    if (const auto* order = std::get_if<OrderUpsert>(&fresh.observations[i]);
        order && taken(fresh.applied.outcomes[i]))
      book_.put(*order);
}

void OrderDesk::hear(const OrderUpsert& order, bool fresh, Instant now) {
  for (const auto& line : order.lines)
    if (line.unit_price && prices_.size() < most_sold_skus)
      prices_.insert_or_assign({order.account, line.listing}, *line.unit_price);
  if (!order.closed_at) {
    if (fresh) sight(order, now);
    return;
  }
  closed(order, now);
}

// Seen for the first time: what the record said then is what blame hangs on later.
void OrderDesk::sight(const OrderUpsert& order, Instant now) {
  const auto [at, first] = sightings_.try_emplace({order.account, order.id});
  Sighting& s = at->second;
  s.was_pending = order.state == model::OrderState::pending;
  if (!first) return;
  s.seen_at = now;
  if (now - order.placed_at > fresh_within) return;
  const auto& mirror = seller_.ledger->mirror();
  for (const auto& line : order.lines) {
    const auto listing = mirror.find_listing(order.account, line.listing.str());
    if (!listing) continue;
    for (const auto& part : mirror.parts(*listing)) {
      const auto state = mirror.state(part.sku, line.pool);
      if (state && state->certainty != model::Certainty::unknown) {
        // The mirror has taken this order off already.
        const Units before = state->available + line.ordered * part.units.count();
        if (!s.available || before < *s.available) s.available = before;
      }
      if (sales_.size() >= most_sold_skus) sales_.clear();
      auto& sales = sales_[std::string(mirror.name(part.sku))];
      sales.push_back({order.id, order.placed_at, now});
      if (sales.size() > most_sales) sales.pop_front();
    }
  }
}

void OrderDesk::learn_hand_over(const OrderUpsert& order, Instant at) {
  const AccountPlace* p = place(order.account);
  if (p == nullptr || at < order.placed_at) return;
  const Instant from = std::max(order.placed_at, ticked_at_.value_or(order.placed_at));
  if (from < at) {
    hazard_of_left_ += hand_over_.hazard(order.account, p->zone, order.placed_at, from, at);
    hand_over_.waiting(order.account, p->zone, order.placed_at, from, at);
  }
  hand_over_.handed_over(order.account, p->zone, order.placed_at, at);
  left_since_tick_ += 1;
}

void OrderDesk::closed(const OrderUpsert& order, Instant now) {
  const parcels::OrderKey key{order.account, order.id};
  const auto seen = sightings_.find(key);
  const Sighting* sighting = seen == sightings_.end() ? nullptr : &seen->second;
  if (closed_.size() >= most_closed) closed_.clear();
  const bool first = closed_.insert(hash(order.account, order.id)).second;
  if (first || sighting != nullptr) {
    if (const auto at = handed_over_at(order)) {
      // While history is read the models may know it already.
      if (!loading_ || learning_history_) {
        if (sighting == nullptr && ticked_at_ && *at < *ticked_at_) {
          // Never met while it waited: the whole of its wait is news.
          const AccountPlace* p = place(order.account);
          if (p != nullptr && *at >= order.placed_at) {
            hand_over_.waiting(order.account, p->zone, order.placed_at, order.placed_at, *at);
            hand_over_.handed_over(order.account, p->zone, order.placed_at, *at);
          }
        } else {
          learn_hand_over(order, *at);
        }
      }
      late_to_carrier(order, *at);
    }
    attribute_cancel(order, sighting);
  }
  if (seen != sightings_.end()) sightings_.erase(seen);
  (void)now;
}

void OrderDesk::put(Verdict verdict) {
  const bool cancelled = verdict.cancelled;
  const Blame blame = verdict.blame;
  if (!loading_)
    log_.info("order_ended", {{"account", verdict.account},
                              {"order", verdict.order},
                              {"what", cancelled ? "cancelled" : "late"},
                              {"cause", word(blame)},
                              {"units", word(verdict.units)},
                              {"why", verdict.why}});
  if (causes_.put(std::move(verdict)) && !loading_) ++figures_.ended[{cancelled, blame}];
}

void OrderDesk::late_to_carrier(const OrderUpsert& order, Instant at) {
  if (!order.ship_by || at <= *order.ship_by || causes_.find(order.account, order.id, false) != nullptr)
    return;
  EndedOrder e;
  e.placed_at = order.placed_at;
  e.ship_by = order.ship_by;
  e.deliver_by = order.deliver_by;
  e.handed_over_at = at;
  const Attribution a = attribute(e);
  put({order.account, order.id, false, at, a.blame, a.units, a.why, parcels::value_of(order)});
}

void OrderDesk::attribute_cancel(const OrderUpsert& order, const Sighting* seen) {
  const model::OrderLine* line = nullptr;
  for (const auto& l : order.lines)
    if (l.cancelled && l.cancelled->units > Units() &&
        (line == nullptr || l.cancelled->units > line->cancelled->units))
      line = &l;
  if (line == nullptr || causes_.find(order.account, order.id, true) != nullptr) return;
  const auto& cancel = *line->cancelled;
  EndedOrder e;
  e.cancelled = true;
  e.by = cancel.by;
  e.reason = cancel.reason;
  e.placed_at = order.placed_at;
  e.ship_by = order.ship_by;
  e.deliver_by = order.deliver_by;
  e.handed_over_at = handed_over_at(order);
  e.payment_was_pending = seen != nullptr && seen->was_pending;
  const parcels::OrderKey key{order.account, order.id};
  if (const auto* dossier = book_.order(key)) {
    e.buyer_asked = dossier->asked_ever;
    for (const auto& t : dossier->parcels)
      e.parcel_lost = e.parcel_lost || t.now.state == model::ShipmentState::lost || t.given_up;
  }
  const auto& mirror = seller_.ledger->mirror();
  e.units = cancel.units;
  if (const auto listing = mirror.find_listing(order.account, line->listing.str())) {
    const auto parts = mirror.parts(*listing);
    e.is_bundle = parts.size() > 1;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto state = mirror.state(parts[i].sku, line->pool);
      if (i > 0 && state && state->certainty != model::Certainty::unknown && state->available < Units())
        e.other_part_short = true;
      // Who was placed earlier and seen later than this one came.
      if (const auto sales = sales_.find(std::string(mirror.name(parts[i].sku))); sales != sales_.end())
        for (const Sale& s : sales->second)
          if (s.order != order.id && s.placed_at <= order.placed_at && s.seen_at > order.placed_at &&
              (!e.rival_placed_at || s.placed_at > *e.rival_placed_at)) {
            e.rival_placed_at = s.placed_at;
            e.rival_seen_at = s.seen_at;
          }
    }
  }
  if (seen != nullptr) e.available_at_placing = seen->available;
  // Enough for everybody: then it does not matter who was seen when.
  if (e.available_at_placing && *e.available_at_placing >= e.units) {
    e.rival_placed_at.reset();
    e.rival_seen_at.reset();
  }
  const Attribution a = attribute(e);
  put({order.account, order.id, true, cancel.at, a.blame, a.units, a.why, parcels::value_of(order)});
}

void OrderDesk::stepped(const parcels::Step& step) {
  const AccountPlace* p = place(step.order.first);
  if (p == nullptr) return;
  const parcels::Place where{p->calendar, p->zone};
  parcels::Tracked& t = step.parcel;
  const parcels::Parcel& after = t.now;
  const Instant now = clock_.now();
  const auto since = parcels::silent_since(step.before);
  const auto began = step.before.first_scan_at ? step.before.last_scan_at : after.label_at;
  const bool scanned =
      after.last_scan_at && (!step.before.last_scan_at || *after.last_scan_at > *step.before.last_scan_at);
  // In history only the first scan is known apart from the last one.
  const bool learn = !loading_ || learning_history_;
  if (scanned && learn && began) {
    const Instant at = step.before.first_scan_at ? *after.last_scan_at : *after.first_scan_at;
    parcels::Parcel before = step.before;
    before.label_at = before.label_at ? before.label_at : after.label_at;
    if (at > *began && !t.explained) {
      models_.silent(before, where, std::clamp(t.taught_until, *began, at), at);
      models_.scanned(before, where, *began, at);
    }
  }
  if (scanned) {
    t.given_up = t.taught_final = t.explained = false;
    t.taught_until = *after.last_scan_at;
  } else if (t.taught_until == Instant{} && since) {
    t.taught_until = *since;
  }
  if (scanned && !step.before.first_scan_at && !after.ended_at && !loading_)
    t.said_late = models_.look(after, where, after.deliver_by, now).late_raw;
  if (after.ended_at && !step.before.ended_at) {
    if (learn || (saved_at_ && *after.ended_at > *saved_at_)) models_.ended(after, where, now);
    ended(step.order, step.dossier, t, now);
  }
}

void OrderDesk::ended(const parcels::OrderKey& key, const parcels::Dossier& d, parcels::Tracked& t,
                      Instant now) {
  const parcels::Parcel& p = t.now;
  const auto deliver_by = d.deliver_by ? d.deliver_by : p.deliver_by;
  const bool lost = p.state == model::ShipmentState::lost || t.given_up;
  const bool late = lost || (p.delivered_at && deliver_by && *p.delivered_at > *deliver_by);
  if (t.said_late >= 0 && deliver_by) {
    models_.judged(t.said_late, late, parcels::day_of(now));
    t.said_late = -1;
  }
  if (!late || p.state == model::ShipmentState::returned) return;
  EndedOrder e;
  e.placed_at = d.placed_at;
  e.ship_by = d.ship_by;
  e.deliver_by = deliver_by;
  e.handed_over_at = d.handed_over_at ? d.handed_over_at : p.label_at;
  // A channel counts the first scan; a label that waits for days was not handed over.
  if (p.first_scan_at && e.handed_over_at) e.handed_over_at = std::max(*p.first_scan_at, *e.handed_over_at);
  e.delivered_at = p.delivered_at;
  e.parcel_lost = lost;
  const Attribution a = attribute(e);
  put({key.first, key.second, false, p.delivered_at.value_or(now), a.blame, a.units, a.why, d.value});
}

awaitable<void> OrderDesk::tick() {
  if (!loaded()) co_return;
  const Instant now = clock_.now();
  const std::int32_t day = parcels::day_of(now);
  models_.refresh();
  hand_over_.refresh();
  models_.top_up(day);
  hand_over_.top_up(day);
  if (day != remembered_on_) {
    if (known_since_ == 0) known_since_ = saved_at_ ? day - a_week : day;
    auto yesterday = std::exchange(today_, models_);
    // Who has not met each day of the week takes the first Sunday for an incident.
    if (day >= known_since_ + a_week) before_ = std::move(yesterday);
    remembered_on_ = day;
  }
  if (models_.refitted() == 0 || day - models_.refitted() >= refit_every) models_.refit(day);

  // Parcels: silent up to when a carrier last told of them.
  parcels::ParcelModels::OpenSilences open_silences;
  std::optional<parcels::OrderKey> last;
  for (bool more = true; more;) {
    auto at = last ? book_.orders().upper_bound(*last) : book_.orders().begin();
    for (std::size_t n = 0; at != book_.orders().end() && n < slice; ++at, ++n) {
      last = at->first;
      const AccountPlace* p = place(at->first.first);
      if (p == nullptr) continue;
      for (auto& t : at->second.parcels) {
        const auto since = parcels::silent_since(t.now);
        if (!since || t.now.ended_at || t.given_up || !t.now.heard_of) continue;
        const Instant until = std::min(now, t.answered_at.value_or(*since));
        const Instant from = std::max(*since, t.taught_until);
        if (until > from && !t.explained) {
          models_.silent(t.now, {p->calendar, p->zone}, from, until);
          t.taught_until = until;
        }
        const auto chances = models_.look(t.now, {p->calendar, p->zone}, std::nullopt, now);
        (t.now.first_scan_at ? open_silences.gaps : open_silences.labels) += 1;
        // Those that were taught as final are in the shares already.
        if (!t.taught_final) {
          open_silences.gaps_final += chances.lost;
          open_silences.labels_final += chances.never_scanned;
        }
        const Millis silent = now - *since;
        if (!t.taught_final &&
            silent >= (t.now.first_scan_at ? rules_.gap_final_after : rules_.label_final_after)) {
          t.taught_final = true;
          models_.gone(t.now, {p->calendar, p->zone}, now);
        }
        if (silent < rules_.lost_after) continue;
        t.given_up = true;
        models_.ended(t.now, {p->calendar, p->zone}, now);
        ended(at->first, at->second, t, now);
      }
    }
    more = at != book_.orders().end();
    if (more) co_await let_others_run();
  }

  models_.settle(open_silences, day);

  // Open orders: not handed over since the last time.
  const Instant before = ticked_at_.value_or(now);
  double expected = 0;
  std::optional<parcels::OrderKey> last_order;
  for (bool more = true; more && before < now && seller_.open;) {
    const auto& open = seller_.ledger->mirror().all_open();
    auto at = last_order ? open.upper_bound(*last_order) : open.begin();
    for (std::size_t n = 0; at != open.end() && n < slice; ++at, ++n) {
      last_order = at->first;
      const OrderUpsert& order = at->second;
      const AccountPlace* p = place(order.account);
      if (p == nullptr || order.state == model::OrderState::pending || order.placed_at >= now) continue;
      const Instant from = std::max(before, order.placed_at);
      hand_over_.waiting(order.account, p->zone, order.placed_at, from, now);
      expected += hand_over_.hazard(order.account, p->zone, order.placed_at, from, now);
    }
    more = at != open.end();
    if (more) co_await let_others_run();
  }
  if (before < now) hand_over_.moved(expected + hazard_of_left_, left_since_tick_, now - before);
  left_since_tick_ = hazard_of_left_ = 0;
  ticked_at_ = now;
  book_.forget(now);
}

}  // namespace forestall::orders
