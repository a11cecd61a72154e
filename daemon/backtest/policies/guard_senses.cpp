// SPDX-License-Identifier: Apache-2.0
// What the guard sees: orders when they are polled, the warehouse's events, readings of its own writes.
#include <algorithm>
#include <stdexcept>

#include "daemon/backtest/policies/guard_policy.hpp"

namespace forestall::backtest {

namespace fc = forecasting;
using world::OrderChange;
using world::StockCause;
using world::World;

void GuardPolicy::touch(world::SkuIndex s) {
  if (skus_[s].dirty) return;
  skus_[s].dirty = true;
  dirty_.push_back(s);
}

void GuardPolicy::poll(const World& world, world::ChannelIndex channel) {
  const auto seen = world.orders(channel, cursors_[channel]);
  cursors_[channel] += seen.size();
  for (const auto& event : seen) see(world, event);
  watermark_[channel] = world.watermark(channel);
  auto& awaiting = awaiting_[channel];
  std::erase_if(awaiting, [&](world::ListingIndex listing) {
    // The world shows the orders of the watermark's own instant as well.
    books_[listing].watermark(watermark_[channel] + Millis{1});
    if (books_[listing].reading_awaited()) return false;
    touch(listing / channels_);
    return true;
  });
}

void GuardPolicy::see(const World& world, const world::OrderEvent& event) {
  const world::ListingIndex listing = world.demand().listing[event.line];
  const world::SkuIndex s = listing / channels_;
  Sku& sku = skus_[s];
  const bool restores = world.scenario().channels[listing % channels_].restores_on_cancel;
  switch (event.change) {
    case OrderChange::accepted:
    case OrderChange::accepted_pending:
      sku.available -= event.units;
      sku.last_sale = std::max(sku.last_sale, event.at);
      if (sku.known_empty && event.at > sku.emptied) sku.since_empty -= event.units;
      books_[listing].order_seen(event.at, event.units);
      fc::note_sold(sku.belief, event.units);
      demand_.sold(s, event.at, event.units);
      touch(s);
      return;
    case OrderChange::handed_over:
      if (!sku.known_empty) fc::note_picked(sku.belief, law_, std::max(0, sku.available));
      return;
    case OrderChange::cancelled_seller:
      counts_.oversold_in[static_cast<std::size_t>(sku.regime)] += event.units;
      [[fallthrough]];
    case OrderChange::cancelled_buyer:
    case OrderChange::cancelled_unpaid:
      sku.available += event.units;
      if (sku.known_empty && event.at > sku.emptied) sku.since_empty += event.units;
      if (restores) books_[listing].restored(event.at, event.units);
      touch(s);
      return;
    case OrderChange::confirmed:
      return;
  }
}

void GuardPolicy::see_stock(const World& world) {
  const auto events = world.stock_events(stock_cursor_);
  stock_cursor_ += events.size();
  for (const auto& event : events) {
    Sku& sku = skus_[event.sku];
    if (event.cause == StockCause::pick_failed) {
      sku.known_empty = true;
      sku.since_empty = 0;
      sku.emptied = event.at;
    } else if (event.cause == StockCause::receipt) {
      fc::note_receipt(sku.belief, law_, std::max(0, sku.available));
      sku.since_empty += event.delta;
      sku.available += event.delta;
      sku.on_order = std::max(0, sku.on_order - event.delta);
    } else {
      const auto closed = fc::note_counted(sku.belief, sku.available, sku.available + event.delta, 0);
      if (!settings_.losses.observe(closed)) throw std::logic_error("a count closed an impossible interval");
      law_ = settings_.losses.law();
      sku.known_empty = false;
      sku.available += event.delta;
    }
    touch(event.sku);
  }
}

// The channel reports a write processed when it is live; what it then shows is read.
void GuardPolicy::read_back(const World& world) {
  for (world::ChannelIndex channel = 0; channel < channels_; ++channel) {
    auto& due = due_[channel];
    while (!due.empty() && due.front().due <= world.now()) {
      const ReadBack back = due.front();
      due.pop_front();
      auto& book = books_[back.listing];
      book.settled(back.number, world.now());
      if (!book.reading_awaited()) awaiting_[channel].push_back(back.listing);
      book.reading(world.listed(back.listing), world.now());
    }
  }
}

void GuardPolicy::pass_day(const World& world) {
  if (world.now() < next_day_) return;
  while (next_day_ <= world.now()) next_day_ += std::chrono::days{1};
  for (world::SkuIndex s = 0; s < skus_.size(); ++s) {
    // The seller's own purchase orders are known to them.
    const std::int32_t on_order = world.stock().on_order(s);
    if (on_order > skus_[s].on_order) {
      skus_[s].receipts.push_back(std::chrono::floor<std::chrono::days>(world.now()) +
                                  world.scenario().stock.lead_time);
      if (skus_[s].close) touch(s);
    }
    std::erase_if(skus_[s].receipts, [&](Instant due) { return due <= world.now(); });
    skus_[s].on_order = on_order;
  }
}

}  // namespace forestall::backtest
