// SPDX-License-Identifier: Apache-2.0
// What was lately sold and cancelled of each listing, shipped orders included: what explains a change of the
// quantity a channel shows.
#pragma once

#include <cstdint>
#include <optional>
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

  // One line of a listing: units sold for the first time, units cancelled since it was told last.
  struct News {
    ListingId listing;
    Instant placed_at;
    Units sold{};
    Units cancelled{};
    Instant cancelled_at;
  };
  // What of it was not known yet.
  std::vector<News> put(const model::OrderUpsert& order, Instant now);
  // Units of the listing ordered after an instant, order by order: fn(placed_at, units).
  template <class Fn>
  void each_sold(const std::string& field, Instant after, Fn fn) const {
    if (const auto at = by_listing_.find(field); at != by_listing_.end())
      for (const auto& line : at->second.lines)
        if (line.placed_at > after) fn(line.placed_at, line.units);
  }
  // Of the listing `field` ("account listing"), units of the listing: placed after, cancelled after.
  Units sold(const std::string& field, Instant after) const;
  Units cancelled(const std::string& field, Instant after) const;
  // What is older than `keep`, as of `now`: by calls of forget_some(), each of which takes no longer than a
  // thousand listings.
  void forget(Instant now);
  void forget_some();
  bool forgetting() const { return forget_as_of_.has_value(); }
  std::size_t lines() const;

 private:
  struct Line {
    Instant placed_at;
    Units units;
    Units cancelled;
    Instant cancelled_at;
  };
  struct OfListing {
    std::vector<Line> lines;
    std::unordered_map<std::string, std::uint32_t> at;  // by order and line
  };
  static void forget(OfListing& of, Instant now);
  std::unordered_map<std::string, OfListing> by_listing_;
  std::optional<Instant> forget_as_of_{};
  std::size_t forget_next_ = 0;     // bucket of by_listing_
  std::size_t forget_buckets_ = 0;  // how many there were
};

}  // namespace forestall::acting
