// SPDX-License-Identifier: Apache-2.0
// Pages that repeat, that come out of order, that never end, and tokens that have died.
#include "scripted_amazon.hpp"

namespace forestall::amazon {
namespace {

using ports::Cursor;
using ports::Feed;

struct Walk {
  int pages = 0;
  std::size_t observations = 0;
  std::optional<Instant> complete_before;
  std::size_t set_aside = 0;
  std::optional<Error> error;
  Cursor cursor;
};

Walk walk(ScriptedAmazon& at, ports::Marketplace& amazon, Feed feed, int most, Cursor from = {}) {
  Walk made;
  made.cursor = std::move(from);
  for (bool more = true; more && made.pages < most; ++made.pages) {
    auto page = at.run(amazon.poll(feed, made.cursor, std::chrono::seconds(5)));
    if (!page) {
      made.error = page.error();
      break;
    }
    made.observations += page->observations.size();
    made.set_aside += page->set_aside.size();
    made.cursor = page->next;
    if (page->complete_before) made.complete_before = page->complete_before;
    more = page->more;
  }
  return made;
}

TEST(AmazonPages, TheSamePageForEverEnds) {
  ScriptedAmazon at;
  at.server.set_handler([&](const test::SeenRequest& request) {
    if (request.target.find("/orders") != std::string::npos)
      return test::json_reply(test::orders_body("same"));
    if (request.target.find("/items/") != std::string::npos)
      return test::json_reply(test::listings_body("same"));
    if (request.target.find("/fba/") != std::string::npos)
      return test::json_reply(test::inventory_body("same"));
    return good_amazon(request, at.base);
  });
  const auto amazon = at.make();
  for (const Feed feed : {Feed::orders, Feed::listings, Feed::channel_stock}) {
    const auto made = walk(at, *amazon, feed, 50);
    EXPECT_LT(made.pages, 5) << ports::feed_name(feed);
    EXPECT_FALSE(made.complete_before);  // nothing was read to its end
    EXPECT_GE(made.set_aside, 1u);
  }
}

TEST(AmazonPages, PagesThatNeverRepeatEndAsWell) {
  ScriptedAmazon at;
  at.server.keep_requests(false);
  int n = 0;
  at.server.set_handler([&](const test::SeenRequest& request) {
    const auto token = std::to_string(++n);
    if (request.target.find("/orders") != std::string::npos)
      return test::json_reply(R"({"orders":[],"pagination":{"nextToken":")" + token + R"("}})");
    if (request.target.find("/items/") != std::string::npos)
      return test::json_reply(R"({"numberOfResults":3,"items":[],"pagination":{"nextToken":")" + token +
                              R"("}})");
    return good_amazon(request, at.base);
  });
  const auto amazon = at.make();
  EXPECT_LE(walk(at, *amazon, Feed::listings, 10'000).pages, 300);
  const auto orders = walk(at, *amazon, Feed::orders, 10'000);
  EXPECT_LE(orders.pages, 5'100);
  EXPECT_FALSE(orders.complete_before);
}

TEST(AmazonPages, ADeadTokenIsNoDeadEnd) {
  ScriptedAmazon at;
  bool dead = true;
  at.server.set_handler([&](const test::SeenRequest& request) {
    const bool paged = request.target.find("Token=") != std::string::npos;
    if (paged && dead)
      return test::json_reply(R"({"errors":[{"code":"InvalidInput","message":"The token has expired."}]})",
                              400);
    return good_amazon(request, at.base);
  });
  const auto amazon = at.make();
  // Listings and FBA say so: begin again from nothing.
  for (const Feed feed : {Feed::listings, Feed::channel_stock}) {
    const auto made = walk(at, *amazon, feed, 5);
    ASSERT_TRUE(made.error) << ports::feed_name(feed);
    EXPECT_EQ(made.error->code, ErrorCode::conflict);
  }
  // Orders begin the search again by themselves: its lower bound must not be lost.
  for (const Feed feed : {Feed::orders, Feed::order_history}) {
    const auto first = walk(at, *amazon, feed, 4);
    EXPECT_FALSE(first.error) << ports::feed_name(feed);
    EXPECT_FALSE(first.complete_before);
    dead = false;
    const auto rest = walk(at, *amazon, feed, 60, first.cursor);
    EXPECT_FALSE(rest.error);
    EXPECT_TRUE(rest.complete_before) << ports::feed_name(feed);
    dead = true;
  }
}

TEST(AmazonPages, A400ToAFirstPageIsAnErrorAndLosesNothing) {
  ScriptedAmazon at;
  at.server.set_handler([&](const test::SeenRequest& request) {
    if (request.target.find("/auth/") != std::string::npos) return good_amazon(request, at.base);
    return test::json_reply(R"({"errors":[{"code":"InvalidInput","message":"outage"}]})", 400);
  });
  const auto amazon = at.make();
  for (const Feed feed : {Feed::orders, Feed::order_history, Feed::listings, Feed::channel_stock}) {
    const auto made = walk(at, *amazon, feed, 2);
    ASSERT_TRUE(made.error);
    EXPECT_EQ(made.error->code, ErrorCode::invalid_argument) << ports::feed_name(feed);
    EXPECT_THAT(made.error->detail, testing::HasSubstr("InvalidInput: outage"));
  }
}

TEST(AmazonPages, OtherPeoplesCursorsAreConflicts) {
  ScriptedAmazon at;
  const auto amazon = at.make();
  for (const Feed feed :
       {Feed::orders, Feed::order_history, Feed::listings, Feed::channel_stock, Feed::health})
    for (const auto* text :
         {"junk", "orders/9?x=1", "fba/2", "listings-report/1?id=x", "health/1?id=", "\x01"}) {
      const auto page = at.run(amazon->poll(feed, {text}, at.patience_with(nullptr)));
      ASSERT_FALSE(page) << text;
      EXPECT_EQ(page.error().code, ErrorCode::conflict) << ports::feed_name(feed) << " " << text;
    }
  EXPECT_EQ(at.server.request_count(), 0u);
}

TEST(AmazonPages, AReportThatCannotBeReadIsAskedForAnew) {
  for (const auto* broken : {"status", "content"}) {
    SCOPED_TRACE(broken);
    ScriptedAmazon at;
    at.server.set_handler([&](const test::SeenRequest& request) {
      if (broken == std::string_view("status") && request.method == "GET" &&
          request.target.find("/reports/2021-06-30/reports/") != std::string::npos)
        return test::json_reply(R"({"reportId":"R1","processingStatus":"CANCELLED"})");
      if (request.target.find("/download") != std::string::npos) return test::json_reply("{\"never\": ");
      return good_amazon(request, at.base);
    });
    const auto amazon = at.make();
    const auto asked = at.run(amazon->poll(Feed::health, {}, std::chrono::seconds(5)));
    ASSERT_TRUE(asked);
    EXPECT_TRUE(asked->more);
    const auto read = at.run(amazon->poll(Feed::health, asked->next, std::chrono::seconds(5)));
    ASSERT_TRUE(read) << to_string(read.error());
    EXPECT_TRUE(read->observations.empty());
    EXPECT_EQ(read->set_aside.size(), 1u);
    EXPECT_TRUE(read->next.text.empty());
    EXPECT_TRUE(read->more);
    // Not at once: Amazon makes the same report twice an hour at most.
    EXPECT_GT(amazon->earliest(ports::CallKind::poll, Feed::health) - at.system.monotonic(),
              std::chrono::minutes(25));
  }
}

TEST(AmazonPages, AnExpiredLinkIsGivenAnotherOne) {
  ScriptedAmazon at;
  bool expired = true;
  at.server.set_handler([&](const test::SeenRequest& request) {
    if (request.target.find("/download") != std::string::npos && expired)
      return test::Reply{.status = 403, .headers = {{"Content-Type", "application/xml"}}, .body = "<Error/>"};
    return good_amazon(request, at.base);
  });
  const auto amazon = at.make();
  const auto asked = at.run(amazon->poll(Feed::health, {}, std::chrono::seconds(5)));
  ASSERT_TRUE(asked);
  const auto late = at.run(amazon->poll(Feed::health, asked->next, std::chrono::seconds(5)));
  ASSERT_FALSE(late);
  EXPECT_TRUE(late.error().retryable);
  EXPECT_THAT(late.error().detail, testing::Not(testing::HasSubstr("Signature")));
  expired = false;
  const auto read = at.run(amazon->poll(Feed::health, asked->next, std::chrono::seconds(5)));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->observations.size(), 1u);
}

// An answer twice, or an old one after a new one, must be harmless: the version of an order is Amazon's own.
TEST(AmazonPages, RepeatedPagesSayTheSame) {
  ScriptedAmazon at;
  const auto amazon = at.make();
  const auto once = at.run(amazon->poll(Feed::order_history, {}, std::chrono::seconds(5)));
  const auto again = at.run(amazon->poll(Feed::order_history, {}, std::chrono::seconds(5)));
  ASSERT_TRUE(once && again);
  ASSERT_EQ(once->observations.size(), again->observations.size());
  for (std::size_t i = 0; i < once->observations.size(); ++i) {
    const auto* order = std::get_if<model::OrderUpsert>(&once->observations[i]);
    if (order != nullptr) EXPECT_EQ(*order, std::get<model::OrderUpsert>(again->observations[i]));
  }
}

}  // namespace
}  // namespace forestall::amazon
