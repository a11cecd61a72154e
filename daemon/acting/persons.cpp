// SPDX-License-Identifier: Apache-2.0
// What persons ask for: their word stands above every rule, and is written down like any other intent.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/acting/seller_acts.hpp"
#include "daemon/acting/told.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using guard::Hold;
using guard::HoldKind;
using journal::State;

namespace {

std::unexpected<Error> not_open() {
  return fail_retryable(ErrorCode::unavailable, "the seller's journal is not open; see /readyz");
}

}  // namespace

std::vector<ledger::StoredListing> SellerActs::select(const Selection& s) const {
  std::vector<ledger::StoredListing> found;
  if (ports_.seller.ledger == nullptr) return found;
  const auto& mirror = ports_.seller.ledger->mirror();
  const auto add = [&](const ledger::StoredListing& listing) {
    if (s.account && listing.account != *s.account) return;
    if (s.listing && listing.listing != *s.listing) return;
    found.push_back(listing);
  };
  if (s.sku) {
    if (const auto ref = mirror.find_sku(s.sku->str()))
      for (const auto listing : mirror.listings_of(*ref)) add(mirror.listing(listing));
  } else if (s.listing) {
    for (const auto& desk : floor_.desks)
      if (const auto ref = mirror.find_listing(desk.id(), s.listing->str())) add(mirror.listing(*ref));
  } else {
    for (std::size_t i = 0; i < mirror.listings(); ++i)
      add(mirror.listing(ledger::ListingRef{static_cast<std::uint32_t>(i)}));
  }
  return found;
}

// In slices, and by name: each is looked at again when it is its turn, for others speak meanwhile.
awaitable<std::vector<SellerActs::Name>> SellerActs::chosen(Selection s) {
  std::vector<Name> names;
  if (s.sku || s.listing) {
    for (const auto& listing : select(s)) names.emplace_back(listing.account, listing.listing);
    co_return names;
  }
  if (ports_.seller.ledger == nullptr) co_return names;
  const auto& mirror = ports_.seller.ledger->mirror();
  for (std::size_t i = 0; i < mirror.listings(); ++i) {
    const auto listing = mirror.listing(ledger::ListingRef{static_cast<std::uint32_t>(i)});
    if (!s.account || listing.account == *s.account) names.emplace_back(listing.account, listing.listing);
    if (i % 1000 == 999) co_await boost::asio::post(ports_.executor, boost::asio::use_awaitable);
  }
  co_return names;
}

awaitable<Result<std::vector<Done>>> SellerActs::pause(Selection selection, std::string who,
                                                       std::string why) {
  if (!floor_.opened) co_return not_open();
  std::vector<Done> done;
  for (const auto& [account, name] : co_await chosen(selection)) {
    const auto found = floor_.listing(account, name);
    if (!found) continue;
    const auto& listing = *found;
    auto* const desk = floor_.desk(listing.account.str());
    Done one{listing.account, listing.listing};
    if (desk == nullptr) continue;
    if (listing.pool != model::Pool::own) {
      one.what = "not paused: sold from a pool that is not ours to write";
    } else if (const auto mode = floor_.mode_of(*desk, listing); mode != Mode::guard) {
      one.what = fmt::format("not paused: mode {} writes nothing", word(mode));
    } else if (desk->account.settings.writes == config::Writes::none) {
      one.what = "not paused: the account's writes are \"none\"";
    } else {
      const Hold hold{.kind = HoldKind::paused, .since = ports_.clock.now(), .by = who, .why = why};
      if (auto ok = co_await ports_.seller.ledger->set_hold(listing.account, listing.listing, to_text(hold));
          !ok)
        co_return std::unexpected(ok.error());
      const auto* record = floor_.journal.find(listing.account, listing.listing);
      const auto last = floor_.custody.last(journal::field_of(listing.account, listing.listing));
      journal::Intent intent{.command = model::SetQuantity{listing.account, listing.listing, Units{}, {}},
                             .origin = journal::Origin::person,
                             .who = who,
                             .reason = "paused_by_person",
                             .explanation = guard::to_json(explain(*desk, listing)),
                             .requested_at = ports_.clock.now()};
      if (last) intent.before = {.quantity = last->quantity, .activity = last->activity, .at = last->at};
      std::vector<journal::Wish> wishes;
      wishes.push_back({record != nullptr ? record->epoch : 0, intent});
      auto appended = co_await floor_.journal.append(std::move(wishes));
      if (!appended || !appended->front().done) {
        // The hold is stored, so the decision loop sees that its zero is still due.
        mark_listing(listing.account, listing.listing);
        one.what = "held; paused as soon as the journal takes it";
        done.push_back(std::move(one));
        continue;
      }
      tell_intent(floor_.log, appended->front().epoch, intent);
      ++desk->figures.wished;
      floor_.act_on(listing.account, listing.listing);
      one.what = "paused";
    }
    done.push_back(std::move(one));
  }
  co_return done;
}

