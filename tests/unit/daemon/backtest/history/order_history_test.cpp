// SPDX-License-Identifier: Apache-2.0
// Reading order files: each format, what is skipped and made up, and errors that name their place.
#include "daemon/backtest/history/order_history.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "config/base/time.hpp"
#include "tests/support/packed/packed_file.hpp"

namespace forestall {
namespace {

std::string error_of(std::string_view csv) {
  const auto history = read_order_history(csv, {});
  return history ? "no error" : history.error().detail;
}

TEST(OrderHistory, GenericInAnyColumnOrder) {
  const auto history = read_order_history(
      "sku,time,order_id,channel,quantity,unit_price\n"
      "B,2026-01-02T10:00:00Z,2,ebay,3,9.99\n"
      "A,2026-01-01T10:00:00Z,1,shop,1,\n"
      "B,2026-01-01T10:00:00+01:00,3,shop,0,5\n",
      {.channels = {"shop"}});
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->format, HistoryFormat::generic);
  EXPECT_EQ(history->channels, (std::vector<std::string>{"shop", "ebay"}));
  EXPECT_EQ(history->skus, (std::vector<std::string>{"B", "A"}));
  EXPECT_EQ(history->unit_price_minor, (std::vector<std::int64_t>{999, 0}));
  ASSERT_EQ(history->demand.size(), 2U);
  EXPECT_EQ(history->demand.listing, (std::vector<std::uint32_t>{1 * 2 + 0, 0 * 2 + 1})) << "sorted by time";
  EXPECT_EQ(history->demand.units, (std::vector<std::int32_t>{1, 3}));
  EXPECT_EQ(history->skipped, 1U);
}

TEST(OrderHistory, AFileThatNamesItsChannelsHasNoOthers) {
  const auto history = read_order_history(
      "time,order_id,channel,sku,quantity\n"
      "2026-01-01T10:00:00Z,1,shop,A,1\n"
      "2026-01-02T10:00:00Z,2,ebay,A,1\n",
      {});
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->channels, (std::vector<std::string>{"shop", "ebay"}));
  EXPECT_EQ(history->catalogue.channels, 2U);
}

TEST(OrderHistory, AmazonDaysBecomeTimesInReversedRowOrder) {
  const auto history = read_order_history(
      "index,Order ID,Date,SKU,Qty,Amount\n"
      "0,o3,2022-04-30,X,0,\n1,o2,2022-04-30,Y,2,812.0\n2,o2,2022-04-30,X,1,300\n3,o1,2022-04-29,X,1,300\n",
      {.seed = 5});
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  const auto& demand = history->demand;
  ASSERT_EQ(demand.size(), 4U);
  std::vector<std::string> orders;
  for (const auto order : demand.order) orders.push_back(history->orders[order]);
  EXPECT_EQ(orders, (std::vector<std::string>{"o1", "o2", "o2", "o3"}));
  EXPECT_EQ(demand.time[1], demand.time[2]) << "one order, one moment";
  EXPECT_EQ(demand.listing[1] % 3, demand.listing[2] % 3) << "one order, one channel";
  EXPECT_EQ(history->imputed_times, 4U);
  EXPECT_EQ(history->imputed_quantities, 1U);
  EXPECT_EQ(history->unit_price_minor, (std::vector<std::int64_t>{30000, 40600}));
  EXPECT_TRUE(world::check(demand, history->catalogue).has_value());
}

