// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <type_traits>

#include "config/base/log.hpp"
#include "config/base/secret.hpp"

namespace forestall {
namespace {

using namespace std::chrono_literals;

TEST(Log, OneLineAnEventWithTypedFields) {
  MemoryLogSink sink;
  const Logger log(sink);
  log.info("listing_paused",
           {{"account", AccountId::literal("amazon-us")}, {"units", Units(4)}, {"after", Millis(90s)}});
  ASSERT_EQ(sink.lines().size(), 1u);
  EXPECT_EQ(sink.lines()[0], "level=info event=listing_paused account=amazon-us units=4 after=1m30s");
}

TEST(Log, TextThatCouldForgeAFieldOrALineIsQuoted) {
  MemoryLogSink sink;
  Logger(sink).warning("x", {{"sku", "a b=\"c\"\nlevel=error"}, {"empty", ""}});
  EXPECT_EQ(sink.lines()[0], R"(level=warning event=x sku="a b=\"c\"\nlevel=error" empty="")");
}

TEST(Log, LevelsFilterAndChildrenKeepTheirFields) {
  MemoryLogSink sink;
  const Logger log = Logger(sink, LogLevel::notice).with({{"account", "de"}});
  log.info("hidden");
  log.notice("shown", {{"ok", true}});
  ASSERT_EQ(sink.lines().size(), 1u);
  EXPECT_EQ(sink.lines()[0], "level=notice event=shown account=de ok=true");
}

TEST(Log, JsonKeepsNumbersAndSurvivesBrokenText) {
  const LogRecord record{
      LogLevel::info, "e", {{"n", 3}, {"x", 0.5}, {"bad", "\xff"}, {"nan", 0.0 / 0.0}, {"b", false}}};
  const auto json = format_json(record);
  EXPECT_TRUE(json.starts_with(R"({"level":"info","event":"e","n":3,"x":0.5,"bad":"\\xff","nan":")")) << json;
  EXPECT_TRUE(json.ends_with(R"(,"b":false})")) << json;
}

TEST(Log, ASecretIsNoField) { EXPECT_FALSE((std::is_constructible_v<LogField, std::string_view, Secret>)); }

TEST(ErrorText, NamesCodePlaceAndWhetherToRetry) {
  EXPECT_EQ(to_string(Error{ErrorCode::rate_limited, true, "429"}), "rate_limited: 429 (may be retried)");
  const auto placed = fail_in("orders.csv", Error{ErrorCode::parse, false, "line 3"});
  EXPECT_EQ(placed.error().detail, "orders.csv: line 3");
}

}  // namespace
}  // namespace forestall
