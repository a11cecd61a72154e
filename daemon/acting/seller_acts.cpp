// SPDX-License-Identifier: Apache-2.0
// The loop: opening, hearing, waking, reconciling.
#include "daemon/acting/seller_acts.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iterator>

#include "connectors/net/sleep.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using journal::State;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr std::size_t readings_a_pass = 64;
constexpr auto pass_time = 50ms;
constexpr double factor_moved = 1.2;  // how far a cancellation's cost may move before all is decided again

}  // namespace

SellerActs::SellerActs(SellerActsPorts ports)
    : ports_(std::move(ports)),
      floor_{.flow = ports_.flow,
             .seller = ports_.seller,
             .clock = ports_.clock,
             .machine = ports_.machine,
             .random = ports_.random,
             .log = ports_.log.with({{"seller", ports_.seller.settings.id}}),
             .take_turn = ports_.take_turn,
             .times = ports_.times,
             .journal = journal::Journal(
                 ports_.redis, ports_.clock, ports_.log,
                 {.seller = ports_.seller.settings.id,
                  .lease_token =
                      [&seller = ports_.seller] {
                        return seller.ledger != nullptr ? seller.ledger->lease_token() : std::string();
                      },
                  .recorded = [this](const std::string& field) { floor_.custody.has_intent(field); }})},
      woken_(ports_.executor, asio::steady_timer::time_point::max()) {
  for (auto* account : ports_.seller.accounts)
    floor_.desks.push_back(AccountDesk{.account = *account, .seller = ports_.seller});
  for (auto& desk : floor_.desks) actuators_.emplace_back(floor_, desk, ports_.executor, ports_.fatal);
  floor_.decide_again = [this](const AccountId& a, const ListingId& l) { mark_listing(a, l); };
  floor_.decide_later = [this](const AccountId& a, const ListingId& l, Monotonic when) {
    later_.emplace(when, std::pair(a, l));
    wake();
  };
  floor_.wake = [this] { wake(); };
  floor_.act_on = [this](const AccountId& a, const ListingId& l) {
    if (auto* to = actuator(a)) to->enqueue(l);
  };
}

Actuator* SellerActs::actuator(const AccountId& account) {
  for (std::size_t i = 0; i < actuators_.size(); ++i)
    if (floor_.desks[i].id() == account) return &actuators_[i];
  return nullptr;
}

std::size_t SellerActs::queued(const AccountId& account) const {
  for (std::size_t i = 0; i < actuators_.size(); ++i)
    if (floor_.desks[i].id() == account) return actuators_[i].queued();
  return 0;
}

std::size_t SellerActs::under_way(const AccountId& account) const {
  for (std::size_t i = 0; i < actuators_.size(); ++i)
    if (floor_.desks[i].id() == account) return actuators_[i].under_way();
  return 0;
}

void SellerActs::wake() {
  wake_pending_ = true;
  woken_.cancel();
}

void SellerActs::mark(const std::string& sku, Dirty dirty) {
  const auto [at, fresh] = dirty_.try_emplace(sku, dirty);
  if (!fresh) {
    at->second.sequence = std::max(at->second.sequence, dirty.sequence);
    // The oldest observation it waits for is what counts.
    if (!at->second.parsed_at) at->second.parsed_at = dirty.parsed_at;
  }
}

void SellerActs::mark_listing(const AccountId& account, const ListingId& listing) {
  if (const auto stored = floor_.listing(account, listing))
    for (const auto& component : stored->components) mark(component.sku.str(), {});
  wake();
}

void SellerActs::heard(const flow::Fresh& fresh) {
  if (&fresh.seller != &ports_.seller) return;
  const auto now = ports_.clock.now();
  floor_.beliefs.heard(fresh, now);
  if (!floor_.opened) {
    // Everything else is read from the mirror; of orders that may have gone by already.
    for (const auto& observation : fresh.observations)
      if (const auto* order = std::get_if<model::OrderUpsert>(&observation))
        floor_.custody.order(*order, now);
    return;
  }
  for (std::size_t i = 0; i < fresh.observations.size(); ++i) {
    const auto& observation = fresh.observations[i];
    if (i >= fresh.applied.outcomes.size()) continue;
    const auto outcome = fresh.applied.outcomes[i];
    if (const auto* order = std::get_if<model::OrderUpsert>(&observation)) {
      // One that is known already may have been applied in a call whose answer was lost: the book, which
      // takes an order once however often it is told, must have it, or its sales look like a person's doing.
      if (ledger::changed(outcome) || outcome == ledger::Outcome::known)
        for (auto& news : floor_.custody.order(*order, now)) {
          if (!ledger::changed(outcome)) {
            // The book may have begun with its sale, never with what the channel put back since.
            news.sold = {};
            floor_.exposures.order(order->account, news);
            continue;
          }
          floor_.exposures.order(order->account, news);
          floor_.beliefs.sold_at(order->account, news.sold);
        }
    }
    if (!ledger::changed(outcome)) continue;
    if (const auto* state = std::get_if<model::ListingState>(&observation))
      readings_.push_back(
          {state->account, state->listing, {state->quantity, state->activity, state->from.true_at}});
  }
  for (const auto& sku : fresh.applied.skus)
    mark(sku.sku, {.sequence = fresh.applied.sequence, .parsed_at = fresh.parsed_at});
  wake();
}

