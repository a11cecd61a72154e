// SPDX-License-Identifier: Apache-2.0
// When an open parcel comes: chance of being late, and a date with an interval that is held to its coverage.
#pragma once

#include "forecasting/calibration.hpp"
#include "forecasting/error.hpp"
#include "forecasting/parcel/curve_tree.hpp"

namespace forestall::forecasting {

// Business days since the first physical scan; `lost` from the silence model.
struct OpenParcel {
  double age_days = 0;
  double lost = 0;
};

// P(not there by the end of business day `due_days` after the first scan). A parcel that is lost is late.
double late_chance(const Survival& curve, const OpenParcel& parcel, double due_days);

// Where the outcomes fell within the curves said for them, so that an 80 % interval holds 80 %, by age: said
// in the first days, in the first week, later.
class ArrivalCoverage {
 public:
  // The parcel came on business day `came_days`; the curve is the one said at that age.
  Expected<void> learn(const Survival& curve, double age_days, double came_days);
  void forget(double keep);

  struct Range {
    double low_days = 0, middle_days = 0, high_days = 0;  // after the first scan; the day itself counts whole
  };
  // The central interval of probability `level` in (0, 1), of a parcel that is not lost.
  Range range(const Survival& curve, double age_days, double level) const;

 private:
  static std::size_t kind(double age_days) { return age_days < 2 ? 0 : age_days < 6 ? 1 : 2; }
  std::array<PitHistogram, 3> histograms_;
};

}  // namespace forestall::forecasting
