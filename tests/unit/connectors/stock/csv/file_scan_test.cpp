// SPDX-License-Identifier: Apache-2.0
// A file in slices gives the rows of the whole, and no slice is long.
#include "connectors/stock/csv/file_scan.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace forestall::stock_csv {
namespace {

struct TempFile {
  explicit TempFile(std::string_view text) {
    ::close(::mkstemp(name.data()));
    std::ofstream(name, std::ios::binary) << text;
  }
  ~TempFile() { std::filesystem::remove(name); }
  std::string name = "/tmp/file_scan_XXXXXX";
};

TEST(FileScan, SlicesDoNotShow) {
  std::string text = "sku,on_hand\n";
  for (int i = 0; i < 40'000; ++i) text += fmt::format("\"S\n{}\",{}\n", i, i);
  const TempFile file(text);
  auto scan =
      FileScan::open(file.name, config::TextEncoding::automatic, config::Separator::automatic).value();
  std::uint64_t rows = 0, slices = 0, in_slice = 0, most = 0;
  for (auto step = scan.next(); step != FileScan::Step::end; step = scan.next()) {
    ASSERT_NE(step, FileScan::Step::failed) << scan.error().detail;
    if (step == FileScan::Step::slice) {
      ++slices;
      in_slice = 0;
      continue;
    }
    most = std::max(most, ++in_slice);
    if (rows > 0) {
      ASSERT_EQ(scan.row().fields[1], std::to_string(rows - 1));
      ASSERT_EQ(scan.row().line, 2 * rows);
    }
    ++rows;
  }
  EXPECT_EQ(rows, 40'001U);
  EXPECT_GE(slices, text.size() >> 16);
  EXPECT_LT(most, 10'000U);
  EXPECT_TRUE(scan.ends_with_line());
  EXPECT_EQ(scan.bytes(), text.size());
}

TEST(FileScan, ALineWithoutEndIsRefused) {
  const TempFile file(std::string(std::size_t{3} << 20, 'x'));
  auto scan =
      FileScan::open(file.name, config::TextEncoding::automatic, config::Separator::automatic).value();
  FileScan::Step step{};
  for (step = scan.next(); step == FileScan::Step::slice;) step = scan.next();
  EXPECT_EQ(step, FileScan::Step::failed);
  EXPECT_EQ(scan.error().code, ErrorCode::too_large);
  EXPECT_LT(scan.bytes(), std::uint64_t{2} << 20) << "memory is bounded";
}

TEST(FileScan, SaysWhereAnEncodingBreaks) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "abcdef\n";
  const TempFile file(text + "\xFF\n");
  auto scan = FileScan::open(file.name, config::TextEncoding::utf8, config::Separator::comma).value();
  FileScan::Step step{};
  do step = scan.next();
  while (step != FileScan::Step::failed && step != FileScan::Step::end);
  ASSERT_EQ(step, FileScan::Step::failed);
  EXPECT_THAT(scan.error().detail, testing::HasSubstr("line 20001"));
  EXPECT_FALSE(scan.is_not_utf8()) << "UTF-8 was asked for";
}

TEST(FileScan, NamesWhatCannotBeOpened) {
  const auto scan =
      FileScan::open("/nonexistent/x.csv", config::TextEncoding::automatic, config::Separator::comma);
  EXPECT_EQ(scan.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace forestall::stock_csv
