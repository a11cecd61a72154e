// SPDX-License-Identifier: Apache-2.0
// Replays orders in the order in which things became known, asking the models before they learn.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/bench/lateness/olist.hpp"

namespace forestall::bench {

// Ages (days since hand-over) at which open parcels are judged; each has a blend of its own.
inline constexpr std::array stage_ages = {0, 3, 5, 7, 10, 14, 20};
inline constexpr std::size_t stage_count = stage_ages.size();

struct ParcelRow {
  std::size_t order = 0;
  std::size_t stage = 0;
  double probability = 0;  // P(not delivered by the promised day)
  double slack_days = 0;   // from now to the promised day: the one-subtraction rival
  double base_rate = 0;    // trailing 60-day rate of parcels of this age, settled before now
  bool late = false;
  double weight = 1;
};

struct HandOverRow {
  std::size_t order = 0;
  double probability = 0;  // P(handed over after the limit), at approval
  double seller_rate = 0;  // the seller's own smoothed share, the rival
  bool late = false;
  double weight = 1;
};

// One open parcel on one morning, for rules that raise alerts.
struct MorningRow {
  std::size_t order = 0;
  std::int32_t day = 0;
  double probability = 0;
  int age_business_days = 0;
  std::int32_t due_in_days = 0;
};

// A date interval said at hand-over, and where the truth fell.
struct DateRow {
  std::size_t order = 0;
  double said_low = 0, said_middle = 0, said_high = 0;  // business days: 10, 50, 90 %
  double came = 0;
};

struct ReplayResult {  // of orders with `test` only
  std::vector<ParcelRow> parcels;
  std::vector<HandOverRow> hand_overs;
  std::vector<MorningRow> mornings;
  std::vector<DateRow> dates;
};

// frozen: nothing is learned from the first purchase of the test part on.
ReplayResult replay(std::span<const OlistOrder> orders, bool frozen);

}  // namespace forestall::bench
