// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/health_decoder.hpp"

#include <gtest/gtest.h>

#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

using model::HealthMetric;

const model::HealthReading* find(const model::AccountHealth& health, HealthMetric metric) {
  for (const auto& reading : health.readings)
    if (reading.metric == metric) return &reading;
  return nullptr;
}

TEST(HealthDecoder, ReadsTheRatesOfItsMarketplaceWithTheirLimits) {
  const auto health =
      decode_health(test::performance_body(), test::amazon_us(), test::at("2026-11-20T09:00:00Z"));
  ASSERT_TRUE(health);
  EXPECT_TRUE(health->may_sell);
  ASSERT_EQ(health->readings.size(), 5u);
  const auto* cancels = find(*health, HealthMetric::cancellation_rate);
  ASSERT_NE(cancels, nullptr);
  EXPECT_EQ(cancels->count, 6);
  EXPECT_EQ(cancels->of, 400);
  EXPECT_EQ(cancels->limit, 0.025);
  EXPECT_EQ(to_string(cancels->first_day), "2026-11-13");
  EXPECT_EQ(to_string(cancels->last_day), "2026-11-19");
  EXPECT_EQ(find(*health, HealthMetric::on_time_delivery_rate)->count, 650);
  EXPECT_EQ(find(*health, HealthMetric::order_defect_rate)->count, 9);
}

TEST(HealthDecoder, ReadsTheOtherSpellingToo) {
  const auto health =
      decode_health(test::other_performance_body(), test::amazon_us(), test::at("2026-11-20T09:00:00Z"));
  ASSERT_TRUE(health);
  EXPECT_FALSE(health->may_sell);  // SUSPENDED
  const auto* cancels = find(*health, HealthMetric::cancellation_rate);
  ASSERT_NE(cancels, nullptr);
  EXPECT_EQ(cancels->count, 55);
  EXPECT_EQ(cancels->limit, 0.01);
  EXPECT_EQ(to_string(cancels->last_day), "2020-11-18");  // "2020-11-18T23:59Z" has no seconds
  EXPECT_EQ(find(*health, HealthMetric::on_time_delivery_rate)->of, 8080);
}

TEST(HealthDecoder, AMetricThatCannotBeReadIsLeftOutAndNotZero) {
  auto body = test::performance_body();
  body.replace(body.find(R"("cancellationCount":6)"), 21, R"("cancellationCount":"six")");
  const auto health = decode_health(body, test::amazon_us(), test::at("2026-11-20T09:00:00Z"));
  ASSERT_TRUE(health);
  EXPECT_EQ(find(*health, HealthMetric::cancellation_rate), nullptr);
  EXPECT_EQ(health->readings.size(), 4u);
}

TEST(HealthDecoder, NothingAboutThisMarketplaceIsAnError) {
  auto place = test::amazon_us();
  place.marketplace = "A1VC38T7YXB528";
  EXPECT_FALSE(decode_health(test::performance_body(), place, {}));
  for (const auto* body : {"", "{}", "[]", "null", R"({"accountStatuses":7})"})
    EXPECT_FALSE(decode_health(body, test::amazon_us(), test::at("2026-11-20T09:00:00Z"))) << body;
}

}  // namespace
}  // namespace forestall::amazon
