// SPDX-License-Identifier: Apache-2.0
// From a durable intent to a call of the channel. Every reason not to send is looked for first, and again in
// the last moment.
#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>

#include "connectors/net/sleep.hpp"
#include "daemon/acting/actuator.hpp"
#include "daemon/acting/told.hpp"
#include "daemon/acting/weigh.hpp"
#include "daemon/acting/writes.hpp"
#include "daemon/guard/rule.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using guard::Owner;
using journal::State;
using scheduling::Purpose;
using namespace std::chrono_literals;

awaitable<void> Actuator::act(ListingId listing, std::uint64_t epoch) {
  for (int pass = 0; pass < 5; ++pass)
    if (!co_await act_once(listing, epoch)) co_return;
  // The queue is so long that every reading is old by its turn: it goes to its end again.
  again_.insert(listing);
}

awaitable<bool> Actuator::act_once(ListingId listing, std::uint64_t& epoch) {
  const auto* r = record(listing);
  if (r == nullptr || r->epoch != epoch || r->state != State::requested) co_return false;
  if (const auto why = forbidden(listing)) {
    // A stopping daemon leaves it for the next one; an account that is not fit keeps it until it is.
    if (fit()) co_await give_up(listing, epoch, *why, false);
    co_return false;
  }
  const auto target = r->target.value_or(Units{});
  const auto purpose = target <= r->before.quantity.value_or(target) ? Purpose::pause : Purpose::raise;
  double value = urgency_of(floor_, desk_, *r);
  auto reading = co_await read(listing, purpose, value);
  if (!reading) {
    co_await give_up(listing, epoch, "not read: " + to_string(reading.error()), true);
    co_return false;
  }
  const guard::Seen seen{reading->state.quantity, reading->state.activity, floor_.clock.now()};
  bool explained = false;
  if (!co_await settle_on(listing, epoch, *reading, seen, explained)) co_return false;

  if (r = record(listing); r != nullptr) value = urgency_of(floor_, desk_, *r);
  if (auto ok = co_await floor_.take_turn(desk_.account, ports::CallKind::write, purpose, value); !ok) {
    co_await give_up(listing, epoch, "no turn: " + to_string(ok.error()), true);
    co_return false;
  }
  if (floor_.clock.now() - seen.at > floor_.times.reading_good_for) co_return true;

  // settle_on may have made a newer epoch of it, and the turn took its time.
  r = record(listing);
  if (r == nullptr || r->epoch != epoch || r->state != State::requested) co_return false;
  const auto now_target = r->target.value_or(Units{});
  const auto shown = seen.quantity.value_or(Units{});
  const auto moved = now_target < shown ? shown - now_target : now_target - shown;
  const guard::Change change{.listing = listing.str(),
                             .units = moved,
                             .value = value_of(floor_, desk_, listing, moved),
                             .explained_by_orders = explained};
  const std::size_t listings = floor_.seller.ledger->mirror().listings_of(desk_.id());
  if (r->origin == journal::Origin::rule) {
    const auto admission =
        desk_.breaker.admit(change, desk_.account.settings.breaker, listings, floor_.clock.now());
    if (admission == guard::Admission::refused) {
      const auto why = desk_.breaker.why();
      co_await floor_.trip(desk_, why);
      co_await give_up(listing, epoch, "breaker: " + why, false);
      co_return false;
    }
    if (admission == guard::Admission::wait) {
      held_.insert(listing);
      co_return false;
    }
  }
  co_await send(
      listing, epoch,
      {.quantity = seen.quantity, .activity = seen.activity, .restore = reading->restore, .at = seen.at});
  co_return false;
}

