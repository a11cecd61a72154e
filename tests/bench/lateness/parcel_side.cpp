// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lateness/parcel_side.hpp"

#include <algorithm>
#include <cmath>

#include "tests/bench/lateness/workdays.hpp"

namespace forestall::bench {

using namespace forecasting;

namespace {
// Through the first week what sets a parcel apart from others of its time is a clue and the level of the time
// is not: by the time it is settled it has been wrong as often as right. Then neither a shift nor a slope may
// be learned from what was settled lately. Older parcels are judged by what they themselves have done.
constexpr bool young(std::size_t stage) { return stage_ages[stage] <= 7; }
}  // namespace

ParcelSide::ParcelSide(std::span<const OlistOrder> orders)
    : orders_(orders),
      to_({.half_life_days = 150}),
      from_({.half_life_days = 200}),
      slow_({.half_life_days = 1000}),
      lately_({.half_life_days = 10, .parent_weight = 40, .speed_weight = 15}),
      late_by_seller_({.half_life_days = 180, .parent_weight = 15}),
      late_by_state_({.half_life_days = 150, .parent_weight = 30}) {
  for (std::size_t s = 0; s < stage_count; ++s)
    stages_.emplace_back(EventSettings{.width = clue_count,
                                       .prior_shift = young(s) ? 0.01 : 0.05,
                                       .prior_slope = young(s) ? 0.02 : 0.05,
                                       .usual_days = young(s) ? 14.0 : 0.0});
}

ParcelSide::Parcel ParcelSide::make(std::size_t order) const {
  const OlistOrder& o = orders_[order];
  Parcel p;
  p.handed_day = day_of(*o.handed_over);
  p.to = {group("state", o.state), group("region", std::string_view(o.zip).substr(0, 2)),
          group("near", std::string_view(o.zip).substr(0, 3))};
  p.from = {group("seller", o.seller), group(o.seller, o.state)};
  return p;
}

void ParcelSide::handed_over(std::size_t order) {
  Parcel p = make(order);
  ask(order, p, p.handed_day, 0);
  open_.emplace(order, std::move(p));
}

Survival ParcelSide::curve(std::size_t order, std::int32_t day) const {
  return to_.survival(make(order).to, day);
}

ParcelSide::Clues ParcelSide::clues(std::size_t order, const Parcel& p, std::int32_t day,
                                    std::size_t stage) const {
  const OlistOrder& o = orders_[order];
  const double age = work_days(p.handed_day, day);
  const double until = work_days(p.handed_day, o.promised_day) + 1;
  const auto odds = [&](const CurveTree& tree, std::span<const std::uint64_t> path) {
    return log_odds(std::clamp(still_waiting_given(tree.survival(path, day), age, until), 1e-4, 1 - 1e-4));
  };
  const double slack = o.promised_day - day;
  const double limit_miss = o.ship_by ? static_cast<double>(*o.handed_over - *o.ship_by) / day_seconds : 0.0;
  Clues c{};
  std::size_t i = 0;
  const double usual = odds(slow_, {});
  const bool apart = young(stage);
  c[i++] = usual;
  c[i++] = odds(to_, p.to) - (apart ? odds(to_, {}) : 0);
  c[i++] = odds(from_, p.from) - (apart ? odds(from_, {}) : 0);
  c[i++] = odds(lately_, std::span(p.to).first(1)) - (apart ? usual : 0);
  c[i++] = log_odds(late_by_seller_.share(std::span(p.from).first(1), day).share) -
           log_odds(late_by_seller_.share({}, day).share);
  c[i++] = log_odds(late_by_state_.share(std::span(p.to).first(1), day).share) -
           log_odds(late_by_state_.share({}, day).share);
  c[i++] = std::log1p(std::max(0.0, slack));
  c[i++] = slack;
  c[i++] = std::clamp(limit_miss, -10.0, 10.0);
  c[i++] = limit_miss > 0 ? 1 : 0;
  c[i++] = std::log1p(static_cast<double>(*o.handed_over - o.approved) / day_seconds);
  c[i++] = std::log1p(o.freight);
  c[i++] = std::log1p(o.price);
  c[i++] = o.freight / (o.price + o.freight + 1);
  c[i++] = o.items > 1 ? 1 : 0;
  c[i++] = weekday(p.handed_day) == 4 ? 1 : 0;
  c[i++] = weekday(p.handed_day) > 4 ? 1 : 0;
  c[i++] = weekday(o.promised_day) == 0 ? 1 : 0;
  c[i++] = weekday(o.promised_day) > 3 ? 1 : 0;
  c[i++] = o.promised_day - day_of(o.bought);
  c[i++] = std::log1p(late_by_seller_.cases(std::span(p.from).first(1), day));
  return c;
}

void ParcelSide::ask(std::size_t order, Parcel& p, std::int32_t day, std::size_t stage) {
  if (day > orders_[order].promised_day) return;  // late already: nothing to foretell
  const Clues c = clues(order, p, day, stage);
  p.asked[stage] = Asked{c, stages_[stage].ask(c, day, orders_[order].weight)};
  if (!orders_[order].test) return;
  rows.push_back({order, stage, p.asked[stage]->said.probability,
                  static_cast<double>(orders_[order].promised_day - day), stages_[stage].recent_rate(day),
                  false, orders_[order].weight});
}

void ParcelSide::delivered(std::size_t order) {
  const auto at = open_.find(order);
  if (at == open_.end()) return;
  const OlistOrder& o = orders_[order];
  const std::int32_t day = day_of(*o.delivered);
  if (learning) {
    const std::size_t bin = bin_of(work_days(at->second.handed_day, day));
    // Bins already waited through are counted; a delivery on a Saturday belongs to Friday's.
    const std::size_t ends = std::max(bin, std::min(at->second.waited, curve_bins - 1));
    for (CurveTree* tree : {&to_, &lately_})
      static_cast<void>(tree->waited(at->second.to, at->second.waited, ends, day, o.weight));
    static_cast<void>(from_.waited(at->second.from, at->second.waited, ends, day, o.weight));
    static_cast<void>(slow_.waited({}, at->second.waited, ends, day, o.weight));
    static_cast<void>(slow_.ended({}, ends, day, o.weight));
    static_cast<void>(to_.ended(at->second.to, ends, day, o.weight));
    static_cast<void>(lately_.ended(std::span(at->second.to).first(1), ends, day, o.weight));
    static_cast<void>(from_.ended(at->second.from, ends, day, o.weight));
  }
  if (day <= o.promised_day) unsettled_.emplace(order, std::move(at->second));
  open_.erase(at);
}

void ParcelSide::promise_passed(std::size_t order, bool late) {
  const OlistOrder& o = orders_[order];
  const std::int32_t day = o.promised_day + 1;
  const auto learn = [&](Parcel& p) {
    for (std::size_t s = 0; s < stage_count; ++s) {
      if (p.asked[s] && learning)
        static_cast<void>(stages_[s].learn(p.asked[s]->clues, p.asked[s]->said, late, day, o.weight));
      p.asked[s].reset();
    }
    if (!learning) return;
    static_cast<void>(late_by_seller_.add(std::span(p.from).first(1), late ? 1 : 0, day, o.weight));
    static_cast<void>(late_by_state_.add(std::span(p.to).first(1), late ? 1 : 0, day, o.weight));
  };
  if (const auto at = unsettled_.find(order); at != unsettled_.end()) {
    learn(at->second);
    unsettled_.erase(at);
  } else if (const auto still = open_.find(order); still != open_.end()) {
    learn(still->second);
  }
}

void ParcelSide::refit(std::int32_t day) {
  for (EventModel& stage : stages_) static_cast<void>(stage.refit(day));
}

void ParcelSide::morning(std::int32_t day) {
  if (learning && weekday(day) == 0) refit(day);
  for (auto& [order, p] : open_) {
    const OlistOrder& o = orders_[order];
    const int age = work_days(p.handed_day, day);
    // Through yesterday's bin: it did not come then.
    const std::size_t through = std::min(static_cast<std::size_t>(std::max(age, 0)), curve_bins);
    if (learning && through > p.waited) {
      static_cast<void>(to_.waited(p.to, p.waited, through, day, o.weight));
      static_cast<void>(slow_.waited({}, p.waited, through, day, o.weight));
      static_cast<void>(lately_.waited(std::span(p.to).first(1), p.waited, through, day, o.weight));
      static_cast<void>(from_.waited(p.from, p.waited, through, day, o.weight));
      p.waited = through;
    }
    for (std::size_t s = 1; s < stage_count; ++s)
      if (day - p.handed_day == stage_ages[s]) ask(order, p, day, s);
    if (o.test && day <= o.promised_day) {
      std::size_t stage = 0;
      while (stage + 1 < stage_count && stage_ages[stage + 1] <= day - p.handed_day) ++stage;
      mornings.push_back({order, day, stages_[stage].forecast(clues(order, p, day, stage), day).probability,
                          age, o.promised_day - day});
    }
  }
}

}  // namespace forestall::bench
