// SPDX-License-Identifier: Apache-2.0
// What is in danger now.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>
#include <set>

#include "daemon/orders/live/order_desk.hpp"

namespace forestall::orders {

using boost::asio::awaitable;

namespace {

constexpr std::size_t slice = 40;          // orders with parcels cost up to 0.1 ms each
constexpr std::size_t told_in_a_row = 50;  // lines of the log about new flags, a look

awaitable<void> let_others_run() {
  co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
}

bool told_by_incident(Cause cause) {
  return cause == Cause::never_scanned || cause == Cause::parcel_stuck || cause == Cause::parcel_lost;
}

}  // namespace

awaitable<Looked> OrderDesk::look() {
  Looked out;
  const Instant now = clock_.now();
  out.at = now;
  models_.refresh();
  hand_over_.refresh();
  if (seller_.ledger == nullptr || !seller_.open) co_return out;
  const auto read_as = seller_.ledger->mirror().generation();

  // The open orders: the shortages of all of them have to be seen at once.
  std::set<parcels::OrderKey> seen;
  std::vector<parcels::OrderKey> urgent;
  std::optional<Shortages> shortages;
  {
    const auto& mirror = seller_.ledger->mirror();
    out.open_orders = mirror.open_orders();
    const auto orders = mirror.by_ship_by(rules_.most_open);
    shortages.emplace(mirror, orders);
    for (const model::OrderUpsert* order : orders) urgent.emplace_back(order->account, order->id);
  }
  for (std::size_t i = 0; i < urgent.size() && seller_.open; ++i) {
    if (i % slice == slice - 1) co_await let_others_run();
    const auto& key = urgent[i];
    const auto* order = seller_.ledger->mirror().order(key.first, key.second);
    const AccountPlace* p = place(key.first);
    // Closed meanwhile, or of a clock that runs ahead: next time.
    if (order == nullptr || p == nullptr || now < order->placed_at) continue;
    ++out.looked_at;
    seen.insert(key);
    for (Flag& flag : assess(facts_of(*order, *p, *shortages, knowledge(), now), rules_.risk, now))
      out.flags.push_back(std::move(flag));
  }
  co_await let_others_run();

  const parcels::ParcelModels& ordinary = before_ ? *before_ : models_;
  ordinary.refresh();
  // Those that have left, and open ones with a request or a parcel that are less urgent.
  std::vector<SilentParcel> silent;
  std::optional<parcels::OrderKey> last;
  for (bool more = true; more && seller_.open;) {
    auto at = last ? book_.orders().upper_bound(*last) : book_.orders().begin();
    for (std::size_t n = 0; at != book_.orders().end() && n < slice; ++at, ++n) {
      const auto& [key, dossier] = *at;
      last = key;
      const AccountPlace* p = place(key.first);
      if (p == nullptr || dossier.placed_at == Instant{} || now < dossier.placed_at) continue;
      out.under_way += static_cast<std::size_t>(
          std::ranges::count_if(dossier.parcels, [](const parcels::Tracked& t) { return !t.now.ended_at; }));
      add_silent(silent, key, dossier, *p, before_ ? *before_ : models_, now);
      if (seen.contains(key)) continue;
      ++out.looked_at;
      if (const auto* order = seller_.ledger->mirror().order(key.first, key.second)) {
        for (Flag& flag :
             assess(facts_of(*order, *p, Shortages(seller_.ledger->mirror(), {}), knowledge(), now),
                    rules_.risk, now))
          out.flags.push_back(std::move(flag));
      } else if (dossier.closed && dossier.handed_over_at) {
        const OrderFacts facts = facts_of(key, dossier, *p, knowledge(), now);
        if (!facts.parcel) continue;  // nothing is under way any more
        for (Flag& flag : assess(facts, rules_.risk, now)) out.flags.push_back(std::move(flag));
      }
    }
    more = at != book_.orders().end();
    if (more) co_await let_others_run();
  }

  if (!seller_.open || seller_.ledger->mirror().generation() != read_as) co_return out;
  std::set<IncidentKey> standing;
  for (const auto& [incident, since] : incidents_) standing.insert(incident);
  out.incidents = find_incidents(silent, rules_.incidents, standing);
  std::set<parcels::OrderKey> explained;
  for (const Incident& i : out.incidents) explained.insert(i.orders.begin(), i.orders.end());
  for (const auto& key : explained)
    if (const auto at = book_.orders().find(key); at != book_.orders().end())
      for (auto& t : at->second.parcels) t.explained = t.explained || !t.now.ended_at;
  std::erase_if(out.flags, [&](const Flag& f) {
    return told_by_incident(f.cause) && explained.contains({f.account, f.order});
  });
  rank(out.flags);
  tell_new(out, now);
  tell_incidents(out);
  last_ = out;
  co_return out;
}

void OrderDesk::tell_new(Looked& looked, Instant now) {
  std::map<FlagKey, Instant> raised;
  std::size_t told = 0;
  for (const Flag& f : looked.flags) {
    const FlagKey key{f.account, f.order, f.cause};
    const auto before = raised_.find(key);
    raised.emplace(key, before == raised_.end() ? now : before->second);
    if (before != raised_.end()) continue;
    ++figures_.raised[f.cause];
    if (++told > told_in_a_row) continue;
    log_.info("order_at_risk", {{"account", f.account},
                                {"order", f.order},
                                {"cause", word(f.cause)},
                                {"at", now},
                                {"hard", f.hard},
                                {"probability", f.probability},
                                {"deadline", f.deadline},
                                {"act_by", f.act_by},
                                {"stake", f.stake},
                                {"next", word(f.next)},
                                {"why", f.why}});
  }
  if (told > told_in_a_row) log_.notice("orders_at_risk", {{"new", told}, {"told", told_in_a_row}});
  raised_ = std::move(raised);
}

// Once when it begins and once when it is over, whatever its parcels do meanwhile.
void OrderDesk::tell_incidents(const Looked& looked) {
  std::map<IncidentKey, Instant> standing;
  for (const Incident& i : looked.incidents) {
    const IncidentKey key = key_of(i);
    standing.emplace(key, i.since);
    if (incidents_.contains(key)) continue;
    log_.notice("parcel_incident", {{"kind", word(i.kind)},
                                    {"carrier", i.carrier},
                                    {"place", i.place},
                                    {"at", looked.at},
                                    {"since", i.since},
                                    {"parcels", i.parcels},
                                    {"of", i.of},
                                    {"expected", i.expected}});
  }
  for (const auto& [key, since] : incidents_)
    if (!standing.contains(key))
      log_.notice("parcel_incident_over", {{"kind", word(std::get<0>(key))},
                                           {"carrier", std::get<1>(key)},
                                           {"place", std::get<2>(key)},
                                           {"at", looked.at},
                                           {"since", since}});
  incidents_ = std::move(standing);
}

std::optional<Instant> OrderDesk::since(const Flag& flag) const {
  const auto found = raised_.find({flag.account, flag.order, flag.cause});
  return found == raised_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace forestall::orders
