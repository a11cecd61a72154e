// SPDX-License-Identifier: Apache-2.0
// The queue of an account's intents, and the steps both ways of work share.
#include "daemon/acting/actuator.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <limits>

#include "connectors/net/sleep.hpp"
#include "daemon/acting/weigh.hpp"
#include "daemon/polling/blind_window.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using journal::State;
using scheduling::Purpose;
using namespace std::chrono_literals;

Actuator::Actuator(Floor& floor, AccountDesk& desk, boost::asio::any_io_executor executor,
                   std::function<void(std::string_view)> fatal)
    : floor_(floor),
      desk_(desk),
      log_(floor.log.with({{"account", desk.id()}})),
      tasks_(std::move(executor), log_, "acting " + desk.id().str(), std::move(fatal)) {}

Actuator::Rank Actuator::rank_of(const ListingId& listing, const journal::Record& record) {
  auto purpose = Purpose::resolve;
  double value = 0;
  if (record.state == State::requested) {
    const auto target = record.target.value_or(Units{});
    purpose = target <= record.before.quantity.value_or(target) ? Purpose::pause : Purpose::raise;
    value = urgency_of(floor_, desk_, record);
  }
  return {purpose, value, ++last_since_, listing, floor_.clock.monotonic()};
}

void Actuator::add(const ListingId& listing) {
  const auto* r = record(listing);
  if (r == nullptr || !is_open(r->state)) return;
  if (under_way_.contains(listing)) {
    again_.insert(listing);
    return;
  }
  auto rank = rank_of(listing, *r);
  if (const auto old = queued_.find(listing); old != queued_.end()) {
    // What is asked for again has waited all the same.
    rank.since = old->second.since;
    rank.queued_at = old->second.queued_at;
    queue_.erase(old->second);
    queued_.erase(old);
  }
  queue_.insert(rank);
  by_age_.emplace(rank.since, listing);
  queued_.emplace(listing, rank);
}

bool Actuator::may_start(const Rank& rank) const {
  const bool raise = rank.purpose == Purpose::raise;
  const bool act = raise || rank.purpose == Purpose::pause;
  return (!raise || raises_ < most_raises) && (!act || acts_ < most_acts);
}

std::set<Actuator::Rank>::iterator Actuator::next_to_start(Monotonic now) {
  if (urgent_in_a_row_ + 1 >= ageing.share && !by_age_.empty()) {
    const auto& oldest = queued_.at(by_age_.begin()->second);
    if (now - oldest.queued_at >= ageing.patience && may_start(oldest)) return queue_.find(oldest);
  }
  const Rank read_backs{Purpose::resolve, std::numeric_limits<double>::infinity(), 0, {}};
  auto first = queue_.begin();
  // On to what may still begin: read-backs after pauses, nothing after raises.
  if (first != queue_.end() && !may_start(*first)) first = queue_.lower_bound(read_backs);
  return first != queue_.end() && may_start(*first) ? first : queue_.end();
}

void Actuator::enqueue(const ListingId& listing) {
  waiting_.erase(listing);
  add(listing);
  pump();
}

void Actuator::add_later(const ListingId& listing, Monotonic when) {
  const auto [at, fresh] = due_.try_emplace(listing, when);
  if (!fresh) {
    if (at->second <= when) return;
    later_.erase({at->second, listing});
    at->second = when;
  }
  later_.emplace(when, listing);
  floor_.wake();
}

void Actuator::watermark_moved() {
  const auto watermark = desk_.account.orders_complete_before;
  std::erase_if(waiting_, [&](const ListingId& listing) {
    if (floor_.custody.awaits_orders(journal::field_of(desk_.id(), listing), watermark)) return false;
    add(listing);
    return true;
  });
  pump();
}

Monotonic Actuator::next_due() const { return later_.empty() ? Monotonic::max() : later_.begin()->first; }

void Actuator::pump() {
  const auto now = floor_.clock.monotonic();
  while (!later_.empty() && later_.begin()->first <= now) {
    const auto listing = later_.begin()->second;
    later_.erase(later_.begin());
    due_.erase(listing);
    add(listing);
  }
  release_held();
  // Nothing can be asked of an account without a connector: what is queued stays.
  if (floor_.stopping || desk_.account.marketplace == nullptr || !floor_.seller.open || !floor_.opened)
    return;
  while (under_way_.size() < most_at_once) {
    const auto next = next_to_start(now);
    if (next == queue_.end()) break;
    const auto rank = *next;
    const bool aged = rank.since == by_age_.begin()->first && now - rank.queued_at >= ageing.patience;
    urgent_in_a_row_ = aged ? 0 : std::min(urgent_in_a_row_ + 1, ageing.share);
    queue_.erase(next);
    queued_.erase(rank.listing);
    by_age_.erase(rank.since);
    under_way_.emplace(rank.listing, rank.purpose);
    if (rank.purpose == Purpose::raise) ++raises_;
    if (rank.purpose != Purpose::resolve) ++acts_;
    tasks_.spawn("act " + rank.listing.str(), runtime::OnFailure::log, work(rank.listing));
  }
}

void Actuator::keep_open(const ListingId& listing) {
  const auto* r = record(listing);
  if (r == nullptr || !is_open(r->state)) return;
  if (queued_.contains(listing) || waiting_.contains(listing) || due_.contains(listing)) return;
  if (held_.contains(listing)) return;
  if (!fit()) {
    desk_.put_off = true;  // whatever is open is taken up once it is fit again
    return;
  }
  const auto& until = floor_.rests[journal::field_of(desk_.id(), listing)].until;
  if (until <= floor_.clock.monotonic()) floor_.rest(desk_.id(), listing);
  add_later(listing, until);
}

