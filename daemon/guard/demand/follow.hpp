// SPDX-License-Identifier: Apache-2.0
// What follows a sale of the same SKU within a blind window, by how fast the SKU sells. Sellers' orders
// cluster, and those of fast SKUs more: one number for all would split slow SKUs that never race and share
// fast ones that do.
#pragma once

#include <array>
#include <cstddef>

#include "daemon/guard/demand/offer_demand.hpp"

namespace forestall::guard {

class FollowCurve {
 public:
  // A sale of a SKU that was believed to sell `units_per_day` before it: how many units other orders had
  // taken within the window before it, and how many the belief expects in such a window.
  void add(double units_per_day, double followed_units, double usual_units);
  // Fits the curve to what was added of windows of that length; until then, and without sales, nothing
  // follows.
  void fit(Millis length);
  // Older sales count less.
  void fade(double factor);
  // The same for every speed: what is assumed where nothing was learned.
  static FollowCurve constant(Following follow);

  Following after_a_sale(double units_per_day) const;

 private:
  static constexpr std::size_t bins = 10;  // from 1/64 a day, doubling
  static double place(double units_per_day);
  static double middle(std::size_t bin);
  struct Seen {
    double sales = 0, followed = 0, usual = 0, squares = 0;
  };
  std::array<Seen, bins> seen_{};
  std::array<Following, bins> follow_{};
};

}  // namespace forestall::guard
