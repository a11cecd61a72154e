// SPDX-License-Identifier: Apache-2.0
// Records of CSV: what RFC 4180 allows, what it does not, limits, and that pieces read as the whole does.
#include "connectors/csv/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "config/base/random.hpp"

namespace forestall::csv {
namespace {

using testing::ElementsAre;

// Each step as text: "1: a|b", "bad: line ...", "failed: line ...".
std::vector<std::string> read(std::string_view text, char separator = ',', const Limits& limits = {},
                              std::size_t piece = 0) {
  Reader reader(separator, limits);
  std::vector<std::string> out;
  if (piece == 0) {
    reader.feed(text);
    reader.finish();
    text = {};
  }
  for (;;) {
    switch (reader.next()) {
      case Reader::Step::row: {
        std::string line = std::to_string(reader.row().line) + ": ";
        for (std::size_t i = 0; i < reader.row().fields.size(); ++i)
          line += (i > 0 ? "|" : "") + std::string(reader.row().fields[i]);
        out.push_back(line);
        break;
      }
      case Reader::Step::bad_row:
        out.push_back("bad: " + reader.error().detail);
        break;
      case Reader::Step::more:
        if (text.empty()) reader.finish();
        reader.feed(text.substr(0, piece));
        text.remove_prefix(std::min(piece, text.size()));
        break;
      case Reader::Step::end:
        return out;
      case Reader::Step::failed:
        out.push_back("failed: " + reader.error().detail);
        EXPECT_EQ(reader.next(), Reader::Step::failed);
        return out;
    }
  }
}

TEST(Csv, reads_plain_rows_with_every_line_end) {
  EXPECT_THAT(read("a,b\nc,d\r\ne,f"), ElementsAre("1: a|b", "2: c|d", "3: e|f"));
  EXPECT_THAT(read("a;b\n", ';'), ElementsAre("1: a|b"));
  EXPECT_THAT(read("a\tb,c\n", '\t'), ElementsAre("1: a|b,c"));
}

TEST(Csv, reads_quotes_with_separators_quotes_and_line_ends_inside) {
  EXPECT_THAT(read("\"a,\"\"b\"\"\",\"c\nd\r\ne\"\nf,g\n"), ElementsAre("1: a,\"b\"|c\nd\r\ne", "4: f|g"));
  EXPECT_THAT(read("\"\",\"\"\n\"x\""), ElementsAre("1: |", "2: x"));
}

TEST(Csv, keeps_empty_fields_and_blanks_and_skips_blank_lines) {
  EXPECT_THAT(read(",\n\n\r\n a ,\n\"\"\n,"), ElementsAre("1: |", "4:  a |", "5: ", "6: |"));
  EXPECT_THAT(read(""), ElementsAre());
  EXPECT_THAT(read("\n\r\n"), ElementsAre());
}

TEST(Csv, a_bad_row_does_not_take_the_next_one_with_it) {
  EXPECT_THAT(
      read("a,b\"c\nd,e\n"),
      ElementsAre("bad: line 1, column 4: a quote in a field that does not begin with one", "2: d|e"));
  EXPECT_THAT(read("\"a\"b,c\nd\n"),
              ElementsAre("bad: line 1, column 4: text behind a closing quote", "2: d"));
  EXPECT_THAT(read("a\rb\nc\n"),
              ElementsAre("bad: line 1, column 3: a carriage return that ends no line", "2: c"));
  EXPECT_THAT(read(std::string_view("a\0b\nc\n", 6)),
              ElementsAre("bad: line 1, column 2: a NUL byte", "2: c"));
  EXPECT_THAT(read("a\nb\r"),
              ElementsAre("1: a", "bad: line 2, column 2: a carriage return that ends no line"));
  EXPECT_THAT(read("a,b\"c"),
              ElementsAre("bad: line 1, column 4: a quote in a field that does not begin with one"));
}

TEST(Csv, an_open_quote_fails_the_file) {
  EXPECT_THAT(read("a\nb,\"c\nd\ne\n"),
              ElementsAre("1: a", "failed: line 5, column 0: the quote opened in line 2 is never closed"));
}

TEST(Csv, limits_are_kept) {
  const Limits limits{.max_field_bytes = 3, .max_row_bytes = 8, .max_fields = 3, .max_bytes = 40};
  EXPECT_THAT(read("abc,def\n", ',', limits), ElementsAre("1: abc|def"));
  EXPECT_THAT(read("abcd\n", ',', limits),
              ElementsAre("failed: line 1, column 4: a field of more than 3 bytes"));
  EXPECT_THAT(read("\"ab\ncd\"", ',', limits),
              ElementsAre("failed: line 2, column 2: a field of more than 3 bytes"));
  EXPECT_THAT(read("abc,abc,abc\n", ',', limits),
              ElementsAre("failed: line 1, column 11: a row of more than 8 bytes"));
  EXPECT_THAT(read("a,b,c,d\ne\n", ',', limits),
              ElementsAre("bad: line 1, column 8: more than 3 fields", "2: e"));
  EXPECT_THAT(read("a,b,c,d,e\nf\n", ',', limits),
              ElementsAre("bad: line 1, column 8: more than 3 fields", "2: f"));
  EXPECT_THAT(read(std::string(41, '\n'), ',', limits),
              ElementsAre("failed: line 41, column 1: a file of more than 40 bytes"));
  EXPECT_THAT(read("a\"" + std::string(50, 'x'), ',', limits),
              ElementsAre("bad: line 1, column 2: a quote in a field that does not begin with one",
                          "failed: line 1, column 52: a file of more than 40 bytes"));
}

// Any text of the bytes that matter reads the same whole and in pieces of any size.
TEST(Csv, pieces_read_as_the_whole_does) {
  SeededRandom random(1);
  constexpr std::string_view alphabet = "ab,\"\n\r";
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto length = random.below(24); length > 0; --length)
      text += alphabet[random.below(alphabet.size())];
    const auto whole = read(text);
    for (const std::size_t piece : {1, 2, 3, 7}) ASSERT_EQ(read(text, ',', {}, piece), whole) << text;
  }
}

TEST(Csv, what_is_written_reads_back) {
  SeededRandom random(2);
  constexpr std::string_view alphabet = "ab;\"\n\r ";
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> fields;
    std::string text;
    for (auto count = 1 + random.below(4); count > 0; --count) {
      std::string field;
      for (auto length = random.below(6); length > 0; --length)
        field += alphabet[random.below(alphabet.size())];
      text += (fields.empty() ? "" : ";") + quote_field(field, ';');
      fields.push_back(field);
    }
    if (text.empty()) continue;  // a blank line is no row
    Reader reader(';');
    reader.feed(text);
    reader.finish();
    ASSERT_EQ(reader.next(), Reader::Step::row) << text;
    ASSERT_EQ(std::vector<std::string>(reader.row().fields.begin(), reader.row().fields.end()), fields)
        << text;
    ASSERT_EQ(reader.next(), Reader::Step::end) << text;
  }
}

TEST(Csv, the_separator_is_the_one_the_first_line_has_most_of) {
  EXPECT_EQ(detect_separator("a;b;c,d\n,,,,,,"), ';');
  EXPECT_EQ(detect_separator("a\tb\n"), '\t');
  EXPECT_EQ(detect_separator("\";;;\",a\n"), ',');
  EXPECT_EQ(detect_separator("one\n"), ',');
  EXPECT_EQ(detect_separator(""), ',');
}

}  // namespace
}  // namespace forestall::csv