// As many as may be tried, the most urgent first; all where the breaker is open, so that they are given up.
void Actuator::release_held() {
  if (held_.empty()) return;
  const auto room = desk_.tripped.empty()
                        ? desk_.breaker.room(desk_.account.settings.breaker, floor_.clock.now())
                        : held_.size();
  if (room == 0) return;
  std::set<Rank> ranked;
  for (const auto& listing : std::exchange(held_, {}))
    if (const auto* r = record(listing); r != nullptr && is_open(r->state))
      ranked.insert(rank_of(listing, *r));
    else
      desk_.breaker.dropped(listing.str());
  std::size_t n = 0;
  for (const auto& rank : ranked)
    if (n++ < room)
      add(rank.listing);
    else
      held_.insert(rank.listing);
}

awaitable<void> Actuator::work(ListingId listing) {
  struct Leave {
    Actuator& self;
    const ListingId& listing;
    ~Leave() {
      const auto at = self.under_way_.find(listing);
      if (at->second == Purpose::raise) --self.raises_;
      if (at->second != Purpose::resolve) --self.acts_;
      self.under_way_.erase(at);
      if (self.floor_.stopping) return;
      if (self.again_.erase(listing) > 0) self.add(listing);
      self.keep_open(listing);
      self.pump();
    }
  } leave{*this, listing};
  const auto* r = record(listing);
  if (r == nullptr) co_return;
  if (r->state == State::requested) {
    co_await act(listing, r->epoch);
    // What was admitted and not sent keeps nobody waiting.
    const auto* after = record(listing);
    if (!held_.contains(listing) && (after == nullptr || !may_land(after->state)))
      desk_.breaker.dropped(listing.str());
  } else if (may_land(r->state)) {
    co_await read_back(listing, r->epoch);
  }
}

std::optional<std::string> Actuator::forbidden(const ListingId& listing) const {
  if (floor_.stopping) return "the daemon is stopping";
  if (const auto missing = desk_.missing()) {
    desk_.put_off = true;
    return missing;
  }
  if (!floor_.opened) {
    desk_.put_off = true;
    return "the journal is being read";
  }
  const auto stored = floor_.listing(desk_.id(), listing);
  const auto mode = stored ? floor_.mode_of(desk_, *stored) : desk_.mode();
  if (mode != Mode::guard) return "mode " + std::string(word(mode));
  return std::nullopt;
}

awaitable<Result<ports::ListingReading>> Actuator::read(ListingId listing, Purpose purpose, double value) {
  if (auto ok = co_await floor_.take_turn(desk_.account, ports::CallKind::read_listing, purpose, value); !ok)
    co_return std::unexpected(ok.error());
  if (desk_.account.marketplace == nullptr) co_return fail(ErrorCode::unavailable, "there is no connector");
  auto reading = co_await desk_.account.marketplace->read_listing(listing, floor_.times.read_timeout);
  if (!reading) ++desk_.figures.read_failures;
  co_return reading;
}

awaitable<bool> Actuator::move(ListingId listing, std::uint64_t epoch, State to, std::string detail,
                               std::optional<journal::Before> reading) {
  std::vector<journal::Move> moves;
  moves.push_back({.account = desk_.id(),
                   .listing = listing,
                   .epoch = epoch,
                   .to = to,
                   .detail = detail,
                   .reading = std::move(reading)});
  auto moved = co_await floor_.journal.move(std::move(moves));
  if (!moved) {
    log_.error("move_not_stored",
               {{"listing", listing}, {"to", journal::word(to)}, {"reason", moved.error()}});
    co_return false;
  }
  if (moved->front() != journal::Moved::done) co_return false;
  floor_.urgencies.erase(journal::field_of(desk_.id(), listing));
  auto& f = desk_.figures;
  switch (to) {
    case State::sent:
      ++f.sent;
      f.last_sent = floor_.clock.now();
      if (const auto* r = record(listing); r != nullptr && desk_.account.blind_window != nullptr)
        desk_.account.blind_window->record_sent(r->requested_at, f.last_sent.value());
      break;
    case State::accepted:
      ++f.accepted;
      break;
    case State::confirmed:
      desk_.breaker.confirmed(listing.str(), desk_.account.settings.breaker, floor_.clock.now());
      ++f.confirmed;
      f.last_confirmed = floor_.clock.now();
      break;
    case State::rejected:
      desk_.breaker.failed(listing.str());
      ++f.rejected;
      break;
    case State::unresolved:
      ++f.unresolved;
      break;
    case State::stuck:
      desk_.breaker.failed(listing.str());
      ++f.stuck;
      break;
    case State::abandoned:
      desk_.breaker.dropped(listing.str());
      ++f.abandoned;
      floor_.exposures.timed_out(desk_.id(), listing, epoch);
      break;
    default:
      break;
  }
  // Every step of every intent: the log alone tells the story.
  log_.info("intent",
            {{"listing", listing}, {"epoch", epoch}, {"state", journal::word(to)}, {"detail", detail}});
  if (const auto why = desk_.breaker.failure(desk_.account.settings.breaker); !why.empty())
    co_await floor_.trip(desk_, why);
  co_return true;
}

awaitable<void> Actuator::give_up(ListingId listing, std::uint64_t epoch, std::string why, bool rest) {
  co_await move(listing, epoch, State::abandoned, std::move(why));
  if (rest) floor_.rest(desk_.id(), listing);
}

awaitable<void> Actuator::stop(std::chrono::nanoseconds patience) {
  // floor_.stopping is set by now: whoever has not sent anything gives way at the next step.
  const auto until = floor_.machine.monotonic() + patience;
  while (!under_way_.empty() && floor_.machine.monotonic() < until)
    co_await net::sleep_for(floor_.machine, 10ms);
  co_await tasks_.stop();
}

}  // namespace forestall::acting