TEST(OrderHistory, AmazonsReportIsTabSeparatedAndKnowsTheSecond) {
  const auto history = read_order_history(
      "amazon-order-id\tmerchant-order-id\tpurchase-date\torder-status\tproduct-name\tsku\tquantity\titem-"
      "price\n"
      "701-1\t\t2026-01-02T10:00:05+00:00\tShipped\tMonitor 27\"\tX\t2\t30.00\n"
      "701-2\t\t2026-01-01T09:00:00+01:00\tCancelled\tCup\tY\t0\t\n",
      {});
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->format, HistoryFormat::amazon_report);
  ASSERT_EQ(history->demand.size(), 2U);
  EXPECT_EQ(to_string(history->demand.time[0]), "2026-01-01T08:00:00Z");
  EXPECT_EQ(history->demand.units, (std::vector<std::int32_t>{1, 2})) << "a cancelled item was wanted";
  EXPECT_EQ(history->imputed_quantities, 1U);
  EXPECT_EQ(history->imputed_times, 0U);
  EXPECT_EQ(history->imputed_channels, 2U);
  EXPECT_EQ(history->unit_price_minor, (std::vector<std::int64_t>{1500, 0}));
  EXPECT_EQ(error_of("amazon-order-id\tpurchase-date\tsku\tquantity\n1\tsoon\tX\t1\n"),
            "line 2: column purchase-date: cannot read 'soon'");
}

TEST(OrderHistory, OnlineRetailLeavesOutWhatIsNoSale) {
  const std::string_view csv =
      "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
      "536365,85123A,\"HEART, WHITE\",6,2010-12-01 08:26,2.55,17850,United Kingdom\n"
      "C536379,D,Discount,-1,2010-12-01 09:41,27.50,14527,United Kingdom\n"
      "536370,POST,POSTAGE,3,2010-12-01 08:45,18.00,12583,France\n"
      "536589,21777,,-10,2010-12-01 16:50,0,,United Kingdom\n";
  const auto lines = read_order_history(csv, {});
  ASSERT_TRUE(lines.has_value()) << lines.error().detail;
  ASSERT_EQ(lines->demand.size(), 1U);
  EXPECT_EQ(lines->demand.units[0], 1);
  EXPECT_EQ(lines->skipped, 3U);
  EXPECT_EQ(to_string(lines->demand.time[0]), "2010-12-01T08:26:00Z");
  EXPECT_EQ(read_order_history(csv, {.whole_quantities = true})->demand.units[0], 6);
}

constexpr std::string_view fresh_header =
    "sid,store_id,product_id,city_id,first_category_id,third_category_id,dt,sales_x100_by_hour,stockout_by_"
    "hour,"
    "discount,holiday,activity\n";

TEST(OrderHistory, FreshRetailHasAShopperForEachUnit) {
  const auto csv =
      std::string(fresh_header) +
      "33,0,296,0,16,103,2024-03-28,|||||20|||||||||||||25|||||,111110000000000000001111,0.8,0,1\n"
      "7,0,1,0,1,1,2024-03-27,|||||||||||||||||||||||,000000000000000000000000,1,0,0\n";
  const auto history = read_order_history(csv, {.seed = 3});
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->format, HistoryFormat::fresh_retail);
  EXPECT_EQ(history->skus, (std::vector<std::string>{"33", "7"}));
  ASSERT_EQ(history->demand.size(), 5U) << "two at five, and 2.5 taken as three at eighteen";
  const auto day = parse_instant("2024-03-28T00:00:00Z").value();
  for (std::size_t i = 0; i < 5; ++i) {
    const auto hour = std::chrono::floor<std::chrono::hours>(history->demand.time[i] - day);
    EXPECT_EQ(hour, std::chrono::hours(i < 2 ? 5 : 18)) << i;
    EXPECT_EQ(history->demand.units[i], 1);
  }
  EXPECT_EQ(history->demand.orders, 5U);
  EXPECT_EQ(history->censored_hours, 9U);
  EXPECT_EQ(history->imputed_quantities, 1U);
  EXPECT_EQ(history->imputed_times, 5U);
  EXPECT_TRUE(world::check(history->demand, history->catalogue).has_value());
  EXPECT_EQ(read_order_history(csv, {.seed = 3})->demand.time, history->demand.time);
  EXPECT_NE(read_order_history(csv, {.seed = 4})->demand.time, history->demand.time);
}

