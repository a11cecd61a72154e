// SPDX-License-Identifier: Apache-2.0
// The table of named SKUs against a plain map.
#include "connectors/stock/csv/named_skus.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "config/base/random.hpp"

namespace forestall::stock_csv {
namespace {

TEST(NamedSkus, AgreeWithAMap) {
  SeededRandom random(7);
  NamedSkus named;
  std::map<std::string, std::int64_t> plain;
  for (int i = 0; i < 50'000; ++i) {
    const auto sku = fmt::format("SKU-{}", random.below(20'000));
    const auto units = static_cast<std::int64_t>(random.below(3));
    const bool fresh = plain.emplace(sku, units).second;
    ASSERT_EQ(named.add(sku, Units(units), Instant(Millis(i))), fresh);
  }
  EXPECT_EQ(named.size(), plain.size());
  for (const auto& [sku, units] : plain) {
    const auto* entry = named.find(sku);
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->units, units);
  }
  EXPECT_EQ(named.find("SKU-20000"), nullptr);
}

TEST(NamedSkus, NoticeContradictions) {
  NamedSkus named;
  named.add("A", Units(1), {});
  named.add("A", Units(1), {});
  EXPECT_FALSE(named.find("A")->contradicted);
  named.add("A", std::nullopt, {});
  EXPECT_TRUE(named.find("A")->contradicted);
  EXPECT_EQ(named.size(), 1U);
}

TEST(NamedSkus, AreEmptyAfterClearing) {
  NamedSkus named;
  for (int i = 0; i < 3000; ++i) named.add(fmt::format("{}", i), Units(i), {});
  named.clear();
  EXPECT_EQ(named.size(), 0U);
  EXPECT_EQ(named.find("7"), nullptr);
  EXPECT_TRUE(named.add("7", Units(8), {}));
  EXPECT_EQ(named.find("7")->units, 8);
  int visited = 0;
  named.from(0, [&](std::string_view sku, const auto&) { return ++visited, sku == "7"; });
  EXPECT_EQ(visited, 1);
}

TEST(NamedSkus, AreVisitedFromAnyPlace) {
  NamedSkus named;
  for (int i = 0; i < 3000; ++i) named.add(fmt::format("{}", i), Units(i), {});
  std::vector<std::string> all, pieces;
  named.from(0, [&](std::string_view sku, const auto&) { return all.emplace_back(sku), true; });
  EXPECT_EQ(all.size(), 3000U);
  for (std::uint64_t begin = 0; begin < 3000; begin += 700) {
    int left = 700;
    named.from(begin, [&](std::string_view sku, const auto&) {
      if (left-- == 0) return false;
      pieces.emplace_back(sku);
      return true;
    });
  }
  EXPECT_EQ(pieces, all);
  named.from(3000, [](std::string_view, const auto&) -> bool { throw std::logic_error("nothing is left"); });
}

}  // namespace
}  // namespace forestall::stock_csv
