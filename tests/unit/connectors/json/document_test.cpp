// SPDX-License-Identifier: Apache-2.0
// Texts that are no JSON, too large, or too deep are refused; one bad entity does not take the page with it.
#include "connectors/json/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace forestall::json {
namespace {

using testing::HasSubstr;

TEST(JsonDocument, RefusesWhatIsNotJsonAndNamesTheByte) {
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\":1}x", "{'a':1}", "nul", "[1] // no", "\"\xff\"",
                           "\"\\ud800\"", "<html>503</html>", "{\"a\" 1}", "01", "\x01"}) {
    const auto document = Document::parse(text);
    ASSERT_FALSE(document) << text;
    EXPECT_EQ(document.error().code, ErrorCode::parse) << text;
    EXPECT_THAT(document.error().detail, HasSubstr("at byte ")) << text;
  }
  EXPECT_THAT(Document::parse("{\"a\":1}x").error().detail, HasSubstr("at byte 7"));
}

TEST(JsonDocument, TakesAnyTopLevelValue) {
  for (const char* text : {"null", "true", "0", "-1.5e3", "\"\"", "[]", "{}", " [ 1 , 2 ] "})
    EXPECT_TRUE(Document::parse(text)) << text;
}

TEST(JsonDocument, LimitsHoldBeforeAnythingIsRead) {
  Limits limits;
  limits.bytes = 10;
  EXPECT_EQ(Document::parse("[1,2,3,4,5,6]", limits).error().code, ErrorCode::too_large);
  limits = Limits{};
  limits.depth = 3;
  EXPECT_TRUE(Document::parse("[[[1]]]", limits));
  const auto deep = Document::parse("[[[[1]]]]", limits);
  EXPECT_EQ(deep.error().code, ErrorCode::too_large);
  EXPECT_THAT(deep.error().detail, HasSubstr("deeper than 3"));
  EXPECT_EQ(Document::parse(std::string(1'000'000, '[')).error().code, ErrorCode::too_large);
}

TEST(JsonDocument, OneBadEntityIsSetAsideAndTheRestIsRead) {
  auto document = Document::parse(R"({"orders":[{"id":"A","n":1},{"id":"B","n":"x"},{"id":"C","n":3}]})");
  ASSERT_TRUE(document);
  std::vector<std::string> good, bad;
  for (const Node order : document->root()["orders"].array()) {
    const auto n = order["n"].integer();
    if (auto error = document->take_error())
      bad.push_back(error->detail);
    else
      good.push_back(std::string(order["id"].text()) + std::to_string(n));
  }
  EXPECT_EQ(good, (std::vector<std::string>{"A1", "C3"}));
  EXPECT_EQ(bad, (std::vector<std::string>{R"(orders[1].n: expected an integer, found "x")"}));
}

TEST(JsonDocument, FinishGivesTheFirstFailureAndTheNodesSurviveAMove) {
  auto parsed = Document::parse(R"({"a":"x","b":[true],"c":7})");
  ASSERT_TRUE(parsed);
  const Node root = parsed->root();
  Document moved = std::move(*parsed);
  EXPECT_EQ(root["c"].integer(), 7);
  EXPECT_EQ(moved.finish(1).value(), 1);
  EXPECT_EQ(root["a"].integer(), 0);
  EXPECT_EQ(root["b"]["y"].maybe_integer(), std::nullopt);
  EXPECT_TRUE(moved.failed());
  const auto result = moved.finish(2);
  EXPECT_EQ(result.error().detail, R"(a: expected an integer, found "x")");
  EXPECT_EQ(result.error().code, ErrorCode::parse);
  EXPECT_FALSE(moved.failed());
}

TEST(JsonDocument, TheLastOfRepeatedNamesCounts) {
  auto document = Document::parse(R"({"n":1,"n":2})");
  EXPECT_EQ(document->root()["n"].integer(), 2);
}

}  // namespace
}  // namespace forestall::json
