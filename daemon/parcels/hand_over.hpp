// SPDX-License-Identifier: Apache-2.0
// How long a seller takes to hand orders over, by weekday and hour of the order, how fast they are just now,
// and when collections leave. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "config/base/error.hpp"
#include "config/base/ids.hpp"
#include "config/base/time.hpp"
#include "forecasting/parcel/curve_tree.hpp"

namespace forestall::parcels {

class HandOverModel {
 public:
  HandOverModel();
  void top_up(std::int32_t day);  // as ParcelModels::top_up

  // --- learning: each stretch once ---
  // The order is not handed over from `from` to `to`, and goes on waiting.
  void waiting(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant from, Instant to);
  void handed_over(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant at);

  // --- asking ---
  // As ParcelModels::refresh.
  void refresh() const {
    curves_.clear();
    collections_.clear();
  }
  // P(not handed over by ship_by), of an order that still waits. While fewer leave than is usual for orders
  // of their age, the rest of the wait runs slower by as much (accelerated failure time with the pace of the
  // last day, shrunk towards one by five hand-overs).
  double late(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant ship_by,
              Instant now) const;
  // Hand-overs of the last day or so beside the usual ones: 1 is usual, below it a backlog builds up.
  double pace() const;
  // The pace is taken from what leaves: `expected` hand-overs since the last call, and `left` that happened.
  void moved(double expected, double left, Millis since);
  // What `expected` is made of: the hazard that an order which waited at `from` met until `to` (its sum over
  // all orders, those that left included, has the mean of the number that leaves).
  double hazard(const AccountId& account, const TimeZone& zone, Instant placed_at, Instant from,
                Instant to) const;
  // The last hour before ship_by in which things usually leave, if it can still be met; nullopt without a
  // history, or where none is left.
  std::optional<Instant> last_collection(const TimeZone& zone, Instant ship_by, Instant now) const;

 private:
  friend std::string encode(const HandOverModel& model);
  friend Result<HandOverModel> decode_hand_over(std::string_view bytes);
  const forecasting::Survival& curve(const AccountId& account, const TimeZone& zone, Instant placed_at,
                                     std::int32_t day) const;
  forecasting::CurveTree waits_;
  std::array<double, 168> hours_{};  // of the week, in the zone; fading with the tree
  std::int32_t hours_day_ = 0;
  double expected_ = 0, left_ = 0;  // of the last day or so
  mutable std::map<std::pair<std::uint64_t, std::int32_t>, forecasting::Survival> curves_;
  // By zone, hour of ship-by and hour of asking: thousands of orders share a few.
  mutable std::map<std::tuple<std::string, std::int64_t, std::int64_t>, std::optional<Instant>> collections_;
};

std::string encode(const HandOverModel& model);
Result<HandOverModel> decode_hand_over(std::string_view bytes);

}  // namespace forestall::parcels
