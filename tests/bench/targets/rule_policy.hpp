// SPDX-License-Identifier: Apache-2.0
// The targets with the simplest protocol that keeps their promise: absolute writes only to zero, or to fill a
// listing that is confirmed empty. Not the product's planner; a check that the rule is worth
// following.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/backtest/world/world.hpp"
#include "forecasting/stock_belief/stock_belief.hpp"
#include "forecasting/targets/targets.hpp"
#include "tests/bench/targets/demand_knowledge.hpp"

namespace forestall::bench {

struct RuleSettings {
  double cancel_cost = 20;  // k / m
  double write_cost = 0.02;
  std::vector<Millis> poll_every{};
};

class RulePolicy {
 public:
  RulePolicy(const world::World& world, RuleSettings settings);

  Instant next_wake() const;
  void wake(const world::World& world, std::vector<world::Write>& writes);

 private:
  struct Offer {
    int base = 0;       // confirmed, less orders seen
    int value = 0;      // of the unresolved write
    int after = 0;      // orders seen that the unresolved write's quantity served
    bool open = false;  // a write is unresolved
    Instant live{};
    int exposure() const { return std::max(base, 0) + (open ? std::max(value - after, 0) : 0); }
  };
  struct Sku {
    int available = 0;         // books less orders seen
    bool known_empty = false;  // a pick failed and nothing corrected it yet
    int since_empty = 0;       // received since, less orders placed since
    Instant emptied{};
    int on_order = 0;
    Instant receipt{};  // of what is on order
    forecasting::StockBelief belief;
  };

  void see_orders(const world::World& world, std::uint32_t channel);
  void see_stock(const world::World& world);
  void pass_day(const world::World& world);
  void decide(const world::World& world, std::uint32_t sku, std::vector<world::Write>& writes);
  void write(const world::World& world, std::uint32_t listing, int value, std::vector<world::Write>& writes);
  void touch(std::uint32_t sku);

  RuleSettings settings_;
  DemandKnowledge knowledge_;
  std::uint32_t channels_;
  std::vector<Millis> blind_;
  std::vector<double> burst_;
  std::vector<Sku> skus_;
  std::vector<Offer> offers_;  // sku * channels + channel
  std::vector<Instant> next_poll_, watermark_;
  std::vector<std::size_t> cursor_;
  std::size_t stock_cursor_ = 0;
  Instant next_day_{};
  std::vector<std::uint32_t> dirty_, waiting_;
  std::vector<std::uint8_t> is_dirty_;
  forecasting::LossLearner learner_;
};

}  // namespace forestall::bench