TEST(OrderHistory, FreshRetailErrorsNameTheColumn) {
  const auto why = [](std::string_view row) {
    return error_of(std::string(fresh_header) + std::string(row) + "\n");
  };
  const std::string hours = "|||||||||||||||||||||||", flags = "000000000000000000000000";
  EXPECT_TRUE(
      why("1,0,1,0,1,1,2024-03-27,|||," + flags + ",1,0,0").starts_with("line 2: column sales_x100_by_hour"));
  EXPECT_TRUE(why("1,0,1,0,1,1,2024-03-27,-1" + hours + "," + flags + ",1,0,0")
                  .starts_with("line 2: column sales_x100"));
  EXPECT_TRUE(
      why("1,0,1,0,1,1,2024-03-27," + hours + ",0102,1,0,0").starts_with("line 2: column stockout_by_hour"));
  EXPECT_TRUE(why("1,0,1,0,1,1,soon," + hours + "," + flags + ",1,0,0").starts_with("line 2: column dt"));
  EXPECT_TRUE(
      why(",0,1,0,1,1,2024-03-27," + hours + "," + flags + ",1,0,0").starts_with("line 2: column sid"));
}

// Series of 90 days (arXiv 2505.16319, CC BY 4.0).
TEST(OrderHistory, FreshRetailAsItWasPublished) {
  const std::string file =
      FORESTALL_SOURCE_DIR "/../shared/data/freshretail/freshretail_hourly_2000series.csv.xz";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file;
  auto text = test::read_packed(file).value();
  std::size_t end = 0;
  for (int line = 0; line <= 200 * 90; ++line) end = text.find('\n', end) + 1;  // the first 200 series
  text.resize(end);
  const auto history = read_order_history(text, {});
  ASSERT_TRUE(history.has_value()) << history.error().detail;
  EXPECT_EQ(history->skus.size(), 200U);
  EXPECT_GT(history->demand.size(), 100'000U);
  const auto share = static_cast<double>(history->censored_hours) / (200.0 * 90 * 24);
  EXPECT_NEAR(share, 0.249, 0.05) << "a quarter of the hours of the whole set are stock-outs";
  EXPECT_TRUE(world::check(history->demand, history->catalogue).has_value());
}

TEST(OrderHistory, ErrorsNameLineAndColumn) {
  EXPECT_EQ(error_of(""), "the file is empty");
  EXPECT_TRUE(error_of("a,\"b\n").starts_with("line ")) << error_of("a,\"b\n");
  EXPECT_EQ(error_of("time,order_id,channel,sku\n"), "line 1: no known header; missing: quantity");
  const std::string header = "time,order_id,channel,sku,quantity\n";
  EXPECT_EQ(error_of(header + "yesterday,1,a,X,1\n"), "line 2: column time: cannot read 'yesterday'");
  EXPECT_EQ(error_of(header + "2026-01-01T00:00:00Z,1,a,X,1.5\n"),
            "line 2: column quantity: cannot read '1.5'");
  EXPECT_EQ(error_of(header + "2026-01-01T00:00:00Z,1,a,X\n"), "line 2: 4 fields, the header has 5");
  EXPECT_EQ(error_of(header + "2026-01-01T00:00:00Z,1,a,,1\n"), "line 2: column sku: cannot read ''");
}

TEST(OrderHistory, SameSeedSameDrawsOtherSeedOthers) {
  std::string csv = "Order ID,Date,SKU,Qty\n";
  for (int i = 0; i < 200; ++i) csv += "o" + std::to_string(i) + ",2022-04-30,X,1\n";
  const auto a = read_order_history(csv, {.seed = 1}), b = read_order_history(csv, {.seed = 1}),
             c = read_order_history(csv, {.seed = 2});
  EXPECT_EQ(a->demand.time, b->demand.time);
  EXPECT_EQ(a->demand.listing, b->demand.listing);
  EXPECT_NE(a->demand.time, c->demand.time);
  EXPECT_NE(a->demand.listing, c->demand.listing);
}

}  // namespace
}  // namespace forestall