awaitable<Status> SellerActs::lift(const ledger::StoredListing& listing) {
  const auto field = journal::field_of(listing.account, listing.listing);
  if (!listing.hold.empty())
    if (auto ok = co_await ports_.seller.ledger->set_hold(listing.account, listing.listing, ""); !ok)
      co_return std::unexpected(ok.error());
  floor_.rests.erase(field);
  mark_listing(listing.account, listing.listing);
  co_return Status{};
}

awaitable<Result<std::vector<Done>>> SellerActs::resume(Selection selection, std::string who) {
  if (!floor_.opened) co_return not_open();
  std::vector<Done> done;
  for (const auto& [account, name] : co_await chosen(selection)) {
    const auto found = floor_.listing(account, name);
    if (!found) continue;
    const auto& listing = *found;
    const auto field = journal::field_of(listing.account, listing.listing);
    const auto* record = floor_.journal.find(listing.account, listing.listing);
    const auto last = floor_.custody.last(field);
    const bool off = last && last->quantity == Units{};
    const bool claim = off && !floor_.zero_is_ours(listing.account, listing.listing);
    // Claimed: the journal says from here on that its zero is ours to end.
    if (claim) {
      const auto* const desk = floor_.desk(listing.account.str());
      const journal::Intent intent{
          .command = model::SetQuantity{listing.account, listing.listing, Units{}, {}},
          .before = {.quantity = last->quantity, .activity = last->activity, .at = last->at},
          .origin = journal::Origin::person,
          .who = who,
          .reason = "claimed",
          .explanation = desk != nullptr ? guard::to_json(explain(*desk, listing)) : std::string(),
          .requested_at = ports_.clock.now()};
      std::vector<journal::Wish> wishes;
      wishes.push_back({record != nullptr ? record->epoch : 0, intent});
      auto appended = co_await floor_.journal.append(std::move(wishes));
      if (!appended) co_return std::unexpected(appended.error());
      if (!appended->front().done)
        co_return fail_retryable(ErrorCode::conflict, "another change of the listing came first: try again");
      tell_intent(floor_.log, appended->front().epoch, intent);
      std::vector<journal::Move> moves;
      moves.push_back({.account = listing.account,
                       .listing = listing.listing,
                       .epoch = appended->front().epoch,
                       .to = State::confirmed,
                       .detail = "claimed by " + who});
      if (auto moved = co_await floor_.journal.move(std::move(moves)); !moved)
        co_return std::unexpected(moved.error());
    }
    if (auto ok = co_await lift(listing); !ok) co_return std::unexpected(ok.error());
    done.push_back({listing.account, listing.listing,
                    claim                  ? "claimed"
                    : listing.hold.empty() ? "was not held"
                                           : "resumed"});
  }
  co_return done;
}

awaitable<Result<std::vector<Done>>> SellerActs::hold(Selection selection, std::optional<Millis> length,
                                                      std::string who, std::string why) {
  if (!floor_.opened) co_return not_open();
  std::vector<Done> done;
  for (const auto& [account, name] : co_await chosen(selection)) {
    const auto found = floor_.listing(account, name);
    if (!found) continue;
    const auto& listing = *found;
    Hold hold{.since = ports_.clock.now(), .by = who, .why = why};
    if (length) hold.until = ports_.clock.now() + *length;
    if (auto ok = co_await ports_.seller.ledger->set_hold(listing.account, listing.listing, to_text(hold));
        !ok)
      co_return std::unexpected(ok.error());
    if (length) floor_.decide_later(listing.account, listing.listing, ports_.clock.monotonic() + *length);
    // What was wished and not sent is not wished any more.
    if (const auto* record = floor_.journal.find(listing.account, listing.listing);
        record != nullptr && record->state == State::requested && record->origin == journal::Origin::rule) {
      std::vector<journal::Move> moves;
      moves.push_back({.account = listing.account,
                       .listing = listing.listing,
                       .epoch = record->epoch,
                       .to = State::abandoned,
                       .detail = "held by " + who});
      if (auto moved = co_await floor_.journal.move(std::move(moves)); !moved)
        co_return std::unexpected(moved.error());
    }
    done.push_back({listing.account, listing.listing,
                    hold.until ? "held until " + to_string(*hold.until) : "held until resumed"});
  }
  co_return done;
}

