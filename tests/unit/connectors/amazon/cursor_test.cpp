// SPDX-License-Identifier: Apache-2.0
#include "connectors/amazon/cursor.hpp"

#include <gtest/gtest.h>

#include <string>

#include "connectors/amazon/report_feed.hpp"

namespace forestall::amazon {
namespace {

TEST(AmazonCursor, SurvivesWhateverATokenHolds) {
  std::string token;
  for (int c = 0; c < 256; ++c) token += static_cast<char>(c);
  CursorText text("orders", 1);
  text.set("token", token)
      .set("at", parse_instant("2026-11-20T09:00:00.250Z").value())
      .set("n", std::uint64_t{7});
  const auto read = CursorText::parse(text.str());
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->is("orders", 1));
  EXPECT_FALSE(read->is("orders", 2));
  EXPECT_EQ(read->text("token"), token);
  EXPECT_EQ(read->number("n"), 7u);
  EXPECT_EQ(to_string(read->instant("at").value()), "2026-11-20T09:00:00.250Z");
  EXPECT_FALSE(read->number("token"));
  EXPECT_FALSE(read->text("absent"));
  EXPECT_EQ(read->str(), text.str());
}

TEST(AmazonCursor, NothingElseIsACursor) {
  for (const std::string text :
       {"", "x", "/", "orders/", "orders/x", "orders/1?", "orders/1?a", "orders/1?=b", "orders/1?a=%",
        "orders/1?a=%4", "orders/1?a=%4g", "orders/1?a=%41", "orders/1?a=b&a=c", "orders/1?a=b c",
        "orders?/1", "orders/99999999999"}) {
    const auto read = CursorText::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::conflict) << text;
  }
  EXPECT_FALSE(CursorText::parse("orders/1?a=" + std::string(20'000, 'x')));
}

TEST(AmazonCursor, ACircleOfPagesIsNoticed) {
  for (int length = 1; length < 40; ++length) {
    for (const int lead : {0, 1, 5, 17}) {
      PageChain chain;
      int pages = 0;
      for (; pages < 1000; ++pages) {
        const int page = pages < lead ? pages : lead + (pages - lead) % length;
        if (!chain.follow("token" + std::to_string(page), 100'000)) break;
        CursorText text("x", 1);
        chain.write(text);
        ASSERT_EQ(PageChain::read(text), chain);  // a restart after every page
      }
      EXPECT_LE(pages, 4 * (lead + length) + 2) << length << " " << lead;
    }
  }
}

TEST(AmazonCursor, ALongChainIsNoCircleButHasAnEnd) {
  PageChain chain;
  for (int page = 0; page < 5000; ++page) ASSERT_TRUE(chain.follow("token" + std::to_string(page), 5000));
  EXPECT_FALSE(chain.follow("another", 5000));
}

TEST(AmazonCursor, AReportIsRemembered) {
  ReportCursor cursor{.name = "health", .id = "ID&1", .asked = parse_instant("2026-11-20T09:00:00Z").value()};
  auto read = ReportCursor::parse(CursorText::parse(cursor.str()).value(), "health");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "ID&1");
  cursor.document = "D/1";
  cursor.row = 1500;
  read = ReportCursor::parse(CursorText::parse(cursor.str()).value(), "health");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->document, "D/1");
  EXPECT_EQ(read->row, 1500u);
  EXPECT_FALSE(ReportCursor::parse(CursorText::parse(cursor.str()).value(), "listings-report"));
  EXPECT_FALSE(ReportCursor::parse(CursorText::parse("health/1?id=x").value(), "health"));
}

}  // namespace
}  // namespace forestall::amazon
