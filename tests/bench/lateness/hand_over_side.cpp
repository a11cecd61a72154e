// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/lateness/hand_over_side.hpp"

#include <algorithm>
#include <cmath>

#include "tests/bench/lateness/workdays.hpp"

namespace forestall::bench {

using namespace forecasting;

namespace {
constexpr double bins_a_day = 6;
}

HandOverSide::HandOverSide(std::span<const OlistOrder> orders)
    : orders_(orders),
      pace_({.half_life_days = 90, .parent_weight = 8, .speed_weight = 4, .first_hazard = 0.05}),
      late_({.half_life_days = 120, .parent_weight = 15, .first_share = 0.1}),
      rival_({.half_life_days = 1e6, .parent_weight = 20, .first_share = 0.1}),
      late_lately_({.half_life_days = 20, .parent_weight = 50, .first_share = 0.1}),
      model_({.width = clue_count, .ridge = 10, .usual_days = 0}) {}

std::size_t HandOverSide::bin(std::int64_t from, std::int64_t to) {
  return bin_of(work_time(from, to) * bins_a_day);
}

HandOverSide::Clues HandOverSide::clues(const OlistOrder& o) const {
  const std::int32_t day = day_of(o.approved);
  const std::array<std::uint64_t, 1> seller{group(o.seller)};
  const double allowed = work_time(o.approved, *o.ship_by);
  const Survival pace = pace_.survival(seller, day);
  const auto known = habits_.find(o.seller);
  const Habits habits = known == habits_.end() ? Habits{} : known->second;
  Clues c{};
  std::size_t i = 0;
  c[i++] = log_odds(std::clamp(still_waiting(pace, std::max(0.0, allowed) * bins_a_day), 1e-3, 1 - 1e-3));
  c[i++] = log_odds(late_.share(seller, day).share);
  c[i++] = log_odds(late_lately_.share(seller, day).share);
  c[i++] = log_odds(late_lately_.share({}, day).share);
  c[i++] = std::log1p(late_.cases(seller, day));
  c[i++] = std::clamp(allowed, -1.0, 20.0);
  c[i++] = std::log1p(std::max(0.0, allowed));
  c[i++] = weekday(day) == 4 ? 1 : 0;
  c[i++] = weekday(day) > 4 ? 1 : 0;
  c[i++] = static_cast<double>(o.approved % day_seconds) / day_seconds;
  c[i++] = std::log1p(static_cast<double>(o.approved - o.bought) / 3600);
  c[i++] = std::log1p(o.price);
  c[i++] = std::log1p(o.freight);
  c[i++] = std::log(static_cast<double>(o.items));
  c[i++] = std::log1p(habits.open);
  c[i++] = std::log1p(habits.overdue);
  c[i++] = std::clamp(habits.last_ratio, 0.0, 3.0);
  c[i++] = weekday(day_of(*o.ship_by)) > 3 ? 1 : 0;
  return c;
}

void HandOverSide::approved(std::size_t order) {
  const OlistOrder& o = orders_[order];
  const Clues c = clues(o);
  const Forecast said = model_.ask(c, day_of(o.approved), o.weight);
  if (o.test) {
    const std::array<std::uint64_t, 1> seller{group(o.seller)};
    rows.push_back(
        {order, said.probability, rival_.share(seller, day_of(o.approved)).share, false, o.weight});
  }
  waiting_.emplace(order, Waiting{c, said});
  habits_[o.seller].open += o.weight;
}

void HandOverSide::handed_over(std::size_t order) {
  const OlistOrder& o = orders_[order];
  Habits& habits = habits_[o.seller];
  habits.open = std::max(0.0, habits.open - o.weight);
  const double allowed = std::max(0.25, work_time(o.approved, *o.ship_by));
  const double took = std::max(0.0, work_time(o.approved, *o.handed_over));
  if (*o.handed_over > *o.ship_by) habits.overdue = std::max(0.0, habits.overdue - o.weight);
  habits.last_ratio += 0.3 * (std::min(3.0, took / allowed) - habits.last_ratio);
  if (!learning) return;
  const std::array<std::uint64_t, 1> seller{group(o.seller)};
  const std::size_t ends = bin(o.approved, *o.handed_over);
  const std::int32_t day = day_of(*o.handed_over);
  static_cast<void>(pace_.waited(seller, 0, ends, day, o.weight));
  static_cast<void>(pace_.ended(seller, ends, day, o.weight));
}

void HandOverSide::limit_passed(std::size_t order, bool late) {
  const OlistOrder& o = orders_[order];
  const auto at = waiting_.find(order);
  if (at == waiting_.end()) return;
  if (late) habits_[o.seller].overdue += o.weight;
  if (learning) {
    const std::int32_t day = day_of(*o.ship_by);
    const std::array<std::uint64_t, 1> seller{group(o.seller)};
    static_cast<void>(model_.learn(at->second.clues, at->second.said, late, day, o.weight));
    for (ShareTree* tree : {&late_, &rival_, &late_lately_})
      static_cast<void>(tree->add(seller, late ? 1 : 0, day, o.weight));
  }
  waiting_.erase(at);
}

void HandOverSide::monday(std::int32_t day) {
  if (learning) static_cast<void>(model_.refit(day));
}

}  // namespace forestall::bench
