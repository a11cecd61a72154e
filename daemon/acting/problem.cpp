// SPDX-License-Identifier: Apache-2.0
// From a SKU to everything its decision may use: the listings that share its stock, what is believed of it,
// and how long each account is blind.
#include <algorithm>

#include "config/settings/settings.hpp"
#include "daemon/acting/floor.hpp"
#include "daemon/acting/tied.hpp"
#include "daemon/guard/rule.hpp"
#include "daemon/polling/blind_window.hpp"

namespace forestall::acting {

using ledger::SkuRef;
using namespace std::chrono_literals;

namespace {

// However much a listing sells, its removal counts for no more than this many cancellations.
constexpr double most_removal_factor = 20;

}  // namespace

const Floor::Pace& Floor::pace_of(const AccountDesk& desk) const {
  auto& pace = paces[desk.id().str()];
  if (pace.at != Instant{} && clock.now() - pace.at < 5min) return pace;
  pace = {.seen = 5min, .flight = 12min, .late = times.late_for, .at = clock.now()};
  if (const auto* blind = desk.account.blind_window; blind != nullptr) {
    using polling::Leg;
    pace.seen = blind->quantile(Leg::placed_to_seen, 0.5);
    // The tail: what is slow today is what sells twice.
    pace.flight = blind->quantile(Leg::seen_to_sent, 0.9) + blind->quantile(Leg::sent_to_live, 0.9);
    // Several times the slowest of those that were seen; before there are enough of them, as long as may be.
    constexpr std::uint64_t enough = 20;
    if (blind->measured(Leg::sent_to_live) >= enough)
      pace.late = std::clamp<Millis>(4 * blind->quantile(Leg::sent_to_live, 0.99), 30min, times.late_for);
  }
  return pace;
}

double Floor::cancel_cost(const AccountDesk& desk) const {
  const auto& settings = seller.settings;
  double k = settings.cancellation_cost_in_margins;
  if (settings.cancellation_cost && settings.margin_per_unit && settings.margin_per_unit->minor() > 0 &&
      settings.cancellation_cost->currency() == settings.margin_per_unit->currency())
    k = static_cast<double>(settings.cancellation_cost->minor()) /
        static_cast<double>(settings.margin_per_unit->minor());
  return k * std::max(1.0, desk.account.cancel_cost_factor);
}

Floor::Setting Floor::setting_of(std::span<const AccountDesk* const> distinct) const {
  Setting setting;
  std::vector<AccountId> accounts;
  Millis flight{0};
  for (const auto* desk : distinct) {
    setting.k = std::max(setting.k, cancel_cost(*desk));
    flight = std::max(flight, pace_of(*desk).flight);
    accounts.push_back(desk->id());
  }
  setting.blind = flight;
  for (const auto* desk : distinct)
    setting.blind +=
        std::chrono::duration_cast<Millis>(beliefs.share(desk->id(), accounts) * pace_of(*desk).seen);
  return setting;
}

Floor::Outlook Floor::outlook_of(const AccountDesk& desk, Instant at) const {
  const auto& pace = pace_of(desk);
  const Instant seen_until = desk.account.orders_complete_before.value_or(clock.now() - pace.seen);
  return {.cancel_cost = cancel_cost(desk),
          .window = {.seen_until = seen_until + (at - clock.now()),
                     .flight = pace.flight,
                     .closed = pace.seen + pace.flight}};
}

void Floor::fill_terms(const Outlook& outlook, const guard::SkuDemand& demand, const Setting& setting,
                       double share, Instant at, forecasting::ListingTerms& terms) const {
  terms.margin = 1;
  terms.cancel_cost = std::max(0.0, outlook.cancel_cost - terms.margin);
  terms.write_cost = guard::write_cost_in_margins * terms.margin;
  auto window = outlook.window;
  window.share = share;
  guard::fill_demand(beliefs.model(), demand, window, at, setting.blind, terms);
}

double Floor::cancel_cost(const AccountDesk& desk, const ListingId& listing, double a_day) const {
  const double k = cancel_cost(desk);
  if (!desk.account.near_removal.contains(listing.str())) return k;
  using Days = std::chrono::duration<double, std::chrono::days::period>;
  const double days = Days(desk.account.settings.cancel_limit.breach_costs).count();
  return std::min(k + days * a_day, k * most_removal_factor);
}

// The intent in force may not have been sent: then its predecessor's write counts.
std::optional<Instant> Floor::last_sent(const AccountId& account, const ListingId& listing) const {
  std::optional<Instant> last;
  if (const auto* record = journal.find(account, listing)) {
    last = record->sent_at;
    for (const auto& late : record->late) last = std::max(last.value_or(late.sent_at), late.sent_at);
  }
  if (const auto before = sent_before.find(journal::field_of(account, listing)); before != sent_before.end())
    last = std::max(last.value_or(before->second), before->second);
  return last;
}

// Of its shoppers, as its first component is asked for.
double Floor::units_a_day(const guard::ListingFacts& facts, std::span<const AccountId> among,
                          Instant now) const {
  if (facts.components.empty()) return 0;
  const auto& component = facts.components.front();
  const auto sku = seller.ledger->mirror().find_sku(component.sku.str());
  const auto& model = beliefs.model();
  if (!sku || static_cast<std::uint32_t>(*sku) >= model.size()) return 0;
  const auto level = model.level(static_cast<guard::DemandModel::Index>(*sku), now);
  return level.mean_units_per_hour() * 24 * beliefs.share(facts.account, among) /
         static_cast<double>(component.units.count());
}

std::vector<guard::Explanation> Floor::decide(SkuRef first, guard::Detail detail,
                                              const Reading* reading) const {
  return decide(first, detail, reading, clock.now());
}

std::vector<guard::Explanation> Floor::decide(SkuRef first, guard::Detail detail, const Reading* reading,
                                              const Instant now) const {
  const auto& mirror = seller.ledger->mirror();
  const Tied tied = tied_to(mirror, first);
  std::vector<guard::ListingFacts> facts;
  std::vector<AccountId> accounts;
  facts.reserve(tied.listings.size());
  bool some_write = false, some_watch = false;
  std::vector<const AccountDesk*> desks_of, distinct;
  std::vector<bool> writes;
  Deciders deciders(mirror);
  for (const auto ref : tied.listings) {
    const auto stored = mirror.listing(ref);
    const auto* const desk = this->desk(stored.account.str());
    if (desk == nullptr) continue;
    const bool read =
        reading != nullptr && reading->account == stored.account && reading->listing == stored.listing;
    facts.push_back(facts_of(*desk, stored, read ? &reading->seen : nullptr));
    desks_of.push_back(desk);
    facts.back().elsewhere = !tied.whole && deciders.of(ref) != first;
    writes.push_back(mode_of(*desk, stored) == Mode::guard && !desk->missing());
    (writes.back() ? some_write : some_watch) = true;
    if (std::ranges::find(accounts, stored.account) == accounts.end()) {
      accounts.push_back(stored.account);
      distinct.push_back(desk);
    }
  }
  // What is believed of each SKU: its shelf at the dearest cancellation of its accounts, its demand.
  auto setting = setting_of(distinct);
  std::vector<double> costs;
  costs.reserve(facts.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const auto& desk = *desks_of[i];
    const auto& listing = facts[i].listing;
    const bool near_removal = desk.account.near_removal.contains(listing.str());
    costs.push_back(near_removal ? cancel_cost(desk, listing, units_a_day(facts[i], accounts, now))
                                 : cancel_cost(desk));
    setting.k = std::max(setting.k, costs.back());
  }
  std::optional<std::pair<SkuRef, guard::SkuDemand>> demand;  // as asked for last
  for (std::size_t i = 0; i < facts.size(); ++i) {
    auto& one = facts[i];
    const auto& desk = *desks_of[i];
    auto& terms = one.offer.terms;
    auto outlook = outlook_of(desk, now);
    outlook.cancel_cost = costs[i];
    terms.margin = 1;
    terms.cancel_cost = std::max(0.0, costs[i] - terms.margin);
    terms.write_cost = guard::write_cost_in_margins * terms.margin;
    const auto& capabilities = desk.account.marketplace != nullptr ? desk.account.marketplace->capabilities()
                                                                   : model::Capabilities{};
    one.offer.unproven = capabilities.decrements_atomically == model::Proof::unproven;
    one.offer.lot_units = times.unproven_lot;
    if (const auto sent_at = times.dwell > Millis(0) ? last_sent(one.account, one.listing) : std::nullopt)
      one.offer.rested = now - *sent_at >= times.dwell;
    // The component that limits it says what its shoppers ask for.
    std::size_t limit = 0;
    one.offer.promised = one.components.empty();
    for (std::size_t c = 0; c < one.components.size(); ++c) {
      auto& component = one.components[c];
      const auto sku = mirror.find_sku(component.sku.str());
      if (sku && component.certainty != model::Certainty::unknown)
        component.believed = beliefs.believed(*sku, component.available, setting.k);
      // Every listing to zero and back: what it costs to be wrong twice.
      one.offer.promised = one.offer.promised || !sku || beliefs.promised(*sku);
      if (const auto split = sku ? beliefs.split(*sku) : std::nullopt; split)
        component.plenty_bias =
            guard::mind_change_cost(guard::write_cost_in_margins, facts.size()) * (*split ? -1 : 1);
      if (guard::enough_for(one, component) < guard::enough_for(one, one.components[limit])) limit = c;
    }
    if (one.components.empty()) continue;
    const auto& component = one.components[limit];
    const auto sku = mirror.find_sku(component.sku.str());
    if (!sku) continue;
    if (!demand || demand->first != *sku)
      demand.emplace(
          *sku, beliefs.demand(*sku, now, component.available, seller.settings.lead_time, setting.blind));
    const auto siblings = std::ranges::count_if(facts, [&](const guard::ListingFacts& other) {
      return other.account == one.account &&
             std::ranges::find(other.components, component.sku, &guard::ComponentFacts::sku) !=
                 other.components.end();
    });
    if (static_cast<std::uint32_t>(*sku) < beliefs.model().size())
      one.offer.order_size = &beliefs.model().order_size(static_cast<guard::DemandModel::Index>(*sku));
    one.offer.next_order =
        beliefs.share(one.account, accounts) / static_cast<double>(std::max<std::ptrdiff_t>(1, siblings));
    const double share = one.offer.next_order / static_cast<double>(component.units.count());
    fill_terms(outlook, demand->second, setting, share, now, terms);
    auto window = outlook.window;
    window.share = share;
    const auto span = guard::offer_span(beliefs.model(), window, now);
    one.offer.writes = planner::way_of(one.offer.writes, guard::units_in_flight(demand->second, span));
  }
  if (!tied.whole)
    for (auto& one : facts) cut(one, first, tied);
  if (!(some_write && some_watch)) return guard::decide_together(std::move(facts), now, detail);

  // Those that are written must not count on those that are only watched; those that are watched are told
  // what would be done if all were written.
  auto watched = guard::decide_together(facts, now, detail);
  for (std::size_t i = 0; i < facts.size(); ++i) facts[i].pinned = !writes[i];
  auto written = guard::decide_together(std::move(facts), now, detail);
  for (std::size_t i = 0; i < written.size(); ++i)
    if (!writes[i]) written[i] = std::move(watched[i]);
  return written;
}

// Of a group that is more than is decided at once: the listing's other SKUs are what their own decisions made
// of them.
void Floor::cut(guard::ListingFacts& facts, SkuRef first, const Tied& tied) const {
  using Share = guard::ComponentFacts::Share;
  const auto& mirror = seller.ledger->mirror();
  facts.tied = tied.seen;
  for (auto& component : facts.components) {
    const auto sku = mirror.find_sku(component.sku.str());
    if (!sku || *sku == first) continue;
    const bool scarce = beliefs.split(*sku) == true || guard::enough_for(facts, component) == 0;
    component.share = scarce && !facts.elsewhere ? Share::split : Share::bound;
    if (component.share != Share::split) continue;
    for (const auto other : mirror.listings_of(*sku)) {
      if (std::ranges::find(tied.listings, other) != tied.listings.end()) continue;
      if (mirror.pool_of(other) != model::Pool::own) continue;
      const auto stored = mirror.listing(other);
      const auto* const desk = this->desk(stored.account.str());
      if (desk == nullptr) continue;
      const auto known = facts_of(*desk, stored);
      const auto& exposure = known.offer.exposure;
      std::int64_t units = exposure.known || exposure.pending > 0 ? exposure.units : 0;
      if (!exposure.known && known.shown) units = std::max(units, known.shown->count());
      facts.provisional = facts.provisional || known.provisional;
      for (const auto& part : stored.components)
        if (part.sku == component.sku) component.elsewhere += part.units * units;
    }
  }
}

std::optional<guard::Explanation> Floor::decide(const AccountId& account, const ListingId& listing,
                                                guard::Detail detail, const guard::Seen* reading) const {
  const auto& mirror = seller.ledger->mirror();
  const auto ref = mirror.find_listing(account, listing.str());
  if (!ref) return std::nullopt;
  const auto parts = mirror.parts(*ref);
  const auto* const desk = this->desk(account.str());
  if (desk == nullptr) return std::nullopt;
  if (parts.empty()) return guard::decide(facts_of(*desk, mirror.listing(*ref), reading), clock.now());
  Reading seen{account, listing, reading != nullptr ? *reading : guard::Seen{}};
  const auto with = decided_with(mirror, *ref).value_or(parts.front().sku);
  for (auto& one : decide(with, detail, reading != nullptr ? &seen : nullptr))
    if (one.facts.account == account && one.facts.listing == listing) return std::move(one);
  return std::nullopt;
}

}  // namespace forestall::acting
