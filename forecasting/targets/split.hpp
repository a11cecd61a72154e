// SPDX-License-Identifier: Apache-2.0
// Dividing stock among listings so that their exposures stay within it: exact for one SKU, exact within a
// budget of steps for bundles.
#pragma once

#include <array>
#include <span>

#include "forecasting/targets/demand_cursor.hpp"
#include "forecasting/targets/terms.hpp"

namespace forestall::forecasting {

// Above this many units quantities go in equal strides (exact below).
inline constexpr int split_steps = 128;

// What each quantity of one listing is worth: margin x E[min(D, q)] less the writes it takes to get there
// from what it shows now. Quantity number i is i * stride units; -infinity where the listing cannot show it.
struct ListingCurve {
  std::array<double, split_steps + 1> value;
  int last = 0;  // highest index that may be finite
  int stride = 1;
};

struct CurveTerms {
  int stock_units = 0;  // the most that could be given to it
  int least_units = 0;  // the least, where that is within stock
  int stride = 1;
  double lost_share = 0;  // of the sales refused while it moves through zero, those lost for good
};
void draw_curve(const ListingTerms& listing, const CurveTerms& terms, ListingCurve& out);
// The same where a cursor of its until_receipt, standing at 0, is at hand.
void draw_curve(const ListingTerms& listing, const CurveTerms& terms, const DemandCursor& until_receipt,
                ListingCurve& out);

// One SKU: out[l] = quantity of listing l, maximising the sum of the curves with sum out <= stock; returns
// the value. `spare` units of the stock are kept out of the quantities but not out of the value: the
// hold-back, which is given out as soon as the flight is seen. Dynamic programming over stock, listing by
// listing.
double split_one(std::span<const ListingCurve> curves, int stock_units, int spare_units, std::span<int> out);

// Several SKUs: limits[j] = units of SKU j that all listings together may hold (no_limit: not binding).
// Branch and bound in depth-first order; `exact` says whether it finished within its budget, else the answer
// is the best found, at least as good as greedy.
struct BundleSplit {
  double value = 0;
  bool exact = true;
};
BundleSplit split_bundles(std::span<const ListingTerms> listings, std::span<const ListingCurve> curves,
                          std::span<const int> limits, std::span<int> out);

}  // namespace forestall::forecasting
