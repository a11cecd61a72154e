// SPDX-License-Identifier: Apache-2.0
// Updates a demand belief with events and asks it about windows. O(1) per event, nothing for silent time, no
// allocation.
//
// The model: units come as a compound Poisson stream with rate L(t) x(t), x known (hour of week, promotion),
// batches such that variance = dispersion x mean. The level L is believed through four discount filters of
// different half-life (Harvey, Fernandes 1989, JBES 7:407-417; quasi-likelihood, Wedderburn 1974), weighted
// by how well each has predicted (dynamic model averaging: Raftery, Karny, Ettler 2010, Technometrics
// 52:52-66).
#pragma once

#include <cstdint>
#include <span>

#include "forecasting/burst.hpp"
#include "forecasting/demand_belief.hpp"
#include "forecasting/error.hpp"
#include "forecasting/stratum_prior.hpp"
#include "forecasting/week_profile.hpp"
#include "forecasting/window_demand.hpp"

namespace forestall::forecasting {

// The level believed at an instant, unpacked for several questions.
struct DemandLevel {
  std::array<double, lane_count> weight;          // sums to 1
  std::array<double, lane_count> units_per_hour;  // of profile-weighted exposure, without promotion
  std::array<double, lane_count> variance;        // of the level, (units/hour)^2
  double dispersion = 1;

  double mean_units_per_hour() const;
};

// What of a window's law depends on its length alone, and may be kept where lengths recur.
struct WindowShape {
  std::array<double, lane_count> drift{};  // by how much the level's variance grows, lane by lane
  BurstShape burst{};
};

class DemandFilter {
 public:
  static constexpr double max_units = 1e9;

  // The spans must outlive the filter; neither may be empty. Stratum and profile ids index them; ids beyond
  // the end mean the first.
  DemandFilter(std::span<const WeekProfile> profiles, std::span<const StratumPrior> strata)
      : profiles_(profiles), strata_(strata) {}

  // A belief at its prior, not selling. Times are seconds since 1970, 0 .. 2^32 - 1.
  Expected<DemandBelief> start(std::uint16_t stratum, std::uint16_t profile, std::int64_t now_seconds) const;
  // The same from a prior of its own (a variant's). The stratum's is what it reverts to.
  Expected<DemandBelief> start_from(const StratumPrior& prior, std::uint16_t stratum, std::uint16_t profile,
                                    std::int64_t now_seconds) const;

  // Every call below refuses time going backwards, values that are not finite, negative or beyond max_units,
  // and leaves the belief as it was when it does.

  // `units` were sold at that instant, or during the time since the last event: both are the same to the
  // model.
  Expected<void> observe(DemandBelief& belief, std::int64_t at_seconds, double units) const;

  // The same for a time at whose end, or before, the stock ran out, when it is not known at which instant:
  // the units are then a lower bound. E-step of expectation-maximisation (Dempster, Laird, Rubin 1977).
  Expected<void> observe_sold_out(DemandBelief& belief, std::int64_t at_seconds, double units) const;

  // In stock and listed from now on, or no longer. Only selling time is exposure: with arrival times known
  // that is the exact likelihood, the stock-out being a stopping time.
  Expected<void> set_selling(DemandBelief& belief, std::int64_t at_seconds, bool selling) const;
  Expected<void> set_promotion(DemandBelief& belief, std::int64_t at_seconds, bool promotion) const;

  // A sale of the past was cancelled or returned: its weight goes as it has aged by now.
  Expected<void> take_back(DemandBelief& belief, std::int64_t at_seconds, std::int64_t sold_seconds,
                           double units) const;

  // Asking does not change the belief. `now_seconds` before the belief's last event counts as that event's
  // time.
  DemandLevel level(const DemandBelief& belief, std::int64_t now_seconds) const;
  // Demand of [from, to) if the item can be bought all that time; from >= now. burst may be null.
  WindowDemand window(const DemandBelief& belief, std::int64_t now_seconds, std::int64_t from_seconds,
                      std::int64_t to_seconds, const BurstModel* burst = nullptr) const;
  // The same from a level already at hand, for exposure already summed (several windows, promotions).
  static WindowDemand window(const DemandLevel& level, double exposure_hours, double length_hours,
                             std::span<const float, lane_count> half_lives_days,
                             const BurstModel* burst = nullptr);
  // The same in two steps.
  static WindowShape shape(double length_hours, std::span<const float, lane_count> half_lives_days,
                           const BurstModel* burst = nullptr);
  static WindowDemand window(const DemandLevel& level, double exposure_hours, const WindowShape& shape);
  // The mean of it alone.
  static double mean_units(const DemandLevel& level, double exposure_hours);

  // What a promotion multiplies this SKU's demand by: its own sales in promotions, shrunk to the stratum's.
  double promotion_uplift(const DemandBelief& belief) const;

  const WeekProfile& profile(const DemandBelief& belief) const;
  const StratumPrior& prior(const DemandBelief& belief) const;

 private:
  struct Advance;
  bool check(const DemandBelief& belief, std::int64_t at_seconds, double units, ForecastError& error) const;
  Advance advance(DemandBelief& belief, std::int64_t at_seconds, double units) const;
  std::span<const WeekProfile> profiles_;
  std::span<const StratumPrior> strata_;
};

}  // namespace forestall::forecasting
