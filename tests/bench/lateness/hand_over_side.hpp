// SPDX-License-Identifier: Apache-2.0
// What is known about how fast sellers hand over, and the chance that an order misses its limit.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "forecasting/parcel/curve_tree.hpp"
#include "forecasting/parcel/event_model.hpp"
#include "forecasting/parcel/share_tree.hpp"
#include "tests/bench/lateness/replay.hpp"

namespace forestall::bench {

class HandOverSide {
 public:
  explicit HandOverSide(std::span<const OlistOrder> orders);

  void approved(std::size_t order);
  void handed_over(std::size_t order);
  void limit_passed(std::size_t order, bool late);
  void monday(std::int32_t day);

  bool learning = true;
  std::vector<HandOverRow> rows;

 private:
  static constexpr std::size_t clue_count = 18;
  using Clues = std::array<double, clue_count>;
  struct Waiting {
    Clues clues;
    forecasting::Forecast said;
    std::size_t waited = 0;
  };
  struct Habits {  // of one seller
    double open = 0;
    double overdue = 0;
    double last_ratio = 0.5;  // hand-over time / allowed time, fading average
  };
  Clues clues(const OlistOrder& order) const;
  static std::size_t bin(std::int64_t from, std::int64_t to);

  std::span<const OlistOrder> orders_;
  forecasting::CurveTree pace_;
  forecasting::ShareTree late_;
  forecasting::ShareTree rival_;
  forecasting::ShareTree late_lately_;
  forecasting::EventModel model_;
  std::map<std::size_t, Waiting> waiting_;
  std::map<std::string, Habits> habits_;
};

}  // namespace forestall::bench
