// SPDX-License-Identifier: Apache-2.0
#include "daemon/backtest/study/known_law.hpp"

#include <algorithm>
#include <vector>

#include "forecasting/stock_belief/stock_belief.hpp"

namespace forestall::backtest {

namespace fc = forecasting;

namespace {

struct Shelf {
  fc::StockBelief belief{};
  std::int32_t units = 0;        // books
  std::int32_t since_empty = 0;  // received since a pick failed
  bool known_empty = false, off = false, dirty = false;
};

class KnownLaw {
 public:
  KnownLaw(world::World& world, double cancel_cost)
      : world_(world),
        cancel_cost_(cancel_cost),
        law_{.losses_per_unit_sold = world.scenario().stock.loss_rate,
             .dispersion = 1,
             .rate_variation = 0,
             .gains_per_unit_sold = 0},
        shelves_(world.catalogue().skus),
        cursors_(world.catalogue().channels) {
    for (world::SkuIndex s = 0; s < shelves_.size(); ++s) shelves_[s].units = world.initial_stock(s);
  }

  void look() {
    const auto& catalogue = world_.catalogue();
    for (world::ChannelIndex c = 0; c < catalogue.channels; ++c) {
      const auto seen = world_.orders(c, cursors_[c]);
      cursors_[c] += seen.size();
      for (const auto& event : seen) order(event);
    }
    const auto events = world_.stock_events(stock_cursor_);
    stock_cursor_ += events.size();
    for (const auto& event : events) stock(event);
    for (const world::SkuIndex s : dirty_) decide(s);
    dirty_.clear();
  }

 private:
  Shelf& touch(world::SkuIndex s) {
    if (!shelves_[s].dirty) dirty_.push_back(s);
    shelves_[s].dirty = true;
    return shelves_[s];
  }
  void order(const world::OrderEvent& event) {
    const auto& catalogue = world_.catalogue();
    Shelf& shelf = touch(catalogue.components[catalogue.first[world_.demand().listing[event.line]]].sku);
    if (event.change == world::OrderChange::accepted) {
      shelf.units -= event.units;
      if (shelf.known_empty) shelf.since_empty -= event.units;
      fc::note_sold(shelf.belief, event.units);
    } else if (event.change == world::OrderChange::cancelled_seller) {
      shelf.units += event.units;
      if (shelf.known_empty) shelf.since_empty += event.units;
    } else if (event.change == world::OrderChange::handed_over && !shelf.known_empty) {
      fc::note_picked(shelf.belief, law_, std::max(0, shelf.units));
    }
  }
  void stock(const world::StockEvent& event) {
    Shelf& shelf = touch(event.sku);
    if (event.cause == world::StockCause::pick_failed) {
      shelf.known_empty = true;
      shelf.since_empty = 0;
    } else if (event.cause == world::StockCause::receipt) {
      fc::note_receipt(shelf.belief, law_, std::max(0, shelf.units));
      shelf.units += event.delta;
      shelf.since_empty += event.delta;
    } else {
      fc::note_counted(shelf.belief, shelf.units, shelf.units + event.delta, 0);
      shelf.units += event.delta;
      shelf.known_empty = false;
    }
  }
  void decide(world::SkuIndex s) {
    Shelf& shelf = shelves_[s];
    shelf.dirty = false;
    const std::int32_t usable =
        shelf.known_empty
            ? shelf.since_empty
            : fc::usable_units(shelf.belief, law_, std::max(0, shelf.units), 0, 1, cancel_cost_);
    const bool off = usable <= 0;
    if (off == shelf.off) return;
    shelf.off = off;
    for (world::ChannelIndex c = 0; c < world_.catalogue().channels; ++c)
      world_.set_buyable(s * world_.catalogue().channels + c, !off);
  }

  world::World& world_;
  double cancel_cost_;
  fc::LossLaw law_;
  std::vector<Shelf> shelves_;
  std::vector<std::size_t> cursors_;
  std::vector<world::SkuIndex> dirty_;
  std::size_t stock_cursor_ = 0;
};

}  // namespace

void play_known_law(world::World& world, double cancel_cost) {
  KnownLaw law(world, cancel_cost);
  for (Instant next = world.next_event(); next != Instant::max(); next = world.next_event()) {
    world.advance_to(next);
    law.look();
  }
}

}  // namespace forestall::backtest