awaitable<bool> SellerActs::store_switches() {
  const auto unsaved = floor_.unsaved;
  for (const auto& [name, text] : unsaved)
    if (auto ok = co_await floor_.keep(name, text); !ok) {
      floor_.log.warning("switch_not_stored", {{"switch", name}, {"reason", ok.error()}});
      co_return false;
    }
  co_return true;
}

void SellerActs::notice_readiness() {
  // One that speaks again may not have changed a number: what had to wait for it is decided now.
  const auto silent = std::ranges::count_if(
      ports_.seller.sources, [](const flow::SourceState& source) { return source.silent_since.has_value(); });
  if (std::exchange(silent_, silent) > silent) sweep_next_ = 0;
  for (std::size_t i = 0; i < floor_.desks.size(); ++i) {
    auto& desk = floor_.desks[i];
    const auto missing = desk.missing();
    if (!missing && (!desk.was_ready || desk.put_off)) {
      desk.put_off = false;
      floor_.log.notice("account_fit", {{"account", desk.id()}, {"mode", word(desk.mode())}});
      // Everything is looked at once, and what was written down before goes on.
      sweep_next_ = 0;
      take_up_of_.insert(desk.id());
      take_up_at_ = {};
    } else if (missing && desk.was_ready) {
      floor_.log.warning("account_not_fit", {{"account", desk.id()}, {"reason", *missing}});
    }
    desk.was_ready = !missing;
    // What a cancellation costs moves every threshold: quiet SKUs would keep the old one for a day.
    if (const auto ratio = desk.account.cancel_cost_factor / desk.decided_at_factor;
        ratio > factor_moved || ratio < 1 / factor_moved) {
      floor_.log.notice("cancellation_cost_moved", {{"account", desk.id()},
                                                    {"factor", desk.account.cancel_cost_factor},
                                                    {"before", desk.decided_at_factor}});
      desk.decided_at_factor = desk.account.cancel_cost_factor;
      sweep_next_ = 0;
    }
    if (desk.near_removal != desk.account.near_removal) {
      std::vector<std::string> moved;
      std::ranges::set_symmetric_difference(desk.near_removal, desk.account.near_removal,
                                            std::back_inserter(moved));
      desk.near_removal = desk.account.near_removal;
      for (const auto& name : moved)
        if (const auto listing = ListingId::parse(name)) mark_listing(desk.id(), *listing);
    }
    if (auto& seen = watermarks_[desk.id().str()]; seen != desk.account.orders_complete_before) {
      seen = desk.account.orders_complete_before;
      if (seen) {
        for (const auto& shown : floor_.custody.landed_before(desk.account, *seen))
          floor_.exposures.settled(desk.id(), shown.listing, shown.epoch, shown.seen.at);
        for (const auto& listing : floor_.exposures.watermark(desk.id(), *seen))
          mark_listing(desk.id(), listing);
        for (const auto& listing :
             floor_.exposures.give_up(desk.id(), ports_.clock.now(), floor_.pace_of(desk).late))
          actuators_[i].look(listing);
      }
      if (seen)
        for (auto& doubt : floor_.custody.doubts_before(desk.id(), *seen))
          readings_.push_back({std::move(doubt.account), std::move(doubt.listing), doubt.seen});
      actuators_[i].watermark_moved();
    }
    actuators_[i].pump();
  }
}

void SellerActs::take_up_some() {
  constexpr std::size_t at_once = 1000;
  if (take_up_of_.empty()) return;
  const auto next = floor_.journal.visit(take_up_at_, at_once, [&](const auto&, const auto& record) {
    if (!is_open(record.state)) return;
    const auto account = journal::account_of(record.command);
    if (!take_up_of_.contains(account)) return;
    if (auto* to = actuator(account)) to->enqueue(journal::listing_of(record.command));
  });
  take_up_at_ = next.value_or(journal::Journal::Place{});
  if (!next) take_up_of_.clear();
}

