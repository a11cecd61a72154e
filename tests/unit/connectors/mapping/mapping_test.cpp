// SPDX-License-Identifier: Apache-2.0
// The mapping file: bundles, bad rows at their lines, contradictions, and how a listing is resolved.
#include "connectors/mapping/mapping.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forestall::mapping {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const AccountId de = AccountId::literal("amazon-de");
const AccountId fr = AccountId::literal("amazon-fr");

MappingFile parsed(std::string_view text, std::span<const AccountId> accounts = {}) {
  auto file = parse_mapping(text, accounts);
  if (!file) ADD_FAILURE() << file.error().detail;
  return file ? std::move(*file) : MappingFile{};
}

std::string error_of(std::string_view text) {
  const auto file = parse_mapping(text);
  return file ? "none" : file.error().detail;
}

// "by_file: A*1 B*2".
std::string resolved(const MappingFile& file, const AccountId& account, std::string_view listing,
                     bool known = false) {
  const auto found = resolve(file.mapping, account, ListingId::literal(listing), known);
  std::string text = std::string(found_name(found.found)) + ":";
  for (const auto& one : found.components)
    text += " " + one.sku.str() + "*" + std::to_string(one.units.count());
  EXPECT_EQ(found.reason.empty(), !found.components.empty());
  return text;
}

TEST(Mapping, a_listing_is_one_sku_or_a_bundle) {
  const auto file = parsed(
      "account,listing,sku,units\namazon-de,L1,A,1\namazon-de,SET,A,1\namazon-de,SET,B,2\n"
      "amazon-fr,L1,C,3\n");
  EXPECT_THAT(file.problems, IsEmpty());
  EXPECT_EQ(file.rows, 4U);
  EXPECT_EQ(file.mapping.listings(), 3U);
  EXPECT_EQ(resolved(file, de, "L1"), "by_file: A*1");
  EXPECT_EQ(resolved(file, de, "SET"), "by_file: A*1 B*2");
  EXPECT_EQ(resolved(file, fr, "L1"), "by_file: C*3");
}

TEST(Mapping, what_the_file_does_not_name_is_matched_by_equal_text) {
  const auto file = parsed("account,listing,sku\namazon-de,L1,A\n");
  EXPECT_EQ(resolved(file, de, "L2", true), "by_equal_text: L2*1");
  EXPECT_EQ(resolved(file, de, "L2", false), "unmapped:");
  EXPECT_EQ(resolved(file, fr, "L1", true), "by_equal_text: L1*1");
  EXPECT_EQ(resolved(file, de, "L1", true), "by_file: A*1");
  EXPECT_EQ(resolved(file, de, std::string(150, 'x'), true), "unmapped:");  // longer than any SKU
}

TEST(Mapping, columns_may_stand_in_any_order_with_any_separator_and_encoding) {
  const auto file = parsed("\xEF\xBB\xBFSKU;Comment;Units;Listing;Account\r\n A1 ;x;2;\"L;1\";amazon-de\r\n");
  EXPECT_EQ(resolved(file, de, "L;1"), "by_file: A1*2");
  const auto western = parsed(
      "account,listing,sku\namazon-de,Gr\xF6\xDF"
      "e,A\n");
  EXPECT_EQ(resolved(western, de,
                     "Gr\xC3\xB6\xC3\x9F"
                     "e"),
            "by_file: A*1");
}

TEST(Mapping, every_bad_row_is_named_with_its_line) {
  const auto file = parsed(
      "account,listing,sku,units\n"
      "amazon-de,L1,A,0\n"
      "amazon-de,L2,,1\n"
      "Amazon,L3,A,1\n"
      "amazon-de,,A,1\n"
      "amazon-de,L4,A\n"
      "amazon-de,L5,A,1.5\n"
      "amazon-de,L6,A\"x,1\n"
      "amazon-de,L7,A,1\n");
  EXPECT_THAT(
      file.problems,
      ElementsAre(RowProblem{2, "units: \"0\" is no whole number from 1 to 1000000"},
                  RowProblem{3, "sku: empty"},
                  RowProblem{4, "account: \"Amazon\": only a-z, 0-9, - and _ are allowed"},
                  RowProblem{5, "listing: empty"}, RowProblem{6, "3 fields, the header has 4"},
                  RowProblem{7, "units: \"1.5\" is no whole number from 1 to 1000000"},
                  RowProblem{8, "line 8, column 15: a quote in a field that does not begin with one"}));
  EXPECT_EQ(file.problem_count, 7U);
  EXPECT_EQ(file.unattributed, 4U);
  EXPECT_EQ(resolved(file, de, "L7"), "by_file: A*1");
}

// Selling a bundle without knowing all of its parts would oversell the part that is missing.
TEST(Mapping, a_bad_row_spoils_the_whole_listing) {
  const auto file = parsed("account,listing,sku,units\namazon-de,SET,A,1\namazon-de,SET,B,x\n");
  EXPECT_EQ(resolved(file, de, "SET", true), "ambiguous:");
  EXPECT_THAT(resolve(file.mapping, de, ListingId::literal("SET"), true).reason,
              HasSubstr("line 3: units: \"x\""));
  EXPECT_EQ(file.unattributed, 0U);
}

TEST(Mapping, rows_that_contradict_each_other_make_a_listing_ambiguous) {
  const auto file = parsed("account,listing,sku,units\namazon-de,L,A,1\namazon-de,L,A,2\namazon-de,M,A,1\n");
  EXPECT_EQ(resolved(file, de, "L", true), "ambiguous:");
  EXPECT_EQ(resolved(file, de, "M"), "by_file: A*1");
  EXPECT_THAT(file.problems, ElementsAre(RowProblem{3, "2 units of \"A\" here, 1 in line 2"}));
}

TEST(Mapping, a_row_that_stands_twice_counts_once_and_is_reported) {
  const auto file = parsed("account,listing,sku,units\namazon-de,L,A,2\namazon-de,L,A,2\n");
  EXPECT_EQ(resolved(file, de, "L"), "by_file: A*2");
  EXPECT_THAT(file.problems, ElementsAre(RowProblem{3, "repeats line 2"}));
}

TEST(Mapping, accounts_that_are_not_configured_are_bad_rows) {
  const std::vector<AccountId> accounts{de};
  const auto file = parsed("account,listing,sku\namazon-ed,L,A\namazon-de,M,A\n", accounts);
  EXPECT_THAT(file.problems,
              ElementsAre(RowProblem{2, "unknown account \"amazon-ed\", did you mean \"amazon-de\"?"}));
  EXPECT_EQ(resolved(file, de, "M"), "by_file: A*1");
}

TEST(Mapping, a_file_that_is_no_mapping_is_an_error) {
  EXPECT_THAT(error_of(""), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of("listing,sku\n"), HasSubstr("line 1: no column \"account\""));
  EXPECT_THAT(error_of("account,listing,sku,unit\n"), HasSubstr("did you mean \"units\"?"));
  EXPECT_THAT(error_of("account,listing,sku\n\"amazon-de,L,A\n"), HasSubstr("never closed"));
  EXPECT_THAT(error_of("account,listing,sku,sku\n"), HasSubstr("stands twice"));
}

TEST(Mapping, thousands_of_problems_are_counted_and_the_first_are_told) {
  std::string text = "account,listing,sku\n";
  for (int i = 0; i < 3000; ++i) text += "x\n";
  const auto file = parsed(text);
  EXPECT_EQ(file.problem_count, 3000U);
  EXPECT_EQ(file.problems.size(), max_reported);
}

}  // namespace
}  // namespace forestall::mapping
