// SPDX-License-Identifier: Apache-2.0
#include "daemon/acting/exposures.hpp"

#include <algorithm>

#include "daemon/acting/writes.hpp"
#include "daemon/journal/codec.hpp"

namespace forestall::acting {

using journal::field_of;

namespace {

std::int32_t count(Units units) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(units.count(), 0, Units::max_reading));
}
// Epochs are unique within the seller; of one listing never 2^32 lie between two that matter.
std::uint32_t number(std::uint64_t epoch) { return static_cast<std::uint32_t>(epoch); }
bool is_same(const std::optional<guard::Seen>& base, const guard::Seen& last) {
  return base && base->at == last.at && base->quantity == last.quantity;
}

}  // namespace

bool Exposures::restores(const AccountId& account) const {
  for (const auto* known : seller_.accounts)
    if (known->settings.id == account && known->marketplace != nullptr)
      return known->marketplace->capabilities().restores_on_cancel != model::Proof::no;
  return true;
}

std::optional<Instant> Exposures::passed(const AccountId& account) const {
  for (const auto* known : seller_.accounts)
    if (known->settings.id == account) return known->orders_complete_before;
  return std::nullopt;
}

Exposures::Known Exposures::of(const AccountId& account, const ListingId& listing) const {
  if (const auto at = books_.find({account, listing}); at != books_.end())
    return {at->second.book.exposure(), at->second.book.reading_awaited()};
  const auto field = field_of(account, listing);
  const auto watermark = passed(account);
  const auto last = custody_.last(field);
  const auto base = custody_.settled(field, watermark);
  Known known;
  known.reading_waits = last && !is_same(base, *last);
  const auto& from = base ? base : last;
  if (!from || !from->quantity) return known;
  const Units sold = custody_.sold_since(account, listing, from->at);
  const Units restored =
      restores(account) ? custody_.sales().cancelled(field, from->at - Millis(1)) : Units{};
  const auto units = count(*from->quantity - sold + restored);
  known.exposure = {
      .units = units, .settled_units = units, .heading_units = units, .known = base.has_value()};
  return known;
}

// From here on events are told one by one; what is known already is told at once.
Exposures::Entry& Exposures::open(const AccountId& account, const ListingId& listing) {
  const auto [at, fresh] = books_.try_emplace(Key{account, listing}, Entry{listing, {}, {}});
  if (!fresh) return at->second;
  auto& book = at->second.book;
  const auto field = field_of(account, listing);
  const auto watermark = passed(account);
  const auto last = custody_.last(field);
  const auto base = custody_.settled(field, watermark);
  if (base) {
    book.reading(count(*base->quantity), base->at);
    book.watermark(*watermark);
  }
  if (last && !is_same(base, *last) && last->quantity) book.reading(count(*last->quantity), last->at);
  const Instant after = base ? base->at : last ? last->at : Instant::min();
  Units told;
  custody_.sales().each_sold(field, after, [&](Instant placed, Units units) {
    book.order_seen(placed, count(units));
    told += units;
  });
  // What was seen before a restart only the mirror knows, and not when it was placed: as early as it can be.
  if (const Units more = custody_.sold_since(account, listing, after) - told; more > Units{})
    book.order_seen(after + Millis(1), count(more));
  if (restores(account))
    if (const Units back =
            custody_.sales().cancelled(field, after == Instant::min() ? after : after - Millis(1));
        back > Units{})
      book.restored(last ? std::max(after, last->at) : after, count(back));
  return at->second;
}

bool Exposures::sent(const AccountId& account, const ListingId& listing, std::uint64_t epoch,
                     const planner::PendingWrite& write, Instant at) {
  auto& entry = open(account, listing);
  if (!entry.book.sent(number(epoch), write, at)) return false;
  entry.sent.push_back({epoch, at});
  return true;
}

void Exposures::refused(const AccountId& account, const ListingId& listing, std::uint64_t epoch) {
  const auto at = books_.find({account, listing});
  if (at == books_.end()) return;
  at->second.book.refused(number(epoch));
  std::erase_if(at->second.sent, [&](const Sent& sent) { return sent.epoch == epoch; });
}

void Exposures::timed_out(const AccountId& account, const ListingId& listing, std::uint64_t epoch) {
  if (const auto at = books_.find({account, listing}); at != books_.end())
    at->second.book.timed_out(number(epoch));
}

