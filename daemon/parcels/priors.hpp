// SPDX-License-Identifier: Apache-2.0
// What is taken for usual before there is a history: settings of the models and the pseudo-parcels they begin
// with.
#pragma once

#include <cstdint>

#include "forecasting/parcel/curve_tree.hpp"
#include "forecasting/parcel/silence.hpp"

namespace forestall::parcels {

// So many pseudo-cases each of the priors weighs.
inline constexpr double prior_cases = 40;

forecasting::SilenceSettings first_scan_settings();
forecasting::SilenceSettings gap_settings();
forecasting::CurveSettings transit_settings();
forecasting::CurveSettings hand_over_settings();

// Each adds some forty pseudo-cases to the group of all: enough to say something on the first day, outweighed
// by a few hundred of one's own, and fading like them.
void seed_first_scans(forecasting::SilenceModel& model, std::int32_t day);
void seed_gaps(forecasting::SilenceModel& model, std::int32_t day);
void seed_transit(forecasting::CurveTree& tree, std::int32_t day);
void seed_hand_overs(forecasting::CurveTree& tree, std::int32_t day);

inline constexpr double hand_over_bin_hours = 2;

}  // namespace forestall::parcels