// What fits plainly is decided where it stands; everything else is marked, and decided like any other.
void SellerActs::sweep_some() {
  constexpr std::size_t at_once = 256, looks = 32;
  constexpr auto slice_time = 1ms;  // a slice of decisions may follow in the same turn
  if (!sweep_next_ || dirty_.size() >= at_once) return;
  const auto& mirror = ports_.seller.ledger->mirror();
  const auto begun = ports_.machine.monotonic();
  PlainSight sight(floor_, ports_.clock.now());
  do {
    sight.warm(ledger::SkuRef{static_cast<std::uint32_t>(*sweep_next_)}, looks);
    for (std::size_t n = 0; n < looks && *sweep_next_ < mirror.skus(); ++n, ++*sweep_next_) {
      const ledger::SkuRef sku{static_cast<std::uint32_t>(*sweep_next_)};
      if (const auto plain = sight.fits(sku))
        decided_plainly(sku, *plain);
      else
        mark(std::string(mirror.name(sku)), {});
    }
  } while (*sweep_next_ < mirror.skus() && dirty_.size() < at_once &&
           ports_.machine.monotonic() - begun < slice_time);
  if (*sweep_next_ >= mirror.skus()) sweep_next_.reset();
}

// What the hour taught (the week, the prior, how orders cluster) moves what was foreseen.
void SellerActs::decide_some_close() {
  constexpr std::size_t at_once = 256;
  for (std::size_t n = 0; n < at_once && !closing_.empty(); ++n)
    mark(closing_.extract(closing_.begin()).value(), {});
}

// What time alone changes: where it was foreseen, and each SKU once within the horizon, evenly.
void SellerActs::decide_due() {
  const auto& mirror = ports_.seller.ledger->mirror();
  for (const auto sku : foresight_.due(ports_.clock.now())) mark(std::string(mirror.name(sku)), {});
  const double passed = std::chrono::duration<double>(ports_.clock.monotonic() - patrol_since_) /
                        std::chrono::duration<double>(Foresight::horizon);
  const auto all = mirror.skus();
  const auto due = static_cast<std::uint64_t>(passed * static_cast<double>(all));
  constexpr std::uint64_t at_once = 256;
  for (std::uint64_t n = 0; patrolled_ < due && n < at_once; ++n, ++patrolled_)
    mark(std::string(mirror.name(ledger::SkuRef{static_cast<std::uint32_t>(patrolled_ % all)})), {});
}

// Stored where something was seen on a shelf, else once a minute.
awaitable<void> SellerActs::keep_beliefs() {
  auto& beliefs = floor_.beliefs;
  const auto now = ports_.clock.monotonic();
  if (!beliefs.save_at_once() && (beliefs.unsaved() == 0 || now < save_at_)) co_return;
  save_at_ = now + 1min;
  if (auto ok = co_await beliefs.save(ports_.redis, ports_.clock.now()); !ok)
    floor_.log.warning("shelves_not_stored", {{"reason", ok.error()}});
}

// With what is left of a turn.
awaitable<void> SellerActs::look_ahead() {
  constexpr auto a_slice = 1ms;
  while (foresight_.wanting() && !sweeping() && readings_.empty() && ports_.seller.ledger->whole()) {
    const auto begun = ports_.machine.monotonic();
    foresight_.look_while([&] { return ports_.machine.monotonic() - begun < a_slice; });
    co_await asio::post(ports_.executor, use_awaitable);
  }
}

// It says how things were before what is known by now: a page that waited, a report of old rows.
bool SellerActs::overtaken(const AccountDesk& desk, const Reading& reading) const {
  const auto last = floor_.custody.last(journal::field_of(reading.account, reading.listing));
  if (last && reading.seen.at < last->at) return true;
  const auto* market = desk.account.marketplace;
  const auto* record = floor_.journal.find(reading.account, reading.listing);
  return market != nullptr && record != nullptr && record->state == State::confirmed &&
         market->capabilities().listings_lag > Millis(0) &&
         reading.seen.at - market->capabilities().listings_lag < record->moved_at;
}

