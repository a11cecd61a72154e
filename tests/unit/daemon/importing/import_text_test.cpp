// SPDX-License-Identifier: Apache-2.0
// Pieces of tables: lines, bad rows, headers.
#include "daemon/importing/import_text.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace forestall::importing {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

tables::Given given() {
  return {.source = SourceId::literal("import"),
          .location = LocationId::literal("here"),
          .only_location = true,
          .file_time = parse_instant("2026-11-23T04:00:00Z").value(),
          .now = parse_instant("2026-11-23T05:00:00Z").value()};
}

TEST(ImportText, TakesRowsAndNamesBadOnes) {
  auto text = ImportText::open(
                  tables::Kind::counts,
                  "\xEF\xBB\xBFsku;counted;location\nA;3;\nB;x;\nC;\"1\"2;\nD;4;there\nE;5;here\n", given())
                  .value();
  std::vector<model::Observation> all;
  int steps = 1;
  while (text.next(all, 2).value()) ++steps;
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(all.size(), 2U);
  EXPECT_EQ(text.rows(), 5U);
  ASSERT_EQ(text.bad().size(), 3U);
  EXPECT_EQ(text.bad()[0], (BadRow{3, "counted: \"x\" is no number"}));
  EXPECT_EQ(text.bad()[1].line, 4U);
  EXPECT_EQ(text.bad()[2], (BadRow{5, "location: is not the place of this source"}));
}

TEST(ImportText, LinesMayBeThoseOfAnotherFile) {
  auto text =
      ImportText::open(tables::Kind::counts, "#line,sku,counted\n7,A,3\n4711,B,x\nz,C,1\n", given()).value();
  std::vector<model::Observation> all;
  EXPECT_FALSE(text.next(all, 100).value());
  EXPECT_EQ(all.size(), 1U);
  ASSERT_EQ(text.bad().size(), 2U);
  EXPECT_EQ(text.bad()[0].line, 4711U);
  EXPECT_EQ(text.bad()[1], (BadRow{4, "#line: no line number"}));
}

TEST(ImportText, RefusesWhatHasNoMeaning) {
  const auto why = [](std::string text) {
    const auto opened = ImportText::open(tables::Kind::counts, std::move(text), given());
    return opened ? std::string("taken") : opened.error().detail;
  };
  EXPECT_EQ(why(""), "there is no header");
  EXPECT_THAT(why("sku,count\n"), HasSubstr("line 1: no column \"counted\""));
  EXPECT_THAT(why("sku,counted,asof\n"), HasSubstr("did you mean \"as_of\"?"));
  EXPECT_THAT(why("sku,counted\n\xFF,1\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(why("\"sku,counted\n"), HasSubstr("never closed"));
  auto open_quote = ImportText::open(tables::Kind::counts, "sku,counted\nA,1\nB,\"2\n", given()).value();
  std::vector<model::Observation> all;
  EXPECT_FALSE(open_quote.next(all, 100));
  EXPECT_EQ(all.size(), 1U) << "what was read before it stands";
}

}  // namespace
}  // namespace forestall::importing
