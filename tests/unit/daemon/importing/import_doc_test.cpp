// SPDX-License-Identifier: Apache-2.0
// config/import.md names every column of every kind, with what the program itself says about it; and its
// examples are taken as they stand.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "daemon/importing/import_text.hpp"

namespace forestall::importing {
namespace {

std::string page() {
  std::ifstream file(FORESTALL_SOURCE_DIR "/config/import.md");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// From the heading of the kind to the next one.
std::string section(const std::string& text, tables::Kind kind) {
  const auto begin = text.find(fmt::format("\n## {}\n", tables::kind_name(kind)));
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

class ImportPage : public testing::TestWithParam<tables::Kind> {};

TEST_P(ImportPage, NamesEveryColumn) {
  const auto text = section(page(), GetParam());
  ASSERT_FALSE(text.empty()) << "no section";
  for (const auto& column : tables::columns_of(GetParam()))
    EXPECT_THAT(text, testing::HasSubstr(fmt::format("| `{}` | {} | {} |", column.name,
                                                     column.required ? "yes" : "", column.about)));
}

TEST_P(ImportPage, GivesAnExampleThatIsTaken) {
  const auto text = section(page(), GetParam());
  const auto begin = text.find("```csv\n");
  ASSERT_NE(begin, std::string::npos);
  const auto example = text.substr(begin + 7, text.find("```", begin + 7) - begin - 7);
  tables::Given given{.source = SourceId::literal("warehouse"),
                      .location = LocationId::literal("Hamburg"),
                      .only_location = true,
                      .file_time = parse_instant("2026-11-23T04:00:00Z").value(),
                      .now = parse_instant("2026-11-23T05:00:00Z").value()};
  given.accounts.emplace()["amazon-de"] = Currency::literal("EUR");
  auto import = ImportText::open(GetParam(), example, given);
  ASSERT_TRUE(import) << import.error().detail;
  std::vector<model::Observation> all;
  ASSERT_TRUE(import->next(all, 1000));
  EXPECT_TRUE(import->bad().empty()) << import->bad().front().reason;
  EXPECT_GE(all.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, ImportPage, testing::ValuesIn(tables::all_kinds), [](const auto& kind) {
  std::string name(tables::kind_name(kind.param));
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace forestall::importing
