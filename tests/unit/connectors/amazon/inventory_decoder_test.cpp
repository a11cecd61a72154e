// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/inventory_decoder.hpp"

#include <gtest/gtest.h>

#include "tests/support/amazon/bodies.hpp"

namespace forestall::amazon {
namespace {

TEST(InventoryDecoder, ReadsWhatAmazonCanSendOut) {
  const auto reading = test::at("2026-11-20T09:00:00Z");
  const auto decoded = decode_inventory(test::inventory_body("t"), test::amazon_us(), reading);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->next_token, "t");
  ASSERT_EQ(decoded->observations.size(), 2u);
  const auto& first = std::get<model::StockLevel>(decoded->observations[0]);
  EXPECT_EQ(first.sku.str(), "FBA-1");
  EXPECT_EQ(first.on_hand, Units(40));
  EXPECT_EQ(first.location.str(), fba_location);
  EXPECT_EQ(first.from.version, model::Version::of(reading.asked));
  // Without details nobody knows; zero would stop the sale.
  EXPECT_FALSE(std::get<model::StockLevel>(decoded->observations[1]).on_hand);
}

TEST(InventoryDecoder, BadSummariesAreSetAside) {
  auto body = test::inventory_body();
  body.replace(body.find(R"("fulfillableQuantity":40)"), 24, R"("fulfillableQuantity":-1)");
  const auto decoded = decode_inventory(body, test::amazon_us(), test::at("2026-11-20T09:00:00Z"));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->observations.size(), 1u);
  EXPECT_EQ(decoded->set_aside.size(), 1u);
  for (const auto* broken : {"", "{}", R"({"payload":{}})", R"({"payload":{"inventorySummaries":null}})"})
    EXPECT_FALSE(decode_inventory(broken, test::amazon_us(), {})) << broken;
}

}  // namespace
}  // namespace forestall::amazon
