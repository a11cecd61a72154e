// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard/demand/order_sizes.hpp"

#include <gtest/gtest.h>

namespace forestall::guard {
namespace {

TEST(OrderSizes, SkusOfLikeSizesTeachEachOther) {
  OrderSizes sizes;
  sizes.grow(4);
  for (int i = 0; i < 1000; ++i) {
    sizes.add(0, 1);
    sizes.add(1, 24);
  }
  // A SKU whose second order is by the dozen is no longer believed to sell singly.
  for (int i = 0; i < 12; ++i) sizes.add(2, 24);
  EXPECT_LT(sizes.law(0).tail(3), 0.05);
  EXPECT_GT(sizes.law(1).tail(12), 0.9);
  EXPECT_GT(sizes.law(2).tail(12), 0.9) << "as SKU 1 taught";
  EXPECT_LT(sizes.law(3).tail(3), 0.05) << "never sold: singly, as most are";
  sizes.begin(2);
  EXPECT_LT(sizes.law(2).tail(12), 0.05);
  sizes.add(3, 0);
  sizes.add(3, -2);
  EXPECT_EQ(sizes.law(3).tail(0), 1);
}

}  // namespace
}  // namespace forestall::guard
