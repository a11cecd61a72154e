// SPDX-License-Identifier: Apache-2.0
#include "daemon/parcels/parcel_book.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <span>
#include <utility>

namespace forestall::parcels {
namespace {

using namespace std::chrono_literals;
using model::OrderUpsert;
using model::ShipmentUpdate;

constexpr std::size_t nobody = std::numeric_limits<std::size_t>::max();
constexpr std::uint32_t patience = 3;  // questions to one server in vain
constexpr Millis kept_after_end = 24h;
constexpr Millis given_up_after = 60 * 24h;     // of a parcel's last sign of life
constexpr std::size_t most_looked_at = 20'000;  // of those due, the longest due
constexpr std::size_t most_parcels = 100;       // of one order
constexpr std::size_t most_over = 500'000;      // remembered, twice

Units live_units(const model::OrderLine& line) {
  return line.ordered - (line.cancelled ? line.cancelled->units : Units());
}

std::optional<Instant> handed_over(const OrderUpsert& order) {
  std::optional<Instant> last;
  for (const auto& line : order.lines) {
    Units shipped;
    for (const auto& part : line.portions) {
      if (!part.shipped_at) continue;
      shipped += part.units;
      last = std::max(last, part.shipped_at);
    }
    if (shipped < live_units(line)) return std::nullopt;
  }
  return last;
}

Instant last_sign(const Tracked& t) {
  Instant at = t.now.label_at.value_or(t.known_since);
  for (const auto& seen : {t.now.last_scan_at, t.now.deliver_by})
    if (seen) at = std::max(at, *seen);
  return at;
}

std::size_t hash_of(const OrderKey& key, const TrackingId& tracking) {
  return std::hash<std::string>{}(key.first.str() + '\x1f' + key.second.str() + '\x1f' + tracking.str());
}

bool is_over(const Tracked& t, Instant now) {
  return (t.now.ended_at && now >= *t.now.ended_at + kept_after_end) || now >= last_sign(t) + given_up_after;
}

}  // namespace

std::optional<Money> value_of(const OrderUpsert& order) {
  std::optional<Money> sum;
  for (const auto& line : order.lines) {
    if (!line.unit_price || (sum && sum->currency() != line.unit_price->currency())) continue;
    sum = Money((sum ? sum->minor() : 0) + line.unit_price->minor() * live_units(line).count(),
                line.unit_price->currency());
  }
  return sum;
}

std::size_t ParcelBook::serve(Server server) {
  servers_.push_back(std::move(server));
  queues_.emplace_back();
  return servers_.size() - 1;
}

Tracked* ParcelBook::tracked(const Place& place) {
  return const_cast<Tracked*>(std::as_const(*this).tracked(place));
}
const Tracked* ParcelBook::tracked(const Place& place) const {
  const auto found = orders_.find(place.order);
  if (found == orders_.end()) return nullptr;
  const auto& parcels = found->second.parcels;
  const auto at = std::ranges::find(
      parcels, place.tracking, [](const Tracked& t) -> const std::string& { return t.now.tracking.str(); });
  return at == parcels.end() ? nullptr : &*at;
}

std::size_t ParcelBook::server_for(const Parcel& parcel, std::size_t from) const {
  for (std::size_t i = 0; i < servers_.size(); ++i) {
    const std::size_t at = (from + i) % servers_.size();
    if (servers_[at].serves(parcel.carrier, parcel.tracking)) return at;
  }
  return nobody;
}

void ParcelBook::dequeue(const OrderKey& key, const Tracked& parcel) {
  if (parcel.server < queues_.size())
    queues_[parcel.server].erase({parcel.due, {key, parcel.now.tracking.str()}});
}

void ParcelBook::enqueue(const OrderKey& key, Tracked& parcel) {
  if (parcel.now.ended_at || parcel.server >= servers_.size()) return;
  parcel.due = parcel.asked_at
                   ? due_at(parcel.now, parcel.asked_at, servers_[parcel.server].poll, *parcel.asked_at)
                   : parcel.known_since;
  queues_[parcel.server].insert({parcel.due, {key, parcel.now.tracking.str()}});
}

void ParcelBook::put(const ShipmentUpdate& update, Instant now) {
  if (update.order.empty() || update.account.empty()) return;
  const OrderKey key{update.account, update.order};
  if (const std::size_t hash = hash_of(key, update.tracking);
      std::ranges::any_of(over_, [&](const auto& half) { return half.contains(hash); }))
    return;
  auto& dossier = orders_[key];
  auto at =
      std::ranges::find(dossier.parcels, update.tracking, [](const Tracked& t) { return t.now.tracking; });
  if (at == dossier.parcels.end()) {
    if (dossier.parcels.size() >= most_parcels) return;
    Tracked fresh;
    fresh.now.carrier = update.carrier;
    fresh.now.tracking = update.tracking;
    fresh.known_since = now;
    fresh.server = server_for(fresh.now, 0);
    dossier.parcels.push_back(std::move(fresh));
    at = dossier.parcels.end() - 1;
    by_tracking_.emplace(update.tracking.str(), key);
  } else {
    dequeue(key, *at);
  }
  const Parcel before = at->now;
  const bool fresher = absorb(at->views, update);
  if (fresher) {
    at->now = merge(key.first, at->views);
    if (update.from.source.str() != update.account.str()) at->answered_at = now;
    if (!dossier.deliver_by) dossier.deliver_by = at->now.deliver_by;
  }
  enqueue(key, *at);
  if (fresher && told_) told_({key, dossier, before, *at});
}

void ParcelBook::put(const model::CancelRequest& request) {
  const OrderKey key{request.account, request.order};
  if (request.state != model::RequestState::open) {
    const auto found = orders_.find(key);
    if (found == orders_.end()) return;
    found->second.cancel_asked_at.reset();
    found->second.cancel_answer_by.reset();
    return;
  }
  auto& dossier = orders_[key];
  dossier.asked_ever = true;
  // A channel that says when the order last changed says it anew at every change: the first time counts.
  if (!dossier.cancel_asked_at || request.requested_at < *dossier.cancel_asked_at)
    dossier.cancel_asked_at = request.requested_at;
  dossier.cancel_answer_by = request.answer_by;
}

void ParcelBook::put_asked(const OrderKey& order, Instant asked_at) {
  const auto found = orders_.find(order);
  if (found == orders_.end() || !found->second.cancel_asked_at) return;
  found->second.cancel_asked_at = std::min(*found->second.cancel_asked_at, asked_at);
}

void ParcelBook::put(const OrderUpsert& order) {
  const OrderKey key{order.account, order.id};
  const auto found = orders_.find(key);
  if (found == orders_.end()) return;
  auto& d = found->second;
  d.placed_at = order.placed_at;
  d.ship_by = order.ship_by;
  if (order.deliver_by) d.deliver_by = order.deliver_by;
  d.handed_over_at = handed_over(order);
  d.closed = order.closed_at.has_value();
  if (const auto value = value_of(order)) d.value = value;
  const bool cancelled = d.closed && !d.handed_over_at;
  if (d.closed) d.cancel_asked_at.reset();  // nothing is left to cancel
  if (cancelled && d.parcels.empty()) drop(key, d);
}

void ParcelBook::put_value(const OrderKey& order, Money value) {
  const auto found = orders_.find(order);
  if (found != orders_.end() && !found->second.value) found->second.value = value;
}

void ParcelBook::drop(const OrderKey& key, Dossier& dossier) {
  for (const auto& parcel : dossier.parcels) {
    dequeue(key, parcel);
    if (over_[0].size() >= most_over) over_ = {std::unordered_set<std::size_t>{}, std::move(over_[0])};
    if (!parcel.now.tracking.empty()) over_[0].insert(hash_of(key, parcel.now.tracking));
    const auto [begin, end] = by_tracking_.equal_range(parcel.now.tracking.str());
    for (auto at = begin; at != end;) at = at->second == key ? by_tracking_.erase(at) : std::next(at);
  }
  const OrderKey copy = key;  // it may live in what is erased
  orders_.erase(copy);
}

void ParcelBook::forget(Instant now) {
  for (auto at = orders_.begin(); at != orders_.end();) {
    auto& [key, dossier] = *at++;
    if (dossier.cancel_asked_at && !dossier.closed) continue;
    // An order that is still open keeps what is known of its parcels: parts of it are yet to go.
    const bool known = dossier.placed_at != Instant{};
    if (known && !dossier.closed) continue;
    if (std::ranges::all_of(dossier.parcels, [&](const Tracked& t) { return is_over(t, now); }))
      drop(key, dossier);
  }
}

void ParcelBook::clear() {
  orders_.clear();
  by_tracking_.clear();
  over_ = {};
  for (auto& queue : queues_) queue.clear();
}

std::vector<ports::Parcel> ParcelBook::due(std::size_t server, std::size_t most, Instant now) const {
  struct Candidate {
    double pressure;
    const Place* place;
    const Tracked* parcel;
  };
  std::vector<Candidate> candidates;
  const Millis poll = servers_.at(server).poll;
  bool any = false;
  for (const auto& [at, place] : queues_.at(server)) {
    if (candidates.size() >= most_looked_at || at > now + poll / 4) break;
    if (at > now && candidates.size() >= most) break;
    any = any || at <= now;
    const Tracked* parcel = tracked(place);
    if (parcel != nullptr)
      candidates.push_back(
          {pressure(parcel->now, parcel->asked_at, parcel->known_since, poll, now), &place, parcel});
  }
  if (!any) return {};
  // Equal ones by their place, so that the same history asks in the same order.
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return a.pressure != b.pressure ? a.pressure > b.pressure : *a.place < *b.place;
  });
  if (candidates.size() > most) candidates.resize(most);
  std::vector<ports::Parcel> parcels;
  for (const Candidate& c : candidates)
    parcels.push_back({.account = c.place->order.first,
                       .order = c.place->order.second,
                       .carrier = c.parcel->now.carrier,
                       .tracking = c.parcel->now.tracking,
                       .handed_over_at = c.parcel->now.label_at});
  return parcels;
}

