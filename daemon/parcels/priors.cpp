// SPDX-License-Identifier: Apache-2.0
// The numbers are judgement within what is published: half of all labels are scanned within half a day and
// nearly all within two; a parcel on the way is scanned daily, over a weekend after two days; domestic ground
// takes two to five business days (EasyPost's SmartRate percentiles for ground services). They are tested for
// what they say, not for being right: one's own history replaces them.
#include "daemon/parcels/priors.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace forestall::parcels {
namespace {

using forecasting::CurveTree;
using forecasting::SilenceModel;

// Hours by which the n-th of the pseudo-cases had ended.
constexpr std::array<double, 40> first_scan_hours{1,  2,  3,  3,  4,  5,  5,  6,  7,  7,  8,  8,  9,  10,
                                                  10, 11, 12, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                                  23, 24, 25, 26, 27, 29, 31, 34, 38, 43, 50, 66};
constexpr std::array<double, 40> gap_hours{2,  3,  4,  5,  6,  7,  8,  8,  9,  10, 10, 11, 12, 12,
                                           13, 14, 14, 15, 16, 17, 18, 18, 19, 20, 21, 22, 23, 24,
                                           25, 26, 28, 31, 34, 38, 42, 47, 52, 60, 70, 90};
constexpr std::array<std::size_t, 40> transit_days{1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3,
                                                   3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4,
                                                   4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 9};
constexpr std::array<double, 40> hand_over_hours{2,  3,  4,  5,  6,  8,  10, 12, 14, 16, 18, 19, 20, 21,
                                                 22, 23, 24, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 36,
                                                 38, 40, 42, 44, 46, 48, 50, 54, 60, 66, 72, 90};

void seed(SilenceModel& model, std::span<const double> hours, std::int32_t day) {
  for (const double h : hours) {
    (void)model.waited({}, 0, h, day);
    (void)model.scanned({}, h, day);
  }
}

}  // namespace

forecasting::SilenceSettings first_scan_settings() {
  return {.curve = {.half_life_days = 45, .parent_weight = 20, .speed_weight = 8, .first_hazard = 0.2},
          .final = {.half_life_days = 180, .parent_weight = 100, .first_share = 0.005}};
}
forecasting::SilenceSettings gap_settings() {
  return {.curve = {.half_life_days = 45, .parent_weight = 20, .speed_weight = 8, .first_hazard = 0.1},
          .final = {.half_life_days = 180, .parent_weight = 200, .first_share = 0.002}};
}
forecasting::CurveSettings transit_settings() { return {}; }
forecasting::CurveSettings hand_over_settings() { return {.first_hazard = 0.06}; }

void seed_first_scans(SilenceModel& model, std::int32_t day) { seed(model, first_scan_hours, day); }
void seed_gaps(SilenceModel& model, std::int32_t day) { seed(model, gap_hours, day); }

void seed_transit(CurveTree& tree, std::int32_t day) {
  for (const std::size_t d : transit_days) {
    (void)tree.waited({}, 0, d, day);
    (void)tree.ended({}, d, day);
  }
}

void seed_hand_overs(CurveTree& tree, std::int32_t day) {
  for (const double h : hand_over_hours) {
    const auto bin = static_cast<std::size_t>(h / hand_over_bin_hours);
    (void)tree.waited({}, 0, bin, day);
    (void)tree.ended({}, bin, day);
  }
}

}  // namespace forestall::parcels
