// SPDX-License-Identifier: Apache-2.0
// What was read, as text and back; names of files.
#include "connectors/stock/csv/cursor.hpp"

#include <gtest/gtest.h>

namespace forestall::stock_csv {
namespace {

FolderCursor sample() {
  FolderCursor cursor;
  cursor.read[0] = {"stock größe.csv", 1, 0xfedcba9876543210};
  cursor.read[2] = {"failed-picks-2.csv", 7, 1};
  cursor.snapshot = 1'763'869'813'000;
  cursor.ends_with_line = true;
  cursor.at = Position{tables::Kind::counts, "counts-1 2.csv", 99, 501, 3};
  return cursor;
}

TEST(Cursor, ReadsBackWhatItWrote) {
  EXPECT_EQ(parse_cursor(to_text(sample())).value(), sample());
  EXPECT_EQ(to_text(FolderCursor{}), "");
  EXPECT_EQ(parse_cursor("").value(), FolderCursor{});
}

TEST(Cursor, RefusesEverythingElse) {
  const auto text = to_text(sample());
  for (const auto& bad :
       {std::string("x"), text + "\n", text + "\nstock 1 0000000000000001 b.csv",
        "stock-csv 2" + text.substr(11), text.substr(0, text.size() - 15),
        std::string("stock-csv 1\nstock 0 0000000000000001 a.csv"),
        std::string("stock-csv 1\nstock 1 1 a.csv"),
        std::string("stock-csv 1\nsnapshot 9007199254740992 whole"),
        std::string("stock-csv 1\nat stock 1 1 0000000000000001 a\tb.csv"), std::string(5000, 'x')})
    EXPECT_FALSE(parse_cursor(bad)) << bad;
}

TEST(Cursor, KnowsItsFilesByTheirSum) {
  const std::vector<FoundFile> files{{tables::Kind::counts, "counts-1.csv", {.inode = 1}},
                                     {tables::Kind::counts, "counts-2.csv", {.inode = 2}},
                                     {tables::Kind::counts, "counts-3.csv", {.inode = 3}}};
  const ReadFiles read{"counts-2.csv", 2, files[0].fingerprint() + files[1].fingerprint()};
  EXPECT_TRUE(covers(read, tables::Kind::counts, files));
  EXPECT_FALSE(covers(read, tables::Kind::stock, files));
  auto other = files;
  other[0].stamp.size = 5;
  EXPECT_FALSE(covers(read, tables::Kind::counts, other));
  EXPECT_FALSE(covers(read, tables::Kind::counts, std::span(files).subspan(1)));
  EXPECT_FALSE(covers({}, tables::Kind::counts, {}));
}

TEST(Names, SayTheKind) {
  EXPECT_EQ(kind_by_name("stock.csv"), tables::Kind::stock);
  EXPECT_EQ(kind_by_name("counts-20261123T000000Z.csv"), tables::Kind::counts);
  EXPECT_EQ(kind_by_name("counts.csv"), tables::Kind::counts);
  EXPECT_EQ(kind_by_name("countsheet.csv"), tables::Kind::stock);
  EXPECT_EQ(kind_by_name("failed-picks-1.tsv"), tables::Kind::failed_picks);
  EXPECT_EQ(kind_by_name("receipts.csv"), tables::Kind::receipts);
  EXPECT_TRUE(is_table_name("A.CSV"));
  for (const auto* name :
       {".stock.csv.part", ".hidden.csv", "stock.csv.tmp", "readme.md", "", "a\nb.csv", "\xFF.csv"})
    EXPECT_FALSE(is_table_name(name)) << name;
}

}  // namespace
}  // namespace forestall::stock_csv
