// SPDX-License-Identifier: Apache-2.0
// TOML as values with places: encodings, limits, and going on after a broken line.
#include "config/settings/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forestall::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string problems_of(const std::string& text) { return to_string(parse_document(text, "f").problems); }

TEST(Document, keeps_values_with_the_places_of_keys_and_values) {
  const auto document = parse_document("b = 1\n[t]\n  \"x y\" = [true, 2.5]\na = \"\xC3\xA4\"\n", "f");
  EXPECT_THAT(document.problems, IsEmpty());
  ASSERT_THAT(document.root.items, SizeIs(2));
  EXPECT_EQ(document.root.items[0].key, "b");
  EXPECT_EQ(document.root.items[0].integer, 1);
  const Node* table = document.root.find("t");
  ASSERT_NE(table, nullptr);
  ASSERT_THAT(table->items, SizeIs(2));
  EXPECT_EQ(table->items[0].key, "x y");
  EXPECT_EQ(table->items[0].key_place, (Place{3, 3}));
  EXPECT_EQ(table->items[0].place, (Place{3, 11}));
  EXPECT_EQ(table->items[0].items[1].real, 2.5);
  EXPECT_EQ(table->items[1].text, "\xC3\xA4");
}

TEST(Document, byte_order_mark_and_crlf_are_fine) {
  const auto document = parse_document("\xEF\xBB\xBFx = 1\r\ny = \"a\"\r\n", "f");
  EXPECT_THAT(document.problems, IsEmpty());
  EXPECT_EQ(document.root.find("y")->text, "a");
  EXPECT_EQ(document.root.find("y")->place, (Place{2, 5}));
}

TEST(Document, what_is_not_text_is_refused_at_its_place) {
  EXPECT_EQ(problems_of("a = 1\nb = \"\xC3\xA4\xFF\"\n"), "f:2:7: expected UTF-8, found the byte \\xff\n");
  EXPECT_EQ(problems_of(std::string("a = 1\nb\0", 8)), "f:2:2: expected text, found a NUL byte\n");
  EXPECT_EQ(problems_of("\xFF\xFE"), "f:1:1: expected UTF-8, found the byte \\xff\n");
  EXPECT_THAT(problems_of("a = \"x\x01\""), HasSubstr("valid TOML"));
  EXPECT_FALSE(parse_document("\xFF", "f").usable);
}

TEST(Document, size_and_nesting_have_limits) {
  EXPECT_THAT(problems_of(std::string(max_file_bytes + 1, '\n')), HasSubstr("a file of at most 16 MiB"));
  EXPECT_THAT(problems_of("a = " + std::string(17, '[') + std::string(17, ']')),
              HasSubstr("levels of nesting"));
  EXPECT_THAT(problems_of("a = " + std::string(15, '[') + std::string(15, ']')), IsEmpty());
  EXPECT_THAT(problems_of("a = " + std::string(100'000, '[')), HasSubstr("valid TOML"));
  std::string dotted = "a";
  for (int i = 0; i < 1'000'000; ++i) dotted += ".a";
  EXPECT_THAT(problems_of(dotted + " = 1"), HasSubstr("levels of nesting"));
  EXPECT_THAT(problems_of("[" + dotted + "]"), HasSubstr("levels of nesting"));
  EXPECT_THAT(problems_of("x = { " + dotted + " = 1 }"), HasSubstr("levels of nesting"));
  EXPECT_THAT(problems_of("x = { \"#\"." + dotted + " = 1 }"), HasSubstr("levels of nesting"));
  EXPECT_THAT(problems_of("x = \"" + dotted + "\" # " + dotted), IsEmpty());
}

TEST(Document, goes_on_after_a_broken_line) {
  const auto document = parse_document("a = info\nb = 2\nc = 1.2.3\nb = 3\n[t]\nd = \"x\ne = 5\n", "f");
  EXPECT_TRUE(document.usable);
  std::vector<Place> places;
  for (const auto& problem : document.problems) places.push_back(problem.place);
  EXPECT_THAT(places, ElementsAre(Place{1, 8}, Place{3, 8}, Place{4, 5}, Place{6, 7}))
      << to_string(document.problems);
  EXPECT_THAT(document.problems[0].hint, HasSubstr("stands in quotes"));
  EXPECT_THAT(document.problems[2].hint, HasSubstr("given twice"));
  EXPECT_EQ(document.root.find("a")->kind, Node::Kind::broken);
  EXPECT_EQ(document.root.find("b")->integer, 2);
  EXPECT_EQ(document.root.find("t")->find("e")->integer, 5);
}

TEST(Document, stops_where_going_on_would_mislead) {
  EXPECT_FALSE(parse_document("[a\nb = 1\n", "f").usable);
  EXPECT_FALSE(parse_document("a = [1,\nb = 2\n", "f").usable);
  EXPECT_FALSE(parse_document("a = \"\"\"x\nb = 2\n", "f").usable);
  EXPECT_FALSE(parse_document("a = 1\n[t]\n[t]\n", "f").usable);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "k" + std::to_string(i) + " = x\n";
  EXPECT_THAT(parse_document(many, "f").problems, SizeIs(max_syntax_problems));
}

}  // namespace
}  // namespace forestall::config
