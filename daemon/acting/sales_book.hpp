// SPDX-License-Identifier: Apache-2.0
// What was lately sold and cancelled of each listing, shipped orders included: what explains a change of the
// quantity a channel shows.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/base/time.hpp"
#include "config/base/units.hpp"
#include "connectors/model/order.hpp"

namespace forestall::acting {

class SalesBook {
 public:
  // Orders placed (or cancelled) longer ago than this are not remembered: longer than between two readings of
  // a listing, or its sales would look like somebody's doing.
  static constexpr Millis keep = std::chrono::days(30);

  void put(const model::OrderUpsert& order, Instant now);
  // Of the listing `field` ("account listing"), units of the listing: placed after, cancelled after.
  Units sold(const std::string& field, Instant after) const;
  Units cancelled(const std::string& field, Instant after) const;
  void forget(Instant now);
  std::size_t lines() const;

 private:
  struct Line {
    std::string id;  // order and line
    Instant placed_at;
    Units units;
    Units cancelled;
    Instant cancelled_at;
  };
  std::unordered_map<std::string, std::vector<Line>> by_listing_;
};

}  // namespace forestall::acting