awaitable<Result<std::vector<Done>>> SellerActs::release(Selection selection, std::string who) {
  if (!floor_.opened) co_return not_open();
  std::vector<Done> done;
  std::size_t n = 0;
  for (const auto& [account, name] : co_await chosen(selection)) {
    if (++n % 1000 == 0) co_await boost::asio::post(ports_.executor, boost::asio::use_awaitable);
    const auto found = floor_.listing(account, name);
    if (!found) continue;
    const auto& listing = *found;
    const auto hold = floor_.hold_of(listing);
    const auto last = floor_.custody.last(journal::field_of(listing.account, listing.listing));
    if (guard::in_force(hold, ports_.clock.now())) {
      if (hold->kind == HoldKind::paused) {
        if (auto ok = co_await lift(listing); !ok) co_return std::unexpected(ok.error());
        done.push_back({listing.account, listing.listing, "released"});
      } else {
        done.push_back({listing.account, listing.listing,
                        fmt::format("stays: {} by {}, {}", word(hold->kind), hold->by, hold->why)});
      }
    } else if (last && last->quantity == Units{}) {
      if (!floor_.zero_is_ours(listing.account, listing.listing)) {
        done.push_back({listing.account, listing.listing, "stays: at zero, and not by us"});
      } else {
        if (auto ok = co_await lift(listing); !ok) co_return std::unexpected(ok.error());
        done.push_back({listing.account, listing.listing, "decided afresh"});
      }
    }
  }
  floor_.log.notice("released", {{"by", who}, {"listings", done.size()}});
  co_return done;
}

awaitable<Status> SellerActs::set_mode(AccountDesk& desk, Mode mode, std::string who) {
  const auto name = "mode " + desk.id().str();
  const auto before = desk.mode();
  const auto mine = ++desk.mode_words;
  // Towards less it is in force at once, stored or not; towards more only once it is stored.
  if (mode <= before) desk.override_mode = mode;
  floor_.log.notice("mode", {{"account", desk.id()}, {"mode", word(mode)}, {"by", who}});
  const bool as_configured = mode == desk.account.settings.mode;
  const std::string text = as_configured ? "" : std::string(word(mode));
  if (!floor_.opened) {
    if (mode > before) co_return not_open();
    floor_.unsaved[name] = text;
    co_return fail_retryable(ErrorCode::unavailable, "in force, but not stored yet");
  }
  if (mode <= before) {
    if (auto ok = co_await floor_.keep(name, text); !ok) co_return std::unexpected(ok.error());
  } else {
    if (auto ok = co_await floor_.journal.set_control(name, text); !ok) co_return std::unexpected(ok.error());
    // The newer word stands, stored or not.
    if (desk.mode_words != mine) co_return fail(ErrorCode::conflict, "another mode was set meanwhile");
    floor_.unsaved.erase(name);
  }
  if (desk.mode_words != mine) co_return Status{};
  desk.override_mode = as_configured ? std::nullopt : std::optional(mode);
  noted_.clear();
  if (mode > before) sweep_next_ = 0;
  wake();
  co_return Status{};
}

awaitable<Status> SellerActs::reset_breaker(AccountDesk& desk, std::string who) {
  if (!floor_.opened) co_return not_open();
  const auto name = "breaker " + desk.id().str();
  if (auto ok = co_await floor_.journal.set_control(name, ""); !ok) co_return std::unexpected(ok.error());
  floor_.unsaved.erase(name);
  floor_.log.notice("breaker_reset", {{"account", desk.id()}, {"by", who}, {"was", desk.tripped}});
  desk.tripped.clear();
  desk.breaker.reset();
  desk.writers.reset();
  sweep_next_ = 0;
  wake();
  co_return Status{};
}

}  // namespace forestall::acting