void Exposures::settled(const AccountId& account, const ListingId& listing, std::uint64_t epoch, Instant at) {
  const auto entry = books_.find({account, listing});
  if (entry == books_.end()) return;
  entry->second.book.settled(number(epoch), at);
  std::erase_if(entry->second.sent, [&](const Sent& sent) { return sent.epoch == epoch && sent.at < at; });
}

void Exposures::reading(const AccountId& account, const ListingId& listing, const guard::Seen& seen) {
  const auto at = books_.find({account, listing});
  if (at == books_.end() || !seen.quantity) return;
  at->second.book.reading(count(*seen.quantity), seen.at);
  if (const auto watermark = passed(account)) at->second.book.watermark(*watermark);
}

void Exposures::await(const AccountId& account, const ListingId& listing, Instant read_at) {
  auto& first = waiting_[account].try_emplace(listing, read_at).first->second;
  first = std::min(first, read_at);
}

void Exposures::order(const AccountId& account, const SalesBook::News& news) {
  const auto at = books_.find({account, news.listing});
  if (at == books_.end()) return;
  if (news.sold > Units{}) at->second.book.order_seen(news.placed_at, count(news.sold));
  if (news.cancelled > Units{} && restores(account))
    at->second.book.restored(news.cancelled_at, count(news.cancelled));
}

std::vector<ListingId> Exposures::watermark(const AccountId& account, Instant passed) {
  std::set<ListingId> touched;
  const auto whose = [&](const auto& entry) { return entry.first.first == account; };
  for (auto at = books_.lower_bound(Key{account, ListingId{}}); at != books_.end() && whose(*at);) {
    auto& entry = at->second;
    const bool waited = entry.book.reading_awaited();
    entry.book.watermark(passed);
    if (waited) touched.insert(entry.listing);
    // Nothing is unresolved: the last reading says as much.
    const auto last = custody_.last(field_of(account, entry.listing));
    const bool same = last && last->at >= entry.book.read_at() && last->at < passed;
    at = entry.book.exposure().pending == 0 && !entry.book.reading_awaited() && same ? books_.erase(at)
                                                                                     : std::next(at);
  }
  if (const auto all = waiting_.find(account); all != waiting_.end())
    std::erase_if(all->second, [&](const auto& waiting) {
      if (waiting.second >= passed) return false;
      touched.insert(waiting.first);
      return true;
    });
  return {touched.begin(), touched.end()};
}

std::vector<ListingId> Exposures::give_up(const AccountId& account, Instant now, Millis after) {
  std::vector<ListingId> look;
  for (auto at = books_.lower_bound(Key{account, ListingId{}});
       at != books_.end() && at->first.first == account; ++at)
    if (std::erase_if(at->second.sent, [&](const Sent& sent) {
          if (now - sent.at < after) return false;
          at->second.book.settled(number(sent.epoch), sent.at + after);
          return true;
        }) > 0)
      look.push_back(at->first.second);
  return look;
}

void Exposures::restore(const journal::Record& record) {
  const auto account = journal::account_of(record.command);
  const auto listing = journal::listing_of(record.command);
  struct Write {
    std::uint64_t epoch;
    planner::PendingWrite write;
    Instant at;
  };
  std::vector<Write> late;  // the oldest first
  late.reserve(record.late.size());
  for (const auto& one : record.late)
    late.push_back({one.epoch, pending_of(one.target, one.way, record.before.quantity), one.sent_at});
  // There is always a place for the one that is waited for. Of the others the oldest become one: any number
  // of landings raises a listing by no more than the sum of what each may raise it by. It has no number of
  // its own, so that one of them seen live does not settle the others.
  const bool waited_for = may_land(record.state) && record.sent_at;
  const std::size_t places = planner::ListingBook::most_pending - (waited_for ? 1 : 0);
  while (late.size() > places) {
    auto& kept = late[1];
    const auto raise = planner::raise_of(late[0].write, 0) + planner::raise_of(kept.write, 0);
    kept.epoch = 0;
    kept.write = {.value = count(Units(raise))};
    kept.at = std::max(kept.at, late[0].at);
    late.erase(late.begin());
  }
  for (const auto& [epoch, write, at] : late) {
    sent(account, listing, epoch, write, at);
    timed_out(account, listing, epoch);
  }
  if (!waited_for) return;
  sent(account, listing, record.epoch, pending_of(record), *record.sent_at);
}

}  // namespace forestall::acting