awaitable<void> SellerActs::take_readings() {
  for (std::size_t n = 0; n < readings_a_pass && !readings_.empty() && ports_.seller.ledger->whole(); ++n) {
    const auto reading = std::move(readings_.front());
    readings_.pop_front();
    auto* const desk = floor_.desk(reading.account.str());
    if (desk == nullptr || overtaken(*desk, reading)) continue;
    co_await floor_.receive(*desk, reading.listing, reading.seen);
    mark_listing(reading.account, reading.listing);
  }
}

awaitable<void> SellerActs::pass() {
  const auto now = ports_.clock.monotonic();
  notice_readiness();
  take_up_some();
  if (!co_await catch_up()) co_return co_await net::sleep_for(ports_.machine, 250ms);
  while (!later_.empty() && later_.begin()->first <= now) {
    const auto [account, listing] = later_.begin()->second;
    later_.erase(later_.begin());
    mark_listing(account, listing);
  }
  if (now >= forget_at_) {
    forget_at_ = now + 1h;
    floor_.custody.forget(ports_.clock.now());
    floor_.beliefs.teach(ports_.clock.now());
    if (closing_.empty())
      closing_.swap(close_);
    else
      closing_.merge(close_);
  }
  floor_.custody.forget_some();
  decide_some_close();
  decide_due();
  co_await keep_beliefs();
  if (now >= journal_sweep_at_) {
    journal_sweep_at_ = now + 6h;
    if (auto swept = co_await floor_.journal.sweep(); !swept)
      floor_.log.warning("journal_sweep_failed", {{"reason", swept.error()}});
  }
  if (!floor_.unsaved.empty()) co_await store_switches();
  if (!floor_.journal.damaged().empty()) co_await leave_damaged();
  co_await take_readings();
  sweep_some();
  // Not for as long as orders keep coming: watermarks, readings and switches wait for the next pass.
  const auto begun = ports_.machine.monotonic();
  while ((!dirty_.empty() || sweep_next_) && readings_.empty() && ports_.seller.ledger->whole() &&
         ports_.machine.monotonic() - begun < pass_time) {
    made();
    if (!co_await decide_slice()) {
      co_await net::sleep_for(ports_.machine, 250ms);
      break;
    }
    co_await tell_decided(false);
    sweep_some();
  }
  if (dirty_.empty()) co_await tell_decided(true);
  co_await look_ahead();
}

awaitable<void> SellerActs::wait() {
  using namespace asio::experimental::awaitable_operators;
  // What is undecided or due stays so until the journal is open again: nothing to turn for.
  if (!floor_.opened) co_return co_await net::sleep_for(ports_.machine, 100ms);
  if (std::exchange(wake_pending_, false)) {
    co_await asio::post(ports_.executor, use_awaitable);
    co_return;
  }
  // What is due is the world's business; that the loop still turns is told at this machine's pace.
  auto until = std::min(forget_at_, journal_sweep_at_);
  if (!later_.empty()) until = std::min(until, later_.begin()->first);
  for (const auto& to : actuators_) until = std::min(until, to.next_due());
  if (const Instant change = foresight_.next(); change != Instant::max())
    until = std::min(until, ports_.clock.monotonic() + (change - ports_.clock.now()));
  const bool more = !take_up_of_.empty() || !closing_.empty() || floor_.custody.forgetting();
  if (!sweeping() && readings_.empty() && !more)
    co_await (woken_.async_wait(asio::as_tuple(use_awaitable)) || net::sleep_until(ports_.clock, until) ||
              net::sleep_for(ports_.machine, floor_.times.tick));
  else
    co_await asio::post(ports_.executor, use_awaitable);  // more to do, but others have their turn
  wake_pending_ = false;
}

awaitable<void> SellerActs::run(runtime::Progress* progress) {
  progress_ = progress;
  for (;;) {
    made();
    if (!ports_.seller.open) {
      floor_.opened = false;
    } else if (!floor_.opened && !co_await open_journal()) {
      co_await net::sleep_for(ports_.machine, 1s);
      continue;
    }
    if (floor_.opened) co_await pass();
    co_await wait();
  }
}

awaitable<void> SellerActs::stop(std::chrono::nanoseconds patience) {
  begin_stop();
  const auto until = floor_.machine.monotonic() + patience;
  for (auto& to : actuators_)
    co_await to.stop(std::max<std::chrono::nanoseconds>(0ns, until - floor_.machine.monotonic()));
  if (floor_.opened && patience > 0ns && floor_.beliefs.unsaved() > 0)
    if (auto ok = co_await floor_.beliefs.save(ports_.redis, ports_.clock.now()); !ok)
      floor_.log.warning("shelves_not_stored", {{"reason", ok.error()}});
}

}  // namespace forestall::acting
