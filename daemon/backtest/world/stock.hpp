// SPDX-License-Identifier: Apache-2.0
// The warehouse: what is on the shelf, what the books say, what is promised and what is on its way. The books
// know receipts, picks and counts; they do not know losses.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/backtest/world/draws.hpp"
#include "daemon/backtest/world/event_queue.hpp"
#include "daemon/backtest/world/logs.hpp"
#include "daemon/backtest/world/scenario.hpp"

namespace forestall::world {

class Stock {
 public:
  Stock(std::uint32_t skus, const StockRules& rules, std::uint64_t seed);

  std::int32_t physical(SkuIndex sku) const { return physical_[sku]; }
  std::int32_t book(SkuIndex sku) const { return book_[sku]; }
  std::int32_t open(SkuIndex sku) const { return open_[sku]; }  // accepted, not yet picked
  std::int32_t on_order(SkuIndex sku) const { return on_order_[sku]; }
  std::int32_t initial(SkuIndex sku) const { return initial_[sku]; }
  std::int64_t lost() const { return lost_; }

  // Demand counts towards the order points whether it was served or not, so that every policy is given the
  // same (s,S); a share of it vanishes from the shelf, at the same units under every policy.
  void ask(SkuIndex sku, std::int32_t units, bool may_lose) {
    today_[sku] =
        static_cast<std::int32_t>(std::min<std::int64_t>(most_a_day, std::int64_t{today_[sku]} + units));
    if (!may_lose || rules_.loss_rate <= 0) return;
    for (until_loss_ -= units; until_loss_ <= 0; until_loss_ += losses_.trials_to_success(rules_.loss_rate))
      if (physical_[sku] > 0) {
        --physical_[sku];
        ++lost_;
      }
  }
  void promise(SkuIndex sku, std::int32_t units) { open_[sku] += units; }
  void take(SkuIndex sku, std::int32_t units) {  // picked: both know
    physical_[sku] -= units;
    book_[sku] -= units;
  }
  void receive(SkuIndex sku, std::int32_t units) {
    physical_[sku] += units;
    book_[sku] += units;
    on_order_[sku] -= units;
  }
  // The books are set to the shelf; returns the change.
  std::int32_t recount(SkuIndex sku) {
    const std::int32_t delta = physical_[sku] - book_[sku];
    book_[sku] += delta;
    return delta;
  }

  // Fills the shelf at the start: given levels, or a random phase of the cycle.
  void begin(const std::vector<std::int32_t>& given);
  // The day ends: its demand joins the trailing window.
  void close_day();
  // The day's orders to the supplier (as receipts in the queue) and the day's counts (into the log).
  void review(Instant now, EventQueue& queue, std::vector<StockEvent>& log);

 private:
  // Squares of a day's units are summed over the trailing days: 10^16 x 180 fits in 64 bits.
  static constexpr std::int64_t most_a_day = 100'000'000;
  struct Levels {
    std::int32_t order_point;  // s
    std::int32_t order_up_to;  // S
  };
  Levels levels(SkuIndex sku) const;

  StockRules rules_;
  std::uint64_t seed_;
  double lead_days_, root_lead_days_, cover_days_;
  std::vector<std::int32_t> physical_, book_, open_, on_order_, initial_, today_;
  std::vector<std::int64_t> sum_, squares_;  // of daily demand over the trailing days
  std::vector<std::int32_t> window_;         // [day % trailing][sku]
  std::vector<std::uint16_t> count_day_;
  std::size_t slot_ = 0;
  Stream losses_;
  std::int64_t until_loss_ = 0;
  std::int64_t lost_ = 0;
};

}  // namespace forestall::world
