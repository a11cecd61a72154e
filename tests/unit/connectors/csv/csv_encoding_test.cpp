// SPDX-License-Identifier: Apache-2.0
// Bytes to UTF-8, and the header row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "config/base/text.hpp"
#include "connectors/csv/encoding.hpp"
#include "connectors/csv/header.hpp"

namespace forestall::csv {
namespace {

using testing::HasSubstr;

std::string decoded(std::string_view bytes, Encoding encoding = Encoding::automatic) {
  const auto text = decode(bytes, encoding);
  return text ? std::string(text->view()) : "error: " + text.error().detail;
}

TEST(Decode, utf8_is_viewed_in_place_without_its_mark) {
  const std::string bytes = "\xEF\xBB\xBF\xC3\xA4";
  const auto text = decode(bytes, Encoding::automatic);
  ASSERT_TRUE(text);
  EXPECT_FALSE(text->converted());
  EXPECT_EQ(text->view(), "\xC3\xA4");
  EXPECT_EQ(text->view().data(), bytes.data() + 3);
}

TEST(Decode, what_is_not_utf8_is_windows_1252) {
  EXPECT_EQ(decoded("10 \x80 f\xFCr \x93Gr\xF6\xDF"
                    "e\x94"),
            "10 \xE2\x82\xAC f\xC3\xBCr \xE2\x80\x9CGr\xC3\xB6\xC3\x9F"
            "e\xE2\x80\x9D");
  EXPECT_EQ(decoded("\xC3\xA4", Encoding::windows1252), "\xC3\x83\xC2\xA4");
}

TEST(Decode, every_byte_of_windows_1252_is_a_character_or_an_error) {
  int missing = 0;
  for (int byte = 0x80; byte < 0x100; ++byte) {
    const auto text = decode(std::string(1, static_cast<char>(byte)), Encoding::windows1252);
    if (!text)
      ++missing;
    else
      EXPECT_TRUE(is_valid_utf8(text->view())) << byte;
  }
  EXPECT_EQ(missing, 5);
  EXPECT_EQ(decoded("a\nbc\x81", Encoding::windows1252),
            "error: line 2, column 3: the byte 0x81 is no Windows-1252");
}

TEST(Decode, says_what_is_wrong_with_the_bytes) {
  EXPECT_EQ(decoded("a\nb\xFFz\n", Encoding::utf8), "error: line 2, column 1: the line is not UTF-8");
  EXPECT_THAT(decoded(std::string("\xFF\xFE"
                                  "a\0",
                                  4)),
              HasSubstr("UTF-16"));
  EXPECT_THAT(decoded("\xEF\xBB\xBF\xFF"), HasSubstr("not UTF-8"));
}

TEST(Header, finds_columns_whatever_their_case_and_order) {
  const std::array<std::string_view, 3> fields{" SKU ", "on_hand", "Location"};
  const auto header = Header::parse(fields);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->find("sku"), 0U);
  EXPECT_EQ(header->find("LOCATION"), 2U);
  EXPECT_EQ(header->require("on_hand"), 1U);
  EXPECT_EQ(header->require("price").error().detail,
            "no column \"price\"; the columns are: sku, on_hand, location");
  const std::array<std::string_view, 2> known{"sku", "onhand"};
  EXPECT_EQ(header->only(known).error().detail, "unknown column \"on_hand\", did you mean \"onhand\"?");
}

TEST(Header, refuses_names_that_are_empty_or_stand_twice) {
  const std::array<std::string_view, 2> twice{"a", " A"};
  EXPECT_EQ(Header::parse(twice).error().detail, "the column \"a\" stands twice");
  const std::array<std::string_view, 2> empty{"a", " "};
  EXPECT_EQ(Header::parse(empty).error().detail, "column 2 of the header has no name");
}

}  // namespace
}  // namespace forestall::csv
