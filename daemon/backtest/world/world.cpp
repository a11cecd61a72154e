// SPDX-License-Identifier: Apache-2.0
// The loop of the world and what happens in it.
#include "daemon/backtest/world/world.hpp"

#include <algorithm>
#include <stdexcept>

namespace forestall::world {

namespace {
Instant midnight_after(Instant when) {
  return std::chrono::floor<std::chrono::days>(when) + std::chrono::days{1};
}
Scenario checked(Scenario scenario, const Catalogue& catalogue, const Demand& demand) {
  for (const Status& ok : {check(scenario), check(catalogue), check(demand, catalogue)})
    if (!ok) throw std::logic_error(ok.error().detail);
  if (scenario.channels.size() != catalogue.channels)
    throw std::logic_error("the scenario has another number of channels than the catalogue");
  if (!scenario.initial_stock.empty() && scenario.initial_stock.size() != catalogue.skus)
    throw std::logic_error("initial stock: one value a SKU");
  return scenario;
}
bool is_plain(const ChannelRules& rules, const FulfilmentRules& fulfilment) {
  return rules.countdown_after == Millis{0} && rules.pending_share <= 0 && fulfilment.withdrawn_share <= 0;
}
}  // namespace

World::World(Scenario scenario, const Catalogue& catalogue, const Demand& demand)
    : scenario_(checked(std::move(scenario), catalogue, demand)),
      catalogue_(catalogue),
      demand_(demand),
      now_(scenario_.start),
      next_review_(midnight_after(scenario_.start)),
      stock_(catalogue.skus, scenario_.stock, scenario_.seed),
      listed_(catalogue.listings()),
      off_(catalogue.listings()),
      lines_(demand.size()),
      order_logs_(catalogue.channels),
      recount_due_(catalogue.skus) {
  for (const ChannelRules& rules : scenario_.channels)
    plain_.push_back(is_plain(rules, scenario_.fulfilment) ? 1 : 0);
  warm_up();
  stock_.begin(scenario_.initial_stock);
  for (ListingIndex listing = 0; listing < catalogue_.listings(); ++listing) {
    std::int32_t least = INT32_MAX;
    for (const auto& [sku, each] : parts(listing)) least = std::min(least, stock_.initial(sku) / each);
    listed_[listing] = least;
  }
}

// Lines before the start are history: the trailing days before it set the order points.
void World::warm_up() {
  const auto first_day = std::chrono::floor<std::chrono::days>(scenario_.start) -
                         std::chrono::days{scenario_.stock.trailing_days};
  const auto index_at = [this](Instant when) {
    return static_cast<LineIndex>(std::lower_bound(demand_.time.begin(), demand_.time.end(), when) -
                                  demand_.time.begin());
  };
  next_line_ = index_at(first_day);
  for (Instant day = first_day; day < scenario_.start;) {
    const Instant next_day = day + std::chrono::days{1};
    for (; next_line_ < demand_.size() && demand_.time[next_line_] < std::min(next_day, scenario_.start);
         ++next_line_)
      for (const auto& [sku, each] : parts(demand_.listing[next_line_]))
        stock_.ask(sku, each * demand_.units[next_line_], false);
    if (next_day <= scenario_.start) stock_.close_day();
    day = next_day;
  }
  last_line_ = index_at(scenario_.end);
  const std::size_t lines = last_line_ > next_line_ ? last_line_ - next_line_ : 0;
  to_pick_.reserve(lines);
  for (auto& log : order_logs_) log.reserve(2 * lines / order_logs_.size() + 16);
}

Instant World::next_pick() const {
  if (next_pick_ == to_pick_.size()) return Instant::max();
  return demand_.time[to_pick_[next_pick_]] + scenario_.fulfilment.pick_after;
}

Instant World::next_event() const {
  const Instant line = next_line_ < last_line_ ? demand_.time[next_line_] : Instant::max();
  // The daily review goes on for ever; it counts only while shoppers still come.
  const Instant review = line == Instant::max() ? Instant::max() : next_review_;
  return std::min({line, review, queue_.next(), next_pick()});
}

void World::advance_to(Instant until) {
  for (;;) {
    const Instant event = queue_.next();
    const Instant picks = next_pick();
    const Instant line = next_line_ < last_line_ ? demand_.time[next_line_] : Instant::max();
    const Instant next = std::min({event, picks, line, next_review_});
    if (next > until) break;
    now_ = next;
    if (next == next_review_) {
      stock_.close_day();
      stock_.review(now_, queue_, stock_log_);
      next_review_ += std::chrono::days{1};
    } else if (next == event) {
      happen(queue_.pop());
    } else if (next == picks) {
      pick(to_pick_[next_pick_++]);
    } else {
      offer(next_line_++);
    }
  }
  now_ = std::max(now_, until);
}

void World::happen(const Event& event) {
  switch (event.kind) {
    case EventKind::write_live:
      return go_live(event);
    case EventKind::countdown:
      listed_[event.index] = std::max(0, listed_[event.index] - event.value);
      return;
    case EventKind::confirmed:
      return note(event.index, event.value, OrderChange::confirmed);
    case EventKind::died:
      return call_off(event.index, OrderChange::cancelled_unpaid);
    case EventKind::withdrawn:
      return call_off(event.index, OrderChange::cancelled_buyer);
    case EventKind::pick:
      return pick(event.index);
    case EventKind::receipt:
      stock_.receive(event.index, event.value);
      note_stock(event.index, event.value, StockCause::receipt);
      return;
    case EventKind::recount:
      recount_due_[event.index] = 0;
      note_stock(event.index, stock_.recount(event.index), StockCause::correction);
      return;
  }
}

void World::note_stock(SkuIndex sku, std::int32_t delta, StockCause cause) {
  stock_log_.push_back({now_, sku, delta, stock_.book(sku), cause});
}

void World::go_live(const Event& event) {
  std::int32_t& listed = listed_[event.index];
  switch (static_cast<WriteKind>(event.detail)) {
    case WriteKind::absolute:
      listed = std::max(0, event.value);
      break;
    case WriteKind::relative:
      listed = std::max(0, listed + event.value);
      break;
    case WriteKind::compare_and_set:
      if (listed != event.expected) {
        ++writes_refused_;
        return;
      }
      listed = std::max(0, event.value);
      break;
  }
  ++writes_live_;
}

Instant World::write(const Write& write, Millis delay) {
  const Instant live = now_ + scenario_.channels[catalogue_.channel[write.listing]].live_after + delay;
  ++writes_;
  queue_.push({.at = live,
               .index = write.listing,
               .value = write.value,
               .expected = write.expected,
               .kind = EventKind::write_live,
               .detail = static_cast<std::uint8_t>(write.kind)});
  return live;
}

bool World::accepts(ListingIndex listing, std::int32_t units) const {
  if (off_[listing] != 0) return false;
  if (scenario_.acceptance == Acceptance::listed) return listed_[listing] >= units;
  const bool book = scenario_.acceptance == Acceptance::shared_book;
  return std::ranges::all_of(parts(listing), [&](const Component& part) {
    const std::int32_t there = book ? stock_.book(part.sku) : stock_.physical(part.sku);
    return (there - stock_.open(part.sku)) / part.each >= units;
  });
}

void World::offer(LineIndex line) {
  const ListingIndex listing = demand_.listing[line];
  const std::int32_t units = demand_.units[line];
  lines_[line].offered = true;
  if (accepts(listing, units)) accept(line, listing, units);
  for (const auto& [sku, each] : parts(listing)) stock_.ask(sku, each * units, true);
}

void World::note(LineIndex line, std::int32_t units, OrderChange change) {
  order_logs_[catalogue_.channel[demand_.listing[line]]].push_back({now_, line, units, change});
}

void World::accept(LineIndex line, ListingIndex listing, std::int32_t units) {
  const ChannelIndex channel = catalogue_.channel[listing];
  lines_[line].accepted = units;
  for (const auto& [sku, each] : parts(listing)) stock_.promise(sku, each * units);
  if (plain_[channel] == 0) return accept_with_rules(line, listing, units, scenario_.channels[channel]);
  listed_[listing] = std::max(0, listed_[listing] - units);
  note(line, units, OrderChange::accepted);
  if (scenario_.fulfilment.pick_after > Millis{0})
    to_pick_.push_back(line);
  else
    pick(line);
}

void World::accept_with_rules(LineIndex line, ListingIndex listing, std::int32_t units,
                              const ChannelRules& rules) {
  const std::uint32_t order = demand_.order[line];  // paid and withdrawn as a whole
  const double pending_draw = draw_unit(scenario_.seed, Purpose::pending, order);
  const bool pending = pending_draw < rules.pending_share;
  const bool dies = pending && pending_draw < rules.pending_share * rules.pending_dies;
  const Instant paid = pending ? now_ + rules.pending_for : now_;
  const Instant counted = (pending && !rules.pending_reserves ? paid : now_) + rules.countdown_after;
  note(line, units, pending ? OrderChange::accepted_pending : OrderChange::accepted);
  if (counted == now_)
    listed_[listing] = std::max(0, listed_[listing] - units);
  else if (!(dies && !rules.pending_reserves))
    queue_.push({.at = counted, .index = listing, .value = units, .kind = EventKind::countdown});
  if (dies) return queue_.push({.at = paid, .index = line, .value = units, .kind = EventKind::died});
  if (pending) queue_.push({.at = paid, .index = line, .value = units, .kind = EventKind::confirmed});
  const auto& fulfilment = scenario_.fulfilment;
  if (draw_unit(scenario_.seed, Purpose::withdrawal, order) < fulfilment.withdrawn_share)
    queue_.push({.at = paid + fulfilment.withdrawn_after, .index = line, .kind = EventKind::withdrawn});
  if (paid + fulfilment.pick_after == now_) return pick(line);
  queue_.push({.at = paid + fulfilment.pick_after, .index = line, .kind = EventKind::pick});
}

// The buyer or the bank ends what was not picked yet; too late where it was.
void World::call_off(LineIndex line, OrderChange change) {
  LineTruth& truth = lines_[line];
  const std::int32_t units = truth.open();
  if (units <= 0) return;
  truth.withdrawn += units;
  const ListingIndex listing = demand_.listing[line];
  const ChannelRules& rules = scenario_.channels[catalogue_.channel[listing]];
  for (const auto& [sku, each] : parts(listing)) stock_.promise(sku, -each * units);
  const bool counted = change != OrderChange::cancelled_unpaid || rules.pending_reserves;
  if (rules.restores_on_cancel && counted) listed_[listing] += units;
  note(line, units, change);
}

void World::pick(LineIndex line) {
  LineTruth& truth = lines_[line];
  const std::int32_t units = truth.open();
  if (units <= 0) return;
  const ListingIndex listing = demand_.listing[line];
  std::int32_t found = units;
  for (const auto& [sku, each] : parts(listing)) found = std::min(found, stock_.physical(sku) / each);
  for (const auto& [sku, each] : parts(listing)) {
    stock_.promise(sku, -each * units);
    stock_.take(sku, each * found);
  }
  truth.filled += found;
  if (found > 0) note(line, found, OrderChange::handed_over);
  const std::int32_t missing = units - found;
  if (missing == 0) return;
  truth.oversold += missing;
  if (scenario_.channels[catalogue_.channel[listing]].restores_on_cancel) listed_[listing] += missing;
  note(line, missing, OrderChange::cancelled_seller);
  for (const auto& [sku, each] : parts(listing)) {
    if (stock_.physical(sku) >= each) continue;  // this part was there
    note_stock(sku, each * missing, StockCause::pick_failed);
    if (recount_due_[sku] != 0) continue;
    recount_due_[sku] = 1;
    queue_.push({.at = now_ + scenario_.stock.correct_after, .index = sku, .kind = EventKind::recount});
  }
}

std::span<const OrderEvent> World::orders(ChannelIndex channel, std::size_t cursor) const {
  const auto& log = order_logs_[channel];
  const Instant until = watermark(channel);
  std::size_t end = cursor;
  while (end < log.size() && log[end].at <= until) ++end;
  return {log.data() + cursor, log.data() + end};
}

std::span<const StockEvent> World::stock_events(std::size_t cursor) const {
  const Instant until = now_ - scenario_.fulfilment.stock_reported_after;
  std::size_t end = cursor;
  while (end < stock_log_.size() && stock_log_[end].at <= until) ++end;
  return {stock_log_.data() + cursor, stock_log_.data() + end};
}

Truth World::truth() const {
  Truth truth = sum_up(demand_, lines_);
  truth.lost_units = stock_.lost();
  truth.writes = writes_;
  truth.writes_live = writes_live_;
  truth.writes_refused = writes_refused_;
  return truth;
}

}  // namespace forestall::world
