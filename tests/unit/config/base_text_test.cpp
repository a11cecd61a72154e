// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>

#include "config/base/text.hpp"

namespace forestall {
namespace {

TEST(Utf8, AcceptsTheShortestFormsOnly) {
  for (const char* good : {"", "abc", "\u00e9", "\u20ac", "\U0001F600", "\xED\x9F\xBF"})
    EXPECT_TRUE(is_valid_utf8(good));
  for (const char* bad :
       {"\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8", "a\xE2\x82"})
    EXPECT_FALSE(is_valid_utf8(bad)) << printable(bad, 40);
}

TEST(Printable, EscapesAndCutsWithoutBreakingACharacter) {
  EXPECT_EQ(printable("a\tb\xff\x7f", 100), "a\\x09b\\xff\\x7f");
  EXPECT_EQ(printable("\u20ac\u20ac", 5), "\u20ac...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ',').size(), 1u);
}

TEST(NearestWord, SuggestsTyposAndNothingFarOff) {
  constexpr std::array<std::string_view, 3> words{"marketplace", "credential", "mode"};
  EXPECT_EQ(nearest_word("marketpalce", words), "marketplace");
  EXPECT_EQ(nearest_word("mod", words), "mode");
  EXPECT_EQ(nearest_word("banana", words), std::nullopt);
}

TEST(ParseInteger, TakesTheWholeTextOrNothing) {
  EXPECT_EQ(parse_integer<int>("42"), 42);
  EXPECT_EQ(parse_integer<int>("-42"), -42);
  for (const char* bad : {"", " 1", "1 ", "+1", "0x1", "1.0", "99999999999"})
    EXPECT_FALSE(parse_integer<int>(bad)) << bad;
}

}  // namespace
}  // namespace forestall
