// SPDX-License-Identifier: Apache-2.0
// A watched folder in bad order: half-written, empty, cut, contradicting, hostile.
#include <fmt/format.h>

#include "tests/unit/connectors/stock/csv/fixture.hpp"

namespace forestall::stock_csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(StockFolder, AFileThatIsBeingWrittenIsLeftAlone) {
  open();
  round();
  write(folder / "stock.csv", "sku,on_hand\nA,3\n");
  EXPECT_EQ(levels(round()), "");
  write(folder / "stock.csv", "sku,on_hand\nA,3\nB,4\n");
  clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(levels(round()), "") << "it grew between the two polls";
  clock.advance(std::chrono::minutes(1));
  settings.columns = {};
  EXPECT_THAT(poll(stored).value_or(ports::Page{}).observations, testing::SizeIs(2));
}

TEST_F(StockFolder, ABadRowIsSetAsideWithItsPlace) {
  open();
  put("stock.csv", "sku,on_hand\nA,three\nB,4\nC\nD,\"x\"y\nE,5\n");
  const auto page = round();
  EXPECT_EQ(levels(page), "B=4 E=5");
  EXPECT_THAT(reasons(page),
              ElementsAre(HasSubstr("stock.csv:2: on_hand: \"three\" is no number"),
                          HasSubstr("stock.csv:4: 1 fields, the header has 2"),
                          HasSubstr("stock.csv:5: line 5, column 6: text behind a closing quote")));
}

// A row that cannot be read keeps what is known, both of the SKU it names and of one that nobody can tell.
TEST_F(StockFolder, ABadRowDoesNotMakeItsSkuUnknown) {
  open();
  put("stock.csv", "sku,on_hand,as_of\nA,1,2026-11-23T04:00:00Z\nB,1,2026-11-23T04:00:00Z\n");
  round();
  put("stock.csv", "sku,on_hand,as_of\nA,x,2026-11-23T04:10:00Z\nC,1,2026-11-23T04:10:00Z\n");
  EXPECT_EQ(levels(round()), "C=1 B=?");
  put("stock.csv", "sku,on_hand,as_of\n\"A\"x,1,2026-11-23T04:20:00Z\nD,1,2026-11-23T04:20:00Z\n");
  EXPECT_EQ(levels(round()), "D=1") << "A or C may be the row that cannot be read";
  put("stock.csv", "sku,on_hand,as_of\nD,1,2026-11-23T04:30:00Z\n");
  auto gone = levels(round());
  EXPECT_THAT(gone, HasSubstr("A=?"));
  EXPECT_THAT(gone, HasSubstr("C=?"));
}

TEST_F(StockFolder, ABadFileChangesNothingAndStaysAnError) {
  open();
  put("stock.csv", "sku,on_hand\nA,3\n");
  round();
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "stock.csv: the file is empty"},
           {"sku,on_hand\n", "a snapshot without a row"},
           {"sku;menge\nA;1\n", "no column \"on_hand\"; the columns are: sku, menge"},
           {"sku,on_hand\nA,1\nB", "ends in the middle of line 3"},
           {"sku,on_hand\nA,1\nB,1", "the file was cut"},
           {"sku,on_hand\nA,1\nB,\"1\n", "the quote opened in line 3 is never closed"},
           {"sku,on_hand\nA,x\nB,y\n", "stock.csv:2: on_hand: \"x\" is no number"},
           {"sku,on_hand,location\nA,1,Munich\n", "no row of the location \"Hamburg\""},
           {std::string("\xFF\xFEs\0k\0u\0", 8), "UTF-16"},
           {"sku,sku\nA,1\n", "stands twice"}}) {
    put("stock.csv", text, "2026-11-23T04:01:00Z");
    clock.advance(std::chrono::minutes(1));
    for (int again = 0; again < 2; ++again) {
      const auto page = poll(stored);
      ASSERT_FALSE(page) << text;
      EXPECT_THAT(page.error().detail, HasSubstr(why));
      EXPECT_TRUE(page.error().retryable);
      clock.advance(std::chrono::minutes(1));
    }
  }
  put("stock.csv", "sku,on_hand\nA,2\n", "2026-11-23T04:02:00Z");
  EXPECT_EQ(levels(round()), "A=2");
}

