// SPDX-License-Identifier: Apache-2.0
// Taken is not done: the listing is read until it shows what was written, or until somebody must be told.
#include <algorithm>
#include <array>

#include "daemon/acting/actuator.hpp"
#include "daemon/polling/blind_window.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using guard::Owner;
using journal::State;
using scheduling::Purpose;
using namespace std::chrono_literals;

// Each look spends a call that a pause may need. So the first is taken when a write is usually about to be
// live, as measured; from then on a quarter of what has passed, 2 s to 5 min. A little before the usual time,
// so that a channel that became faster is noticed.
Millis Actuator::next_look(const journal::Record& r) const {
  const auto passed = r.sent_at ? floor_.clock.now() - *r.sent_at : Millis(0);
  if (const auto* measured = desk_.account.blind_window;
      measured != nullptr && measured->measured(polling::Leg::sent_to_live) > 0) {
    const Millis usual = measured->quantile(polling::Leg::sent_to_live, 0.5) * 4 / 5;
    if (passed < usual) return std::max<Millis>(usual - passed, 2s);
  }
  return std::clamp<Millis>(passed / 4, 2s, 5min);
}

awaitable<void> Actuator::read_back(ListingId listing, std::uint64_t epoch) {
  if (floor_.stopping || !floor_.opened) co_return;
  const auto* r = record(listing);
  // It may have gone out, and land after all that follows: the journal is to remember it as such.
  if (r != nullptr && r->epoch == epoch && r->state == State::sent &&
      !co_await move(listing, epoch, State::unresolved, "sent, and no answer is known"))
    co_return;
  // What was read before the orders were seen needs no other reading.
  if (const auto live = floor_.custody.landed(journal::field_of(desk_.id(), listing), epoch))
    co_return co_await confirm(listing, epoch, *live);
  auto reading = co_await read(listing, Purpose::resolve, 0);
  r = record(listing);
  if (r == nullptr || r->epoch != epoch || !may_land(r->state) || !floor_.opened) co_return;
  const auto again = [&] { add_later(listing, floor_.clock.monotonic() + next_look(*r)); };
  if (!reading) co_return again();
  const guard::Seen seen{reading->state.quantity, reading->state.activity, floor_.clock.now()};
  const auto judgement = co_await floor_.receive(desk_, listing, seen);
  r = record(listing);
  if (r == nullptr || r->epoch != epoch || !may_land(r->state)) co_return;
  const auto passed = r->sent_at ? floor_.clock.now() - *r->sent_at : Millis(0);

  // The listings feed may have seen it first: then nothing has changed since, and it is what we wrote.
  const bool seen_before = judgement.owner == Owner::unchanged && r->target && seen.quantity == r->target &&
                           r->sent_at && seen.at >= *r->sent_at;
  const bool gone_unanswered = r->state != State::accepted && r->state != State::stuck;
  if (seen_before || (judgement.owner == Owner::our_write && judgement.epoch == epoch)) {
    const auto landing = floor_.custody.landing(desk_.account, listing, epoch, seen);
    if (landing == guard::Landing::landed || passed >= floor_.pace_of(desk_).late)
      co_return co_await confirm(listing, epoch, seen.at);
    // Sold down to the same number, it may land yet, and would raise what is shown.
    if (landing == guard::Landing::orders_awaited) {
      waiting_.insert(listing);
      add_later(listing, floor_.clock.monotonic() + 15min);  // without news of orders not for ever later
      co_return;
    }
    if (!gone_unanswered || passed < floor_.times.unresolved_after) co_return again();
  }
  if (judgement.owner == Owner::our_write && judgement.epoch != epoch) {
    // An older one landed over it, or before it: decided afresh from what is there.
    co_await move(listing, epoch, State::abandoned, "an earlier write of ours is live");
    floor_.decide_again(desk_.id(), listing);
    co_return;
  }
  if (judgement.is_persons()) {
    co_await move(listing, epoch, State::abandoned, "a person changed it meanwhile");
    floor_.decide_again(desk_.id(), listing);
    co_return;
  }
  if (gone_unanswered && passed >= floor_.times.unresolved_after) {
    co_await move(listing, epoch, State::abandoned, "read, and nothing of it is seen");
    floor_.decide_again(desk_.id(), listing);
    co_return;
  }
  if (r->state == State::accepted && passed >= floor_.times.stuck_after) {
    log_.error("write_stuck", {{"listing", listing},
                               {"epoch", epoch},
                               {"after", passed},
                               {"advice", "the channel took the change and does not show it"}});
    co_await move(listing, epoch, State::stuck, "not live after " + duration_text(passed));
    r = record(listing);
    if (r == nullptr) co_return;
  }
  again();
}

awaitable<void> Actuator::confirm(ListingId listing, std::uint64_t epoch, Instant live_at) {
  const auto* r = record(listing);
  if (desk_.account.blind_window != nullptr && r->sent_at && r->state == State::accepted)
    desk_.account.blind_window->record_live(*r->sent_at, live_at);
  floor_.exposures.settled(desk_.id(), listing, epoch, live_at);
  co_await move(listing, epoch, State::confirmed, "");
  const auto field = journal::field_of(desk_.id(), listing);
  floor_.custody.confirmed(field);
  floor_.rests.erase(field);
  co_await settle_late(listing);
  // What happened meanwhile may call for another number.
  floor_.decide_again(desk_.id(), listing);
}

void Actuator::look(const ListingId& listing) {
  if (floor_.stopping || desk_.account.marketplace == nullptr || under_way_.contains(listing)) return;
  tasks_.spawn("look " + listing.str(), runtime::OnFailure::log, look_at(listing));
}

awaitable<void> Actuator::look_at(ListingId listing) {
  const auto reading = co_await read(listing, Purpose::resolve, 0);
  if (!reading || !floor_.opened) co_return;
  const guard::Seen seen{reading->state.quantity, reading->state.activity, floor_.clock.now()};
  co_await floor_.receive(desk_, listing, seen);
  floor_.exposures.await(desk_.id(), listing, seen.at);
}

// What cannot land any more is no explanation any more.
awaitable<void> Actuator::settle_late(ListingId listing) {
  const auto* r = record(listing);
  if (r == nullptr || r->late.empty()) co_return;
  std::vector<std::uint64_t> old;
  for (const auto& late : r->late)
    if (floor_.clock.now() - late.sent_at > floor_.times.late_for) old.push_back(late.epoch);
  for (const auto epoch : old)
    if (auto ok = co_await floor_.journal.settle(desk_.id(), listing, epoch); !ok) co_return;
}

}  // namespace forestall::acting