// Whose is it, and is the wish still right for what was read? False: nothing is to be sent.
awaitable<bool> Actuator::settle_on(ListingId listing, std::uint64_t& epoch,
                                    const ports::ListingReading& reading, const guard::Seen& seen,
                                    bool& explained) {
  const auto* before = record(listing);
  if (before == nullptr || before->epoch != epoch) co_return false;
  const auto origin = before->origin;
  const auto target = before->target;
  const auto wished = before->command;
  // What is known of the listing is being put together: nothing could be compared.
  if (!floor_.opened) co_return false;
  const auto judgement = co_await floor_.receive(desk_, listing, seen);
  if (!reading.writable) {
    co_await give_up(listing, epoch, "must not be written: " + reading.why, true);
    co_return false;
  }
  // A person asked for this write, or it restores what a person had: nothing is left to yield to.
  if (origin != journal::Origin::rule) {
    // What was to be put back is not theirs any more: they have set something else since.
    if (origin == journal::Origin::put_back && judgement.is_persons()) {
      co_await give_up(listing, epoch, "left alone: " + std::string(guard::word(judgement.owner)), false);
      co_return false;
    }
    if (seen.quantity == target && target) {
      co_await move(listing, epoch, State::confirmed, "found so");
      co_return false;
    }
    co_return true;
  }
  if (judgement.owner == Owner::wait_for_watermark) {
    ++desk_.figures.waits;
    waiting_.insert(listing);
    // Looked at again when the watermark has passed this reading; without news of orders not for ever later.
    add_later(listing, floor_.clock.monotonic() + 15min);
    co_return false;
  }
  if (!judgement.may_write()) {
    co_await give_up(listing, epoch, "left alone: " + std::string(guard::word(judgement.owner)), false);
    co_return false;
  }
  const auto stored = floor_.listing(desk_.id(), listing);
  if (!stored) co_return false;
  const auto planned = floor_.decide(desk_.id(), listing, guard::Detail::acts, &seen);
  if (!planned) co_return false;
  const auto& decided = *planned;
  if (!decided.decision.is_act()) {
    floor_.exposures.await(desk_.id(), listing, seen.at);
    const bool so = target && seen.quantity == target;
    co_await move(listing, epoch, so ? State::confirmed : State::abandoned,
                  so ? "found so" : "not needed: " + std::string(guard::word(decided.decision.reason)));
    if (floor_.pause_is_due(desk_, decided.facts)) floor_.decide_again(desk_.id(), listing);
    co_return false;
  }
  explained = explained_by_orders(floor_, decided);
  const double urgency =
      urgency_of(floor_, desk_, decided, seen.quantity.value_or(Units{}), decided.decision.target);
  const auto field = journal::field_of(desk_.id(), listing);
  const auto command = command_of(decided);
  if (wished == command && target == decided.decision.target) {
    floor_.urgencies.insert_or_assign(field, std::pair(epoch, urgency));
    co_return true;
  }
  // What was read calls for another number, or for the same from another one: a changed wish is a new epoch.
  std::vector<journal::Wish> wishes;
  wishes.push_back(
      {.named_epoch = epoch,
       .intent = {.command = command,
                  .before = {.quantity = seen.quantity, .activity = seen.activity, .at = seen.at},
                  .who = decided.rule,
                  .reason = std::string(guard::word(decided.decision.reason)),
                  .explanation = guard::to_json(decided),
                  .requested_at = floor_.clock.now()}});
  const auto intent = wishes.front().intent;
  auto appended = co_await floor_.journal.append(std::move(wishes));
  if (!appended || !appended->front().done) co_return false;
  epoch = appended->front().epoch;
  tell_intent(log_, epoch, intent);
  floor_.urgencies.insert_or_assign(field, std::pair(epoch, urgency));
  ++desk_.figures.wished;
  co_return true;
}

