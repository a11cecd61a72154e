// SPDX-License-Identifier: Apache-2.0
// A watched folder in good order: snapshots, deltas, counts, picks, receipts, encodings, restarts.
#include <fmt/format.h>

#include "tests/unit/connectors/stock/csv/fixture.hpp"

namespace forestall::stock_csv {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(StockFolder, ReadsASnapshotOnce) {
  open();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\nB,0,2026-11-23T04:00:00Z\n");
  const auto page = round();
  EXPECT_EQ(levels(page), "A=3 B=0");
  EXPECT_EQ(model::provenance_of(page.observations[0]).true_at, at("2026-11-23T04:00:00Z"));
  EXPECT_EQ(levels(round()), "");
  EXPECT_TRUE(source->traits().snapshots);
  EXPECT_TRUE(source->traits().counts);
}

TEST_F(StockFolder, WhatIsMissingFromASnapshotIsUnknown) {
  open();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\nB,5,2026-11-23T04:00:00Z\n");
  round();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:15:00Z\n");
  const auto page = round();
  EXPECT_EQ(levels(page), "A=3 B=?");
  EXPECT_EQ(model::provenance_of(page.observations[1]).true_at, at("2026-11-23T04:15:00Z"));
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:30:00Z\nB,4,2026-11-23T04:30:00Z\n");
  EXPECT_EQ(levels(round()), "A=3 B=4");
}

// Times of last change: a SKU that comes back with its old time must not lie behind the mark of its absence.
TEST_F(StockFolder, AMissingSkuCanComeBackWithItsOldTime) {
  open();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\nB,5,2026-11-20T00:00:00Z\n");
  round();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:15:00Z\nC,1,2026-11-23T04:10:00Z\n");
  const auto gone = round();
  EXPECT_EQ(levels(gone), "A=3 C=1 B=?");
  const auto mark = model::provenance_of(gone.observations[2]);
  put("stock.csv",
      "sku,on_hand,as_of\nA,3,2026-11-23T04:30:00Z\nB,5,2026-11-20T00:00:00Z\nC,1,2026-11-23T04:10:00Z\n");
  const auto back = round();
  EXPECT_EQ(levels(back), "A=3 B=5 C=1");
  const auto& again = model::provenance_of(back.observations[1]);
  EXPECT_GT(again.version, mark.version);
  EXPECT_GE(again.true_at, mark.true_at);
}

TEST_F(StockFolder, RemembersAcrossARestartWhatTheLedgerKnows) {
  open();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\nB,5,2026-11-23T04:00:00Z\n");
  round();
  put("stock.csv", "sku,on_hand,as_of\nA,2,2026-11-23T04:15:00Z\n");
  open();
  const std::vector<ports::NamedSku> known{{SkuId::literal("A"), at("2026-11-23T04:00:00Z")},
                                           {SkuId::literal("B"), at("2026-11-23T04:00:00Z")}};
  source->remember(known);
  EXPECT_EQ(levels(round()), "A=2 B=?");
}

TEST_F(StockFolder, ADeltaSaysNothingOfTheOthers) {
  settings.content = config::StockContent::delta;
  open();
  put("stock-1.csv", "sku,on_hand\nA,3\nB,5\n", "2026-11-23T04:00:00Z");
  put("stock-2.csv", "sku,on_hand\nB,4\n", "2026-11-23T04:10:00Z");
  const auto page = round();
  EXPECT_EQ(levels(page), "A=3 B=5 B=4");
  EXPECT_EQ(model::provenance_of(page.observations[2]).version,
            model::Version::of(at("2026-11-23T04:10:00Z")));
  put("stock-3.csv", "sku,on_hand\n", "2026-11-23T04:20:00Z");
  EXPECT_EQ(levels(round()), "");
}

TEST_F(StockFolder, ReadsTheWarehousesOtherFiles) {
  open();
  put("counts-20261123T040000Z.csv", "sku,counted,as_of\nA,7,2026-11-23T04:00:00Z\n");
  put("failed-picks-20261123T040000Z.csv",
      "sku,units,as_of\nA,1,2026-11-23T04:00:00Z\nA,1,2026-11-23T04:00:00Z\n");
  put("receipts-1.csv",
      "receipt,sku,expected,arrived,arrived_at,as_of\nPO1,A,5,5,2026-11-23T03:00:00Z,2026-11-23T04:00:00Z\n");
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\n");
  std::vector<std::string_view> names;
  const auto page = round();
  for (const auto& o : page.observations) names.push_back(model::name_of(o));
  EXPECT_THAT(names,
              ElementsAre("stock_level", "stock_count", "pick_failed", "pick_failed", "receipt_upsert"));
  EXPECT_NE(std::get<model::PickFailed>(page.observations[2]).line,
            std::get<model::PickFailed>(page.observations[3]).line);
  EXPECT_THAT(round().observations, IsEmpty());
}

TEST_F(StockFolder, SpreadsheetsOfWesternEurope) {
  settings.columns = {{"sku", "Artikel"}, {"on_hand", "Bestand"}, {"as_of", "Stand"}};
  settings.time_zone = TimeZone::find("Europe/Berlin").value();
  open();
  put("bestand.csv",
      "\xEF\xBB\xBF\"Artikel\";Bestand;Stand\r\n\"Gr\xC3\xB6\xC3\x9F"
      "e;L\";1.200,0;23.11.2026 05:00\r\n");
  const auto page = round();
  EXPECT_EQ(levels(page), "Größe;L=1200");
  EXPECT_EQ(model::provenance_of(page.observations[0]).true_at, at("2026-11-23T04:00:00Z"));
  put("bestand.csv",
      "Artikel\tBestand\tStand\nGr\xF6\xDF"
      "e;L\t3\t23.11.2026 05:01\n");
  EXPECT_EQ(levels(round()), "Größe;L=3");
}

TEST_F(StockFolder, AutomaticIsJudgedByTheWholeFile) {
  open();
  std::string text = "sku,on_hand\n";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("S{},1\n", i);
  put("stock.csv", text +
                       "Gr\xFC"
                       "n,1\n");
  const auto page = round();
  EXPECT_EQ(page.observations.size(), 20'001U);
  EXPECT_EQ(std::get<model::StockLevel>(page.observations.back()).sku.str(), "Grün");
}

TEST_F(StockFolder, AQuotedLineEndIsPartOfItsField) {
  open();
  put("stock.csv", "note,sku,on_hand\n\"two\nlines\",A,3\n,B,4\n");
  EXPECT_EQ(levels(round()), "A=3 B=4");
}

TEST_F(StockFolder, LargeFilesComeInPages) {
  open();
  std::string text = "sku,on_hand\n";
  for (int i = 0; i < 1250; ++i) text += fmt::format("S{},{}\n", i, i);
  put("stock.csv", text);
  EXPECT_EQ(round().observations.size(), 1250U);
  EXPECT_EQ(pages, 3);
}

TEST_F(StockFolder, APageThatWasNotStoredIsToldAgain) {
  open();
  std::string text = "sku,on_hand\n";
  for (int i = 0; i < 1250; ++i) text += fmt::format("S{},{}\n", i, i);
  put("stock.csv", text);
  std::vector<model::Observation> told;
  std::string cursor;
  for (int attempt = 0;; ++attempt) {
    const auto first = poll(cursor).value();
    const auto second = poll(cursor).value();  // the caller could not store the first
    ASSERT_EQ(first.observations, second.observations) << attempt;
    ASSERT_EQ(first.next, second.next);
    ASSERT_EQ(first.more, second.more);
    told.insert(told.end(), second.observations.begin(), second.observations.end());
    cursor = second.next.text;
    if (!second.more) break;
  }
  EXPECT_EQ(told.size(), 1250U);
  EXPECT_THAT(poll(cursor).value().observations, IsEmpty());
}

TEST_F(StockFolder, ARestartGoesOnWhereTheCursorSays) {
  open();
  put("counts-1.csv", "sku,counted,as_of\nA,7,2026-11-23T04:00:00Z\n");
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\n");
  round();
  open();
  EXPECT_THAT(round().observations, IsEmpty());
  put("counts-0.csv", "sku,counted,as_of\nB,7,2026-11-23T04:00:00Z\n");
  EXPECT_EQ(round().observations.size(), 1U);
  open();
  EXPECT_THAT(round().observations, IsEmpty());
  std::filesystem::remove(folder / "counts-0.csv");
  open();
  EXPECT_EQ(round().observations.size(), 1U) << "what is left is read again: harmless, by its versions";
}

TEST_F(StockFolder, ARestartInTheMiddleOfAFileGoesOnThere) {
  open();
  std::string text = "sku,on_hand\n";
  for (int i = 0; i < 1250; ++i) text += fmt::format("S{},{}\n", i, i);
  put("stock.csv", text);
  stored = poll("").value().next.text;
  open();
  EXPECT_EQ(round().observations.size(), 750U);
  put("stock.csv", text + "X,1\n", "2026-11-23T04:01:00Z");
  stored = poll(stored).value().next.text;
  put("stock.csv", text + "XY,1\n", "2026-11-23T04:02:00Z");
  open();
  EXPECT_EQ(round().observations.size(), 1251U) << "another file by now";
}

TEST_F(StockFolder, OneFileIsEnough) {
  settings.path = folder / "stock.csv";
  open();
  EXPECT_FALSE(source->traits().counts);
  EXPECT_EQ(poll("").error().code, ErrorCode::not_found);
  put("stock.csv", "sku,on_hand\nA,3\n");
  put("counts.csv", "sku,counted\nA,3\n");
  EXPECT_EQ(levels(round()), "A=3");
  EXPECT_EQ(levels(round()), "");
}

}  // namespace
}  // namespace forestall::stock_csv
