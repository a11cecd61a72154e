// SPDX-License-Identifier: Apache-2.0
// One model of shoppers, channels and a warehouse in virtual time. Pure: no I/O, no clock, no randomness but
// its seed. Whoever drives it moves time on, reads what a seller may see and hands in writes; the truth stays
// inside until asked for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "daemon/backtest/world/catalogue.hpp"
#include "daemon/backtest/world/demand.hpp"
#include "daemon/backtest/world/event_queue.hpp"
#include "daemon/backtest/world/logs.hpp"
#include "daemon/backtest/world/scenario.hpp"
#include "daemon/backtest/world/stock.hpp"
#include "daemon/backtest/world/truth.hpp"

namespace forestall::world {

enum class WriteKind : std::uint8_t {
  absolute,         // the offer becomes `value`, whatever was sold meanwhile
  relative,         // the offer changes by `value`, never below zero
  compare_and_set,  // becomes `value` only where it is `expected` at that moment
};

struct Write {
  ListingIndex listing = 0;
  WriteKind kind = WriteKind::absolute;
  std::int32_t value = 0;
  std::int32_t expected = 0;
};

class World {
 public:
  // The catalogue and the demand must be checked (check()) and outlive the world. Throws std::logic_error
  // where the scenario does not fit them.
  World(Scenario scenario, const Catalogue& catalogue, const Demand& demand);

  const Scenario& scenario() const { return scenario_; }
  const Catalogue& catalogue() const { return catalogue_; }
  const Demand& demand() const { return demand_; }

  // Time. At one instant the day's review comes first, then what was scheduled, then picks, then shoppers.
  Instant now() const { return now_; }
  Instant next_event() const;      // Instant::max() where nothing will ever happen by itself
  void advance_to(Instant until);  // everything at or before `until` happens; earlier than now(): nothing

  // What a seller can do. A write goes live live_after + `delay` from now; returns that instant.
  Instant write(const Write& write, Millis delay = Millis{0});
  // A person at the channel's own pages: live at once.
  void edit(ListingIndex listing, std::int32_t quantity) { listed_[listing] = quantity < 0 ? 0 : quantity; }
  void set_buyable(ListingIndex listing, bool buyable) { off_[listing] = buyable ? 0 : 1; }
  bool buyable(ListingIndex listing) const { return off_[listing] == 0; }

  // What a seller can see.
  std::int32_t listed(ListingIndex listing) const { return listed_[listing]; }  // read-back of what is live
  std::int32_t initial_stock(SkuIndex sku) const { return stock_.initial(sku); }
  std::int32_t book(SkuIndex sku) const {
    return stock_.book(sku);
  }  // the warehouse's own: knows picks at once
  // The events of a channel from `cursor` on that are visible now.
  std::span<const OrderEvent> orders(ChannelIndex channel, std::size_t cursor) const;
  // Every order of the channel placed before this instant is visible.
  Instant watermark(ChannelIndex channel) const { return now_ - scenario_.channels[channel].visible_after; }
  // What the warehouse reports from `cursor` on.
  std::span<const StockEvent> stock_events(std::size_t cursor) const;

  // What nobody can see.
  const Stock& stock() const { return stock_; }
  std::span<const LineTruth> lines() const { return lines_; }
  Truth truth() const;

 private:
  void warm_up();
  void happen(const Event& event);
  void offer(LineIndex line);
  bool accepts(ListingIndex listing, std::int32_t units) const;
  void accept(LineIndex line, ListingIndex listing, std::int32_t units);
  void accept_with_rules(LineIndex line, ListingIndex listing, std::int32_t units, const ChannelRules& rules);
  void pick(LineIndex line);
  void call_off(LineIndex line, OrderChange change);
  void go_live(const Event& event);
  void note(LineIndex line, std::int32_t units, OrderChange change);
  void note_stock(SkuIndex sku, std::int32_t delta, StockCause cause);
  Instant next_pick() const;
  std::span<const Component> parts(ListingIndex listing) const {
    return {catalogue_.components.data() + catalogue_.first[listing],
            catalogue_.components.data() + catalogue_.first[listing + 1]};
  }

  Scenario scenario_;
  const Catalogue& catalogue_;
  const Demand& demand_;
  Instant now_;
  Instant next_review_;
  EventQueue queue_;
  Stock stock_;
  std::vector<std::int32_t> listed_;
  std::vector<std::uint8_t> off_;
  std::vector<std::uint8_t> plain_;  // per channel: atomic countdown, no pending orders, nobody withdraws
  std::vector<LineTruth> lines_;
  std::vector<std::vector<OrderEvent>> order_logs_;  // per channel
  std::vector<StockEvent> stock_log_;
  std::vector<LineIndex> to_pick_;  // of plain channels, in the order of acceptance
  std::vector<std::uint8_t> recount_due_;
  std::size_t next_pick_ = 0;
  LineIndex next_line_ = 0;
  LineIndex last_line_ = 0;
  std::int64_t writes_ = 0, writes_live_ = 0, writes_refused_ = 0;
};

}  // namespace forestall::world
