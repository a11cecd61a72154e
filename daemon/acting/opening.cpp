// SPDX-License-Identifier: Apache-2.0
// Opening the journal: everything that has to be known before anything is judged or sent, put together in
// slices that give way.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/acting/seller_acts.hpp"

namespace forestall::acting {

using boost::asio::awaitable;
using boost::asio::use_awaitable;
using journal::State;
namespace asio = boost::asio;

namespace {

constexpr std::size_t listings_a_turn = 1000;
constexpr std::size_t orders_a_turn = 500;
constexpr std::size_t marks_a_turn = 1000;
constexpr std::size_t records_a_turn = 500;

}  // namespace

// What we wished for a listing cannot be read any more, nor what may still land: it is a person's until
// somebody resumes it. The hold is stored before the record is set aside.
awaitable<bool> SellerActs::leave_damaged() {
  const auto damaged = floor_.journal.damaged();
  for (const auto& [field, why] : damaged) {
    if (const auto whose = journal::parse_field(field)) {
      const auto stored = floor_.listing(whose->first, whose->second);
      const auto hold = stored ? floor_.hold_of(*stored) : std::nullopt;
      const bool for_ever = hold && !hold->until;
      if (stored && !for_ever) {
        const guard::Hold left{.since = ports_.clock.now(),
                               .by = "forestalld",
                               .why = "its record in the journal cannot be read; resume it after a look"};
        auto ok = co_await ports_.seller.ledger->set_hold(whose->first, whose->second, guard::to_text(left));
        if (!ok) {
          floor_.log.warning("damaged_record_not_left", {{"listing", whose->second}, {"reason", ok.error()}});
          co_return false;
        }
      }
    }
    if (auto ok = co_await floor_.journal.set_aside(field); !ok) {
      floor_.log.warning("damaged_record_not_set_aside", {{"reason", ok.error()}});
      co_return false;
    }
  }
  co_return true;
}

awaitable<bool> SellerActs::open_journal() {
  auto& ledger = *ports_.seller.ledger;
  if (!co_await ledger.make_whole()) co_return false;
  if (auto ok = co_await floor_.journal.open(); !ok) {
    floor_.log.warning("journal_not_open", {{"reason", ok.error()}});
    co_return false;
  }
  if (!co_await leave_damaged()) co_return false;
  if (!co_await store_switches()) co_return false;
  for (auto& desk : floor_.desks) {
    const auto& controls = floor_.journal.controls();
    if (const auto mode = controls.find("mode " + desk.id().str()); mode != controls.end())
      desk.override_mode = parse_mode(mode->second);
    if (const auto why = controls.find("breaker " + desk.id().str()); why != controls.end())
      desk.tripped = why->second;
    desk.was_ready = false;
  }
  floor_.custody.clear();
  floor_.exposures.clear();
  floor_.urgencies.clear();
  foresight_.clear();
  patrolled_ = 0;
  patrol_since_ = ports_.clock.monotonic();
  made();
  if (auto ok = co_await floor_.beliefs.replay(ports_.redis, ports_.clock, ports_.executor, progress_); !ok) {
    floor_.log.warning("demand_not_replayed", {{"reason", ok.error()}});
    co_return false;
  }
  const auto& mirror = ledger.mirror();
  mirror_generation_ = mirror.generation();
  for (std::size_t i = 0; i < mirror.listings(); ++i) {
    const auto listing = mirror.listing(ledger::ListingRef{static_cast<std::uint32_t>(i)});
    floor_.custody.load(listing);
    if (const auto hold = floor_.hold_of(listing); hold && hold->until)
      later_.emplace(ports_.clock.monotonic() + (*hold->until - ports_.clock.now()),
                     std::pair(listing.account, listing.listing));
    if (i % listings_a_turn != listings_a_turn - 1) continue;
    made();
    co_await asio::post(ports_.executor, use_awaitable);
  }
  co_await read_open_orders();
  if (auto ok = co_await read_cancelled_orders(); !ok) {
    floor_.log.warning("orders_not_read", {{"reason", ok.error()}});
    co_return false;
  }
  auto undecided = co_await ledger.undecided();
  if (!undecided) {
    floor_.log.warning("undecided_not_read", {{"reason", undecided.error()}});
    co_return false;
  }
  const auto to_decide = undecided->size();
  co_await mark_undecided(std::move(*undecided));
  const auto unsettled = co_await reconcile();
  floor_.opened = true;
  floor_.log.notice(
      "journal_opened",
      {{"intents", floor_.journal.records().size()}, {"open", unsettled}, {"undecided", to_decide}});
  co_return true;
}

awaitable<void> SellerActs::mark_undecided(std::deque<std::pair<std::string, std::uint64_t>> undecided) {
  for (std::size_t marked = 1; !undecided.empty(); ++marked) {
    mark(undecided.front().first, {.sequence = undecided.front().second});
    undecided.pop_front();
    if (marked % marks_a_turn != 0) continue;
    made();
    co_await asio::post(ports_.executor, use_awaitable);
  }
}

// What was sent without an answer is read, never sent again; what was only written down is decided and
// carried out as if it were new. Returns how many are open.
awaitable<std::size_t> SellerActs::reconcile() {
  std::size_t unsettled = 0;
  for (std::optional<journal::Journal::Place> place{std::in_place}; place;) {
    // Records came while others had their turn: once more, from the beginning.
    if (place->bucket == 0 || place->buckets != floor_.journal.records().bucket_count()) {
      floor_.exposures.clear();
      unsettled = 0;
    }
    place = floor_.journal.visit(*place, records_a_turn, [&](const auto& field, const auto& record) {
      if (reconcile(field, record)) ++unsettled;
    });
    made();
    co_await asio::post(ports_.executor, use_awaitable);
  }
  co_return unsettled;
}

bool SellerActs::reconcile(const std::string& field, const journal::Record& record) {
  // Read before a write, later than any feed told.
  if (const auto known = floor_.custody.last(field);
      record.state != State::confirmed && record.before.quantity && (!known || known->at < record.before.at))
    floor_.custody.accept(
        field,
        {.quantity = record.before.quantity, .activity = record.before.activity, .at = record.before.at});
  if (!is_open(record.state)) {
    // Read back later than any feed told: that is what we know of it.
    const auto last = floor_.custody.last(field);
    if (record.state == State::confirmed && record.target && (!last || last->at < record.moved_at))
      floor_.custody.accept(field, {.quantity = record.target, .at = record.moved_at});
    else
      doubt_zero(field, record);
  }
  // Once everything that was read is known: the book begins with it.
  if (may_land(record.state) || !record.late.empty()) floor_.exposures.restore(record);
  if (!is_open(record.state)) return false;
  if (auto* to = actuator(journal::account_of(record.command)))
    to->enqueue(journal::listing_of(record.command));
  return true;
}

// The book forgets at a restart: told of an order again, it would take it for a new one; and what it does not
// know of could not be added to what is told from now on.
awaitable<void> SellerActs::read_open_orders() {
  const auto& open = ports_.seller.ledger->mirror().all_open();
  std::pair<AccountId, OrderId> next{};
  for (std::size_t n = 1;; ++n) {
    const auto at = n == 1 ? open.begin() : open.upper_bound(next);
    if (at == open.end()) co_return;
    floor_.custody.order(at->second, ports_.clock.now());
    next = at->first;
    if (n % orders_a_turn != 0) continue;
    made();
    co_await asio::post(ports_.executor, use_awaitable);
  }
}

// What was cancelled altogether is not open any more, and a channel may have put its units back since the
// listing was read: forgotten, what it may sell would be too few, and the rise a person's.
awaitable<Status> SellerActs::read_cancelled_orders() {
  const auto now = ports_.clock.now();
  co_return co_await ports_.seller.ledger->visit_orders([&](const model::OrderUpsert& order) {
    made();
    if (!order.closed_at) return;
    const bool unread = std::ranges::any_of(order.lines, [&](const model::OrderLine& line) {
      if (!line.cancelled || line.cancelled->units <= Units{}) return false;
      const auto last = floor_.custody.last(journal::field_of(order.account, line.listing));
      return !last || line.cancelled->at >= last->at - Custody::slack;
    });
    if (unread) floor_.custody.order(order, now);
  });
}

// Read as zero, and the intent says another number: sold out or put to zero while nobody looked, or just
// before the last daemon died. Judged like any other reading, from what the intent says.
void SellerActs::doubt_zero(const std::string& field, const journal::Record& record) {
  const auto last = floor_.custody.last(field);
  if (!last || last->quantity != Units{} || claims_zero(record)) return;
  const bool live = record.state == State::confirmed;
  const guard::Seen known{.quantity = live ? record.target : record.before.quantity,
                          .at = live ? record.moved_at : record.before.at};
  if (!known.quantity || *known.quantity == Units{} || last->at < known.at) return;
  readings_.push_back({journal::account_of(record.command), journal::listing_of(record.command), *last});
  floor_.custody.know(field, known);
}

}  // namespace forestall::acting
