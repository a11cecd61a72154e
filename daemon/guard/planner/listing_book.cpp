// SPDX-License-Identifier: Apache-2.0
// Counting what a listing may still sell.
#include "daemon/guard/planner/listing_book.hpp"

#include <algorithm>
#include <limits>

namespace forestall::planner {

namespace {
constexpr std::int64_t most_units = std::numeric_limits<std::int32_t>::max();
std::int32_t whole(std::int64_t units) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(units, 0, most_units));
}
}  // namespace

ListingBook::Pending* ListingBook::find(std::uint32_t number) {
  for (Pending& pending : pending_)
    if (pending.number == number) return &pending;
  return nullptr;
}

bool ListingBook::sent(std::uint32_t number, const PendingWrite& write, Instant at) {
  if (pending_.size() >= most_pending) return false;
  pending_.push_back({number, write, at, Instant::max()});
  return true;
}

void ListingBook::sent_again(std::uint32_t number, Instant at) {
  Pending* pending = find(number);
  if (pending == nullptr) return;
  if (pending->write.copies < 255) ++pending->write.copies;
  pending->sent_at = std::max(pending->sent_at, at);
  pending->settled_at = Instant::max();
}

void ListingBook::refused(std::uint32_t number) {
  std::erase_if(pending_, [&](const Pending& pending) { return pending.number == number; });
}

void ListingBook::settled(std::uint32_t number, Instant at) {
  if (Pending* pending = find(number); pending != nullptr && at > pending->sent_at)
    pending->settled_at = std::min(pending->settled_at, at);
}

void ListingBook::timed_out(std::uint32_t number, ExposureRule rule) {
  if (!rule.resolved_by_reading) return refused(number);
  if (Pending* pending = find(number); pending != nullptr) pending->awaited = false;
}

void ListingBook::adopt(const Reading& reading) {
  if (known_ && reading.at <= base_.at) return;
  base_ = reading;
  known_ = true;
  std::erase_if(pending_, [&](const Pending& pending) { return pending.settled_at <= reading.at; });
  std::erase_if(restorations_, [&](const Restoration& back) { return back.at < reading.at; });
}

std::int64_t ListingBook::restored_since(Instant at) const {
  std::int64_t units = 0;
  for (const Restoration& back : restorations_)
    if (back.at >= at) units += back.units;
  return units;
}

void ListingBook::reading(std::int32_t units, Instant at, ExposureRule rule) {
  const Reading reading{.at = at, .units = units};
  if (!rule.waits_for_watermark) return adopt(reading);
  if (known_ && at <= base_.at) return;
  // The first to wait is kept, so that readings which come faster than the watermark do not starve it.
  if (waiting_count_ < waiting_.size()) {
    waiting_[waiting_count_++] = reading;
  } else if (at > waiting_[1].at) {
    waiting_[1] = reading;
  }
}

void ListingBook::order_seen(Instant placed, std::int32_t units, ExposureRule rule) {
  // An order placed at the very instant of a reading may be in it: it does not lower the exposure.
  if (placed > base_.at || !rule.only_orders_after) base_.sold += units;
  for (std::size_t i = 0; i < waiting_count_; ++i)
    if (placed > waiting_[i].at || !rule.only_orders_after) waiting_[i].sold += units;
}

void ListingBook::restored(Instant cancelled, std::int32_t units, ExposureRule rule) {
  if (!rule.restorations_count || (known_ && cancelled < base_.at)) return;
  constexpr std::size_t most_kept = 16;
  if (restorations_.size() == most_kept) {
    // Two become one at the later time: counted for more readings than need be, never for fewer.
    restorations_[1].at = std::max(restorations_[0].at, restorations_[1].at);
    restorations_[1].units += restorations_[0].units;
    restorations_.erase(restorations_.begin());
  }
  restorations_.push_back({cancelled, units});
}

void ListingBook::watermark(Instant passed, ExposureRule) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < waiting_count_; ++i) {
    if (waiting_[i].at < passed)
      adopt(waiting_[i]);
    else
      waiting_[kept++] = waiting_[i];
  }
  waiting_count_ = static_cast<std::uint8_t>(kept);
}

// The newest reading, settled or not, and what has not landed by then, in order.
std::int64_t ListingBook::heading() const {
  Reading from = base_;
  for (std::size_t i = 0; i < waiting_count_; ++i)
    if (waiting_[i].at > from.at) from = waiting_[i];
  std::int64_t units = std::max<std::int64_t>(0, from.units + restored_since(from.at) - from.sold);
  for (const Pending& pending : pending_) {
    if (!pending.awaited || pending.settled_at <= from.at) continue;
    const PendingWrite& write = pending.write;
    switch (write.kind) {
      case WriteKind::absolute:
        units = write.value;
        break;
      case WriteKind::relative:
        units = std::max<std::int64_t>(0, units + write.value);
        break;
      case WriteKind::compare_and_set:
        if (units == write.expected) units = write.value;
        break;
    }
  }
  return units;
}

Exposure ListingBook::exposure(ExposureRule rule) const {
  const std::int64_t settled = base_.units + restored_since(base_.at) - base_.sold;
  if (known_ && pending_.empty() && waiting_count_ == 0) {  // most listings, most of the time
    const std::int32_t units = whole(settled);
    return {.units = units, .settled_units = units, .heading_units = units, .pending = 0, .known = true};
  }
  std::int64_t most = settled;
  for (std::size_t i = 0; i < pending_.size(); ++i)
    if (rule.older_writes_count || i + 1 == pending_.size())
      most += raise_of(pending_[i].write, whole(settled), rule);
  return {.units = known_ ? whole(most) : whole(most_units),
          .settled_units = whole(settled),
          .heading_units = whole(std::min(heading(), most)),
          .pending = static_cast<std::uint8_t>(pending_.size()),
          .known = known_,
          .given_up = static_cast<std::uint8_t>(
              std::ranges::count_if(pending_, [](const Pending& p) { return !p.awaited; }))};
}

}  // namespace forestall::planner
