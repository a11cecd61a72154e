// SPDX-License-Identifier: Apache-2.0
// What is known about parcels on their way, and the chance that each is late.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "forecasting/parcel/curve_tree.hpp"
#include "forecasting/parcel/event_model.hpp"
#include "forecasting/parcel/share_tree.hpp"
#include "tests/bench/lateness/replay.hpp"

namespace forestall::bench {

class ParcelSide {
 public:
  explicit ParcelSide(std::span<const OlistOrder> orders);

  void handed_over(std::size_t order);
  void delivered(std::size_t order);
  void promise_passed(std::size_t order, bool late);  // known for all of a cohort at once
  // Open parcels have waited through yesterday; the stages due today are asked; refits on Mondays.
  void morning(std::int32_t day);

  forecasting::Survival curve(std::size_t order, std::int32_t day) const;
  bool open(std::size_t order) const { return open_.contains(order); }

  bool learning = true;
  // Called with what was said, before anything is learned from it.
  std::vector<ParcelRow> rows;
  std::vector<MorningRow> mornings;

 private:
  static constexpr std::size_t clue_count = 21;
  using Clues = std::array<double, clue_count>;
  struct Asked {
    Clues clues;
    forecasting::Forecast said;
  };
  struct Parcel {
    std::int32_t handed_day = 0;
    std::array<std::uint64_t, 3> to;    // state, region, neighbourhood
    std::array<std::uint64_t, 2> from;  // seller, seller to state
    std::array<std::optional<Asked>, stage_count> asked;
    std::size_t waited = 0;  // bins already counted
  };
  Clues clues(std::size_t order, const Parcel& parcel, std::int32_t day, std::size_t stage) const;
  void ask(std::size_t order, Parcel& parcel, std::int32_t day, std::size_t stage);
  void refit(std::int32_t day);
  Parcel make(std::size_t order) const;

  std::span<const OlistOrder> orders_;
  forecasting::CurveTree to_;
  forecasting::CurveTree from_;
  forecasting::CurveTree slow_;
  forecasting::CurveTree lately_;
  forecasting::ShareTree late_by_seller_;
  forecasting::ShareTree late_by_state_;
  std::vector<forecasting::EventModel> stages_;
  std::map<std::size_t, Parcel> open_;
  std::map<std::size_t, Parcel> unsettled_;  // delivered before the promise passed
};

}  // namespace forestall::bench