awaitable<void> Actuator::send(ListingId listing, std::uint64_t epoch, journal::Before reading) {
  // Nothing is sent whose answer could come after the lease is somebody else's.
  const auto lease_suffices = [this] {
    return floor_.seller.open &&
           floor_.seller.ledger->lease_until() - floor_.machine.monotonic() > floor_.times.write_timeout;
  };
  for (int tries = 0; !lease_suffices(); ++tries) {
    if (tries == 50 || floor_.stopping) co_return floor_.rest(desk_.id(), listing);
    co_await net::sleep_for(floor_.machine, 100ms);
  }
  const auto* r = record(listing);
  if (r == nullptr || r->epoch != epoch || r->state != State::requested) co_return;
  if (const auto why = forbidden(listing)) {
    if (fit()) co_await give_up(listing, epoch, *why, false);
    co_return;
  }
  const auto command = r->command;
  const auto key = journal::idempotency_key(floor_.seller.settings.id, epoch, r->requested_at);
  // What was read and written of the other listings since: the stock must still bear it. From here to the
  // book nothing else runs.
  if (r->origin == journal::Origin::rule) {
    const guard::Seen seen{.quantity = reading.quantity, .activity = reading.activity, .at = reading.at};
    const auto planned = floor_.decide(desk_.id(), listing, guard::Detail::acts, &seen);
    if (!planned || !planned->decision.is_act() || planned->decision.target != r->target ||
        command_of(*planned) != command) {
      co_await give_up(listing, epoch, "not right any more", false);
      floor_.decide_again(desk_.id(), listing);
      co_return;
    }
  }
  const auto write = pending_of(r->target, journal::way_of(command), reading.quantity);
  if (!floor_.exposures.sent(desk_.id(), listing, epoch, write, floor_.clock.now()) &&
      r->origin == journal::Origin::rule) {
    co_await give_up(listing, epoch, "too many writes are unresolved", true);
    co_return;
  }
  if (!co_await move(listing, epoch, State::sent, "", std::move(reading))) {
    // Stored or not: nothing was sent. If it was, a later look at the listing finds out.
    floor_.exposures.refused(desk_.id(), listing, epoch);
    floor_.rest(desk_.id(), listing);
    co_return;
  }
  // The last moment: a mode that changed while the journal wrote keeps the call from being made.
  if (const auto why = forbidden(listing); why || !lease_suffices()) {
    floor_.exposures.refused(desk_.id(), listing, epoch);
    co_await move(listing, epoch, State::abandoned, "not sent: " + why.value_or("too little lease left"));
    if (!why) floor_.rest(desk_.id(), listing);
    co_return;
  }
  const auto receipt = co_await desk_.account.marketplace->write(command, key, floor_.times.write_timeout);
  if (receipt) {
    std::string detail = receipt->reference;
    for (const auto& warning : receipt->warnings) detail += (detail.empty() ? "" : "; ") + warning;
    co_await move(listing, epoch, State::accepted, detail);
    const auto* sent = record(listing);  // none while the journal opens anew
    add_later(listing, floor_.clock.monotonic() + (sent != nullptr ? next_look(*sent) : Millis(2s)));
    co_return;
  }
  const auto& error = receipt.error();
  if (error.code == ErrorCode::conflict && journal::way_of(command).expected)
    co_return co_await compared_unequal(listing, epoch, error);
  ++desk_.figures.write_failures;
  switch (error.code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
      floor_.exposures.refused(desk_.id(), listing, epoch);
      log_.error("write_rejected", {{"listing", listing}, {"reason", error}});
      co_await move(listing, epoch, State::rejected, to_string(error));
      floor_.rest(desk_.id(), listing);
      break;
    case ErrorCode::outcome_unknown:
    case ErrorCode::cancelled:
    case ErrorCode::internal:
      co_await move(listing, epoch, State::unresolved, to_string(error));
      add_later(listing, floor_.clock.monotonic() + 1s);
      break;
    default:
      // By the port's contract nothing was done.
      floor_.exposures.refused(desk_.id(), listing, epoch);
      co_await move(listing, epoch, State::abandoned, "not carried out: " + to_string(error));
      floor_.rest(desk_.id(), listing);
  }
}

// It showed another number by then: a sale in between, or a person. Certainly not done, and no failure: what
// it shows now is read and judged before anything else is sent. A listing that sells faster than it can be
// compared rests like one that fails.
awaitable<void> Actuator::compared_unequal(ListingId listing, std::uint64_t epoch, Error error) {
  constexpr int at_once = 3;
  floor_.exposures.refused(desk_.id(), listing, epoch);
  co_await move(listing, epoch, State::abandoned, "changed meanwhile: " + to_string(error));
  if (++floor_.rests[journal::field_of(desk_.id(), listing)].unequal > at_once)
    floor_.rest(desk_.id(), listing);
  else
    floor_.decide_again(desk_.id(), listing);
}

}  // namespace forestall::acting
