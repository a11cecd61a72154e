// SPDX-License-Identifier: Apache-2.0
// The guard as a policy of the world: what it may see goes into the same books, beliefs and planner as in the
// daemon. It looks when orders are polled and when a write of its own has gone live.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "daemon/backtest/policies/demand_book.hpp"
#include "daemon/backtest/world/world.hpp"
#include "daemon/guard/planner/listing_book.hpp"
#include "daemon/guard/planner/plan.hpp"
#include "forecasting/stock_belief/stock_belief.hpp"

namespace forestall::backtest {

struct GuardSettings {
  double margin = 1;                         // m
  double cancel_cost = 20;                   // k
  std::vector<Millis> poll_every{};          // one a channel
  std::vector<planner::WriteKind> writes{};  // one a channel
  double write_cost = guard::write_cost_in_margins;
  // Multiplies k where stock is split (not where stock is believed): what it is worth to be sure.
  double caution = 1;
  Millis dwell{0};
  std::int32_t lot_units = 0;  // of channels whose countdown nobody has proved, while scarce; 0: proved
  bool knows_receipts = true;  // the seller's purchase orders
  // Nothing is on order: the next receipt waits for sales, so a sale refused now moves everything after it
  // and is hardly ever won back. As if the receipt were so near.
  Millis unordered = std::chrono::days{3};
  Millis sweep_every{4 * 3'600'000};  // what is close to scarce is decided again, orders or not
  forecasting::LossLearner losses{};  // what earlier months taught
};

// What happened, for the report.
struct GuardCounts {
  std::int64_t decisions = 0;
  std::array<std::int64_t, 3> oversold_in{};  // units, by the regime in force when the cancel was seen
  std::array<std::int64_t, 16> steps{};       // by Why
};

class GuardPolicy {
 public:
  // Needs a catalogue with every SKU alone on every channel (Catalogue::plain).
  // `demand` is what the lines before the start taught: DemandBook(world), or a copy of one made before.
  GuardPolicy(const world::World& world, GuardSettings settings, DemandBook demand);
  GuardPolicy(const world::World& world, GuardSettings settings)
      : GuardPolicy(world, std::move(settings), DemandBook(world)) {}

  Instant next_wake() const;
  void wake(const world::World& world, std::vector<world::Write>& writes);

  const GuardCounts& counts() const { return counts_; }
  const forecasting::LossLearner& losses() const { return settings_.losses; }

 private:
  struct Sku {
    std::int32_t available = 0;    // books less orders seen
    std::int32_t since_empty = 0;  // received since the shelf was found empty, less orders placed since
    std::int32_t on_order = 0;
    bool known_empty = false;  // a pick failed, and nothing was counted since
    bool dirty = false;
    bool decided = false, split = false;  // at the last decision that had something to sell
    bool close = false;                   // the last decision was no plain plenty
    bool promised = false;                // exposures were within stock since it was shared
    planner::Regime regime = planner::Regime::plenty;
    Instant emptied{}, last_sale{};
    std::vector<Instant> receipts{};  // when what is on order is due
    forecasting::StockBelief belief{};
  };
  struct ReadBack {
    Instant due;
    world::ListingIndex listing;
    std::uint32_t number;
  };

  void touch(world::SkuIndex sku);
  void poll(const world::World& world, world::ChannelIndex channel);
  void see(const world::World& world, const world::OrderEvent& event);
  void see_stock(const world::World& world);
  void read_back(const world::World& world);
  void sweep(const world::World& world);
  void pass_day(const world::World& world);
  std::int32_t usable(const Sku& sku) const;
  bool nothing_offered(world::ListingIndex first) const;
  bool nothing_to_ask(world::SkuIndex s, std::int32_t usable, const forecasting::WindowDemand& later) const;
  Millis closed_for(const world::World& world, world::ChannelIndex channel) const;
  Millis until_receipt(const world::World& world, const Sku& sku, double units_per_day) const;
  forecasting::WindowDemand receipt_demand(const forecasting::DemandLevel& level, Instant now, Millis length);
  void decide(const world::World& world, world::SkuIndex sku, std::vector<world::Write>& writes);

  GuardSettings settings_;
  DemandBook demand_;
  std::uint32_t channels_;
  std::vector<Sku> skus_;
  std::vector<planner::ListingBook> books_;  // sku * channels + channel
  std::vector<Instant> written_;
  Millis blind_{0};  // from the sale that empties a SKU to its other listings being changed, on average
  guard::FollowCurve follow_{};  // what follows a sale within that
  std::vector<Instant> next_poll_, watermark_;
  // What all SKUs decided at one instant share: the blind window of each channel, and windows to receipts by
  // their days (the last: to what is not on order).
  std::vector<guard::OfferSpan> spans_;
  struct ReceiptSpan {
    Instant from{};
    Millis length{-1};
    guard::DemandModel::Span span{};
  };
  std::array<ReceiptSpan, 16> receipt_spans_{};
  std::vector<std::size_t> cursors_;
  std::vector<std::deque<ReadBack>> due_;                   // per channel, in the order of going live
  std::vector<std::vector<world::ListingIndex>> awaiting_;  // per channel: readings wait for the watermark
  forecasting::LossLaw law_{};                              // of settings_.losses
  std::size_t stock_cursor_ = 0;
  Instant next_day_{}, next_sweep_{};
  std::vector<world::SkuIndex> dirty_;
  std::uint32_t number_ = 0;
  planner::Plan plan_;
  GuardCounts counts_;
};

}  // namespace forestall::backtest
