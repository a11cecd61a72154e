// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/supply_queue.hpp"

#include <gtest/gtest.h>

namespace forestall::orders {
namespace {

Instant day(int n) { return Instant(std::chrono::days(20'000 + n)); }
Claim claim(std::string_view order, int units, int ship_by, double value = 10) {
  return {OrderId::literal(order), units, day(ship_by), value};
}

TEST(SupplyQueue, EarlierShipByThenValue) {
  const std::vector<double> three = {1, 1, 1, 1};  // three are there for sure
  const auto out =
      queue_claims({claim("late", 1, 5), claim("cheap", 2, 2, 5), claim("dear", 2, 2, 50)}, three, {});
  ASSERT_EQ(out.size(), 3u);
  EXPECT_EQ(out[0].order.str(), "dear");
  EXPECT_EQ(out[0].chance, 0);
  EXPECT_EQ(out[1].order.str(), "cheap");
  EXPECT_EQ(out[1].chance, 1);
  EXPECT_TRUE(out[1].hard);
  EXPECT_EQ(out[2].order.str(), "late");
  EXPECT_EQ(out[2].chance, 1);
}

TEST(SupplyQueue, BeliefInStockIsTheChance) {
  const std::vector<double> belief = {1, 0.9, 0.6};
  const auto out = queue_claims({claim("a", 1, 1), claim("b", 1, 2), claim("c", 1, 3)}, belief, {});
  EXPECT_NEAR(out[0].chance, 0.1, 1e-12);
  EXPECT_NEAR(out[1].chance, 0.4, 1e-12);
  EXPECT_NEAR(out[2].chance, 1, 1e-12);
  EXPECT_FALSE(out[1].hard);
  EXPECT_TRUE(out[2].hard);
}

TEST(SupplyQueue, ReceiptsCountAsFarAsTheyComeInTime) {
  const std::vector<double> none = {1};
  const std::vector<UncertainReceipt> receipts = {
      {.units = 5, .may_come = {day(1), day(2), day(4), day(9)}, .never = 0.2},
      {.units = 5, .may_come = {day(3)}, .never = 0.5}};
  const auto out = queue_claims({claim("soon", 1, 0), claim("a", 5, 2), claim("b", 4, 4)}, none, receipts);
  EXPECT_EQ(out[0].chance, 1);
  EXPECT_NEAR(out[1].chance, 1, 1e-12);                     // six units from one receipt of five
  EXPECT_NEAR(out[2].chance, 1 - 0.8 * 0.75 * 0.5, 1e-12);  // both are needed by day 4
}

}  // namespace
}  // namespace forestall::orders
