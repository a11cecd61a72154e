// SPDX-License-Identifier: Apache-2.0
// The presets that are shipped, and what becomes of a file that is wrong.
#include "config/limits/cancel_limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace forestall::config {
namespace {

using testing::HasSubstr;

constexpr std::string_view good = R"([[limit]]
name = "a"
kind = "amazon"
marketplaces = ["US"]
limit = 0.025
compare = "below"
window = "7d"
read_on = "2026-11-23"
source = "page"
)";

std::string problems(const std::string& text) {
  const auto parsed = parse_cancel_limits(text, "limits.toml");
  return parsed ? "" : to_string(parsed.error());
}

const CancelLimit* named(const CancelLimits& all, std::string_view name) {
  for (const auto& one : all)
    if (one.name == name) return &one;
  return nullptr;
}

TEST(CancelLimits, WhatIsShippedIsTheFile) {
  std::ifstream file(FORESTALL_SOURCE_DIR "/config/limits/cancel_limits.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(shipped_cancel_limits_text(), text);
  const auto all = shipped_cancel_limits();
  for (const auto& one : all) {
    EXPECT_GT(one.share_ppm, 0) << one.name;
    EXPECT_GE(one.window_days, 7) << one.name;
    EXPECT_TRUE(one.read_on.ok()) << one.name;
    EXPECT_FALSE(one.source.empty()) << one.name;
  }
}

TEST(CancelLimits, EveryChannelHasItsOwn) {
  const auto all = shipped_cancel_limits();
  // US, GB, CA, AU, DE.
  for (const char* marketplace :
       {"ATVPDKIKX0DER", "A1F83G8C2ARO7P", "A2EUQ1WTGCTBG2", "A39IBJ37TRP1C6", "A1PA6795UKMFR9"}) {
    const auto found = cancel_limits_of(all, "amazon", marketplace);
    ASSERT_EQ(found.size(), 1u) << marketplace;
    EXPECT_EQ(found[0]->share_ppm, 25'000);
    EXPECT_FALSE(found[0]->inclusive);
    EXPECT_EQ(found[0]->window_days, 7);
    EXPECT_EQ(found[0]->in_a_row, 2);
    EXPECT_EQ(found[0]->in_a_row_within_days, 30);
  }
  const auto india = cancel_limits_of(all, "amazon", "A21TJRUUN4KGV");
  ASSERT_EQ(india.size(), 2u);
  EXPECT_EQ(india[0]->share_ppm, 20'000);
  EXPECT_EQ(india[0]->window_days + india[1]->window_days, 37);
  // Nothing is known of Japan: no number is made up.
  EXPECT_TRUE(cancel_limits_of(all, "amazon", "A1VC38T7YXB528").empty());

  ASSERT_EQ(cancel_limits_of(all, "ebay", "EBAY_DE").size(), 1u);
  const auto* ebay = named(all, "ebay-defects");
  EXPECT_TRUE(ebay->inclusive);
  EXPECT_EQ(ebay->few_orders, 400);
  EXPECT_EQ(ebay->few_window_days, 365);
  EXPECT_EQ(ebay->min_cancels, 5);
  EXPECT_TRUE(named(all, "walmart-us")->inclusive);
  EXPECT_EQ(named(all, "walmart-us")->share_ppm, 20'000);
  EXPECT_EQ(named(all, "walmart-ca")->share_ppm, 30'000);
  EXPECT_FALSE(named(all, "walmart-ca")->inclusive);
  EXPECT_EQ(named(all, "etsy-cases")->min_cancels_below, 300);
}

TEST(CancelLimits, NamesThePlaceOfEveryProblem) {
  EXPECT_EQ(problems(std::string(good)), "");
  EXPECT_THAT(problems(""), HasSubstr("at least one [[limit]]"));
  EXPECT_THAT(problems("x = 1\n"), HasSubstr("limits.toml:1:5: x: expected only [[limit]]"));
  EXPECT_THAT(problems(std::string(good) + "windw = \"7d\"\n"),
              HasSubstr("limits.toml:10:1: limit[#1].windw"));
  EXPECT_THAT(problems(std::string(good) + std::string(good)), HasSubstr("limit[#2].name"));
  const auto with = [](std::string_view line, std::string_view instead) {
    std::string text(good);
    return problems(text.replace(text.find(line), line.size(), instead));
  };
  EXPECT_THAT(with("limit = 0.025", "limit = 2.5"),
              HasSubstr("limits.toml:5:9: limit[#1].limit: expected a share"));
  EXPECT_THAT(with("limit = 0.025", "limit = nan"), HasSubstr("limit[#1].limit"));
  EXPECT_THAT(with("limit = 0.025", "limit = 0"), HasSubstr("limit[#1].limit"));
  EXPECT_THAT(with("\"below\"", "\"<\""), HasSubstr("limit[#1].compare"));
  EXPECT_THAT(with("\"7d\"", "\"7h\""), HasSubstr("limit[#1].window"));
  EXPECT_THAT(with("window = \"7d\"\n", ""), HasSubstr("limit[#1].window: expected a value"));
  EXPECT_THAT(with("2026-11-23", "2026-13-23"), HasSubstr("limit[#1].read_on"));
  EXPECT_THAT(with("[\"US\"]", "[]"), HasSubstr("limit[#1].marketplaces"));
  EXPECT_THAT(problems(std::string(good) + "few_orders = 400\n"), HasSubstr("together"));
  EXPECT_THAT(problems(std::string(good) + "in_a_row = 1\nin_a_row_within = \"3d\"\n"),
              HasSubstr("in_a_row"));
}

}  // namespace
}  // namespace forestall::config