std::optional<Instant> ParcelBook::next_due(std::size_t server) const {
  const auto& queue = queues_.at(server);
  return queue.empty() ? std::nullopt : std::optional(queue.begin()->first);
}

std::size_t ParcelBook::waiting(std::size_t server, Instant now) const {
  std::size_t n = 0;
  for (const auto& [at, place] : queues_.at(server)) {
    if (at > now || n >= most_looked_at) break;
    ++n;
  }
  return n;
}

double ParcelBook::most_pressing(std::size_t server, Instant now) const {
  double most = 0;
  std::size_t looked = 0;
  for (const auto& [at, place] : queues_.at(server)) {
    if (at > now || ++looked > most_looked_at) break;
    if (const Tracked* t = tracked(place))
      most = std::max(most, pressure(t->now, t->asked_at, t->known_since, servers_[server].poll, now));
  }
  return most;
}

void ParcelBook::asked(std::size_t server, std::span<const ports::Parcel> parcels, Instant now) {
  for (const auto& asked : parcels) {
    const OrderKey key{asked.account, asked.order};
    Tracked* const t = tracked({key, asked.tracking.str()});
    if (t == nullptr || t->server != server) continue;
    dequeue(key, *t);
    t->asked_at = now;
    if (t->answered_at && *t->answered_at >= now - 1min) {
      t->in_vain = 0;
    } else if (++t->in_vain % patience == 0) {
      t->server = server_for(t->now, server + 1);
    }
    enqueue(key, *t);
  }
}

