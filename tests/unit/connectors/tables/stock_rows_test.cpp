// SPDX-License-Identifier: Apache-2.0
// Rows of stock, counts, failed picks and receipts as observations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/tables/table.hpp"

namespace forestall::tables {
namespace {

using testing::HasSubstr;
using Fields = std::vector<std::string_view>;

Instant at(std::string_view text) { return parse_instant(text).value(); }

Given warehouse() {
  return {.source = SourceId::literal("wms"),
          .location = LocationId::literal("Hamburg"),
          .file_time = at("2026-11-23T04:00:00Z"),
          .now = at("2026-11-23T05:00:00Z")};
}

Table open(Kind kind, const Fields& header, Given given = warehouse(),
           const std::map<std::string, std::string>& names = {}) {
  return Table::open(kind, header, names, std::move(given)).value();
}

template <class T>
T one(Table& table, const Fields& fields) {
  return std::get<T>(table.read(fields).value().value());
}

TEST(StockRows, AreLevels) {
  auto table = open(Kind::stock, {"on_hand", "SKU ", "colour", "as_of"});
  const auto level = one<model::StockLevel>(table, {"1.200,00", " A-1 ", "red", "2026-11-23T03:00:00Z"});
  EXPECT_EQ(level.sku.str(), "A-1");
  EXPECT_EQ(level.on_hand, Units(1200));
  EXPECT_EQ(level.location.str(), "Hamburg");
  EXPECT_EQ(level.from.true_at, at("2026-11-23T03:00:00Z"));
  EXPECT_EQ(level.from.version, model::Version::of(at("2026-11-23T03:00:00Z")));
  const auto unsaid = one<model::StockLevel>(table, {"", "A-2", "", ""});
  EXPECT_EQ(unsaid.on_hand, std::nullopt);
  EXPECT_EQ(unsaid.from.true_at, at("2026-11-23T04:00:00Z"));
  EXPECT_EQ(one<model::StockLevel>(table, {"-2", "A-3", "", ""}).on_hand, Units(-2));
}

TEST(StockRows, NameTheColumnThatIsBad) {
  auto table = open(Kind::stock, {"sku", "on_hand", "as_of"});
  const auto why = [&](const Fields& fields) { return table.read(fields).error().detail; };
  EXPECT_THAT(why({"A", "x", ""}), HasSubstr("on_hand: \"x\" is no number"));
  EXPECT_THAT(why({"", "1", ""}), HasSubstr("sku: "));
  EXPECT_THAT(why({"A", "1", "soon"}), HasSubstr("as_of: \"soon\" is no time"));
  EXPECT_THAT(why({"A", "1", "2026-11-25T00:00:00Z"}), HasSubstr("lies in the future"));
  EXPECT_THAT(why({"A", "1"}), HasSubstr("2 fields, the header has 3"));
  EXPECT_THAT(why({"A", "2000000000", ""}), HasSubstr("out of range"));
  EXPECT_EQ(table.sku_of(Fields{"A", "x", ""}).value().str(), "A");
  EXPECT_FALSE(table.sku_of(Fields{"A"}));
}

TEST(StockRows, OfOtherLocationsArePassedOver) {
  auto given = warehouse();
  given.only_location = true;
  auto table = open(Kind::stock, {"sku", "on_hand", "location"}, given);
  EXPECT_FALSE(table.read(Fields{"A", "1", "Munich"}).value());
  EXPECT_TRUE(table.read(Fields{"A", "1", "Hamburg"}).value());
  EXPECT_TRUE(table.read(Fields{"A", "1", ""}).value());
}

TEST(Headers, MayUseOtherNames) {
  const std::map<std::string, std::string> names{{"sku", "Artikel"}, {"on_hand", "Bestand"}};
  auto table = open(Kind::stock, {"artikel", "Bestand"}, warehouse(), names);
  EXPECT_EQ(one<model::StockLevel>(table, {"A", "3"}).on_hand, Units(3));
  const auto missing = Table::open(Kind::stock, Fields{"artikel", "Menge"}, names, warehouse());
  EXPECT_THAT(missing.error().detail, HasSubstr("no column \"Bestand\"; the columns are: artikel, menge"));
  auto strict = warehouse();
  strict.strict = true;
  EXPECT_THAT(Table::open(Kind::stock, Fields{"sku", "on_hand", "asof"}, {}, strict).error().detail,
              HasSubstr("unknown column \"asof\", did you mean \"as_of\"?"));
  EXPECT_THAT(check_column_names({{"onhand", "x"}}, all_kinds).error().detail,
              HasSubstr("did you mean \"on_hand\"?"));
}

TEST(Counts, AreCounts) {
  auto table = open(Kind::counts, {"sku", "counted", "as_of"});
  const auto count = one<model::StockCount>(table, {"A", "7", "2026-11-23T03:00:00Z"});
  EXPECT_EQ(count.counted, Units(7));
  EXPECT_FALSE(table.read(Fields{"A", "", ""}));
  EXPECT_FALSE(table.read(Fields{"A", "-1", ""}));
}

// The same rows in a later file are the same reports; two rows of one file are two.
TEST(FailedPicks, WithoutAnOrderAreNamedByTimeAndRow) {
  auto table = open(Kind::failed_picks, {"sku", "units", "as_of"});
  const Fields row{"A", "1", "2026-11-23T03:00:00Z"};
  const auto first = one<model::PickFailed>(table, row), second = one<model::PickFailed>(table, row);
  EXPECT_EQ(first.account.str(), "wms");
  EXPECT_EQ(first.order.str(), "no-order");
  EXPECT_EQ(first.line.str(), "2026-11-23T03:00:00Z");
  EXPECT_EQ(second.line.str(), "2026-11-23T03:00:00Z 2");
  EXPECT_EQ(first.missing, Units(1));
  table.rewind();
  EXPECT_EQ(one<model::PickFailed>(table, row), first);
}

TEST(FailedPicks, WithAnOrderNeedAccountAndLine) {
  auto table = open(Kind::failed_picks, {"sku", "units", "account", "order", "line"});
  const auto pick = one<model::PickFailed>(table, {"A", "2", "amazon-us", "1-2-3", "L1"});
  EXPECT_EQ(pick.account.str(), "amazon-us");
  EXPECT_EQ(pick.order.str(), "1-2-3");
  EXPECT_EQ(pick.line.str(), "L1");
  EXPECT_THAT(table.read(Fields{"A", "2", "amazon-us", "1-2-3", ""}).error().detail, HasSubstr("line: "));
}

TEST(Receipts, SayWhatIsExpectedAndWhatCame) {
  auto table = open(Kind::receipts, {"receipt", "sku", "expected", "line", "arrived", "arrived_at",
                                     "expected_at", "backs_preorder"});
  const auto receipt = one<model::ReceiptUpsert>(
      table, {"PO-7", "A", "10", "", "4", "2026-11-22T08:00:00Z", "2026-11-30", "yes"});
  EXPECT_EQ(receipt.id.str(), "PO-7/A");
  EXPECT_EQ(receipt.expected, Units(10));
  EXPECT_EQ(receipt.arrived, (std::vector<model::Arrival>{{Units(4), at("2026-11-22T08:00:00Z")}}));
  EXPECT_EQ(receipt.expected_at, at("2026-11-30T23:59:59.999Z"));
  EXPECT_TRUE(receipt.backs_preorder);
  EXPECT_EQ(one<model::ReceiptUpsert>(table, {"PO-7", "A", "1", "2", "", "", "", ""}).id.str(), "PO-7/A/2");
  EXPECT_THAT(table.read(Fields{"PO-7", "A", "10", "", "4", "", "", ""}).error().detail,
              HasSubstr("arrived_at: is missing"));
}

}  // namespace
}  // namespace forestall::tables