TEST_F(StockFolder, ABadFileDoesNotHoldUpTheOthers) {
  open();
  put("counts-1.csv", "sku\nA\n");
  put("counts-2.csv", "sku,counted\nA,1\n");
  put("stock.csv", "sku,on_hand\nA,3\n");
  auto first = poll("").value();
  EXPECT_TRUE(first.more);
  auto second = poll(first.next.text).value();
  EXPECT_THAT(second.observations, testing::SizeIs(1));
  EXPECT_FALSE(poll(second.next.text));
  std::filesystem::remove(folder / "counts-1.csv");
  EXPECT_TRUE(poll(second.next.text));
}

TEST_F(StockFolder, AnOlderSnapshotIsNotTaken) {
  open();
  put("stock.csv", "sku,on_hand,as_of\nA,3,2026-11-23T04:00:00Z\n");
  round();
  put("stock.csv", "sku,on_hand,as_of\nA,9,2026-11-23T03:00:00Z\n");
  const auto page = round();
  EXPECT_THAT(page.observations, IsEmpty());
  EXPECT_THAT(reasons(page), ElementsAre(HasSubstr("older than the last snapshot")));
  EXPECT_THAT(round().set_aside, IsEmpty()) << "said once";
}

TEST_F(StockFolder, RowsThatContradictEachOtherAreSetAside) {
  open();
  put("stock.csv", "sku,on_hand\nA,3\nB,1\nA,4\nB,1\n");
  const auto page = round();
  EXPECT_EQ(levels(page), "B=1 B=1");
  EXPECT_THAT(reasons(page),
              ElementsAre(HasSubstr("stock.csv:2: \"A\" stands in several rows"), HasSubstr("stock.csv:4:")));
}

TEST_F(StockFolder, AForeignCursorIsABeginning) {
  open();
  put("stock.csv", "sku,on_hand\nA,3\n");
  for (const auto* cursor : {"x", "stock-csv 1\nstock 3 00000000000000ff stock.csv",
                             "stock-csv 1\nat stock 77 5 00000000000000ff stock.csv"}) {
    open();
    stored = cursor;
    EXPECT_EQ(levels(round()), "A=3") << cursor;
  }
  EXPECT_EQ(sink.count("stock_cursor_unreadable"), 1U);
}

TEST_F(StockFolder, AFileThatIsReplacedWhileItIsReadIsReadAsItWas) {
  open();
  std::string text = "sku,on_hand,as_of\n";
  for (int i = 0; i < 900; ++i) text += fmt::format("S{},1,2026-11-23T04:00:00Z\n", i);
  put("stock.csv", text);
  auto first = poll("").value();
  put("stock.csv", "sku,on_hand,as_of\nS1,2,2026-11-23T04:10:00Z\n");
  const auto second = poll(first.next.text).value();
  EXPECT_THAT(second.observations, testing::SizeIs(400));
  stored = second.next.text;
  const auto rest = round();
  EXPECT_EQ(rest.observations.size(), 900U);
  EXPECT_THAT(levels(rest), testing::StartsWith("S1=2 "));
}

TEST_F(StockFolder, AFileThatIsOverwrittenWhileItIsReadIsAnError) {
  open();
  std::string text = "sku,on_hand,as_of\n";
  for (int i = 0; i < 900; ++i) text += fmt::format("S{},1,2026-11-23T04:00:00Z\n", i);
  put("stock.csv", text);
  auto first = poll("").value();
  write(folder / "stock.csv", "sku,on_hand,as_of\nA,1,2026-11-23T04:10:00Z\n");
  const auto second = poll(first.next.text);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(second.error().retryable);
}

TEST_F(StockFolder, AColumnThatDoesNotExistIsAnErrorOfTheConfiguration) {
  settings.columns = {{"onhand", "Bestand"}};
  EXPECT_EQ(make_stock_source(settings, context).error().code, ErrorCode::invalid_argument);
}

TEST_F(StockFolder, AFileWithoutTimesFromTheFutureIsRefused) {
  open();
  round();
  put("stock.csv", "sku,on_hand\nA,3\n", "2027-01-01T00:00:00Z");
  EXPECT_THAT(poll("").error().detail, HasSubstr("lies in the future"));
}

}  // namespace
}  // namespace forestall::stock_csv