bool ParcelBook::ask_now(const TrackingId& tracking, Instant now) {
  bool any = false;
  const auto [begin, end] = by_tracking_.equal_range(tracking.str());
  for (auto at = begin; at != end; ++at) {
    Tracked* const t = tracked({at->second, tracking.str()});
    if (t == nullptr || t->now.ended_at || t->server >= queues_.size()) continue;
    dequeue(at->second, *t);
    t->due = std::min(t->due, now);
    queues_[t->server].insert({t->due, {at->second, tracking.str()}});
    any = true;
  }
  return any;
}

const Dossier* ParcelBook::find(const TrackingId& tracking, OrderKey* order) const {
  const Dossier* best = nullptr;
  std::optional<Instant> best_label;
  const auto [begin, end] = by_tracking_.equal_range(tracking.str());
  for (auto at = begin; at != end; ++at) {
    const Tracked* t = tracked({at->second, tracking.str()});
    if (t == nullptr) continue;
    if (best != nullptr && t->now.label_at <= best_label) continue;
    best = &orders_.at(at->second);
    best_label = t->now.label_at;
    if (order != nullptr) *order = at->second;
  }
  return best;
}

const Dossier* ParcelBook::order(const OrderKey& key) const {
  const auto found = orders_.find(key);
  return found == orders_.end() ? nullptr : &found->second;
}

std::size_t ParcelBook::open_parcels() const {
  std::size_t n = 0;
  for (const auto& [key, dossier] : orders_)
    n += static_cast<std::size_t>(
        std::ranges::count_if(dossier.parcels, [](const Tracked& t) { return !t.now.ended_at; }));
  return n;
}

}  // namespace forestall::parcels
