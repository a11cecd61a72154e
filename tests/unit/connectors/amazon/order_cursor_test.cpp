// SPDX-License-Identifier: Apache-2.0
// The walk through Amazon's searches, against a small Amazon that shows, hides, pages and forgets as the real
// one does.
#include "connectors/amazon/order_cursor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/base/random.hpp"

namespace forestall::amazon {
namespace {

using namespace std::chrono_literals;

struct Order {
  int id = 0;
  Instant created{};
  std::vector<Instant> changes{};  // ascending, the first is the creation
};

// Orders are visible two minutes after each change and not in between; pages are as small as can be.
struct SmallAmazon {
  std::vector<Order> orders;
  std::size_t page_size = 3;
  int calls = 0;
  std::optional<int> refuse_tokens_from_call{};

  struct Answer {
    std::vector<int> ids;
    Decoded decoded;
    bool refused = false;
  };
  Answer ask(const Search& search, Instant now) {
    ++calls;
    Answer answer;
    if (!search.token.empty() && refuse_tokens_from_call && calls >= *refuse_tokens_from_call) {
      answer.refused = true;
      return answer;
    }
    // A token stands for the list as it was when its first page was asked for.
    const auto colon = search.token.find(':');
    if (!search.token.empty()) now = Instant(Millis(std::stoll(search.token.substr(colon + 1))));
    const Instant to = std::min(search.to.value_or(now - 2min), now - 2min);
    std::vector<int> found;
    for (const auto& order : orders) {
      if (order.created > now) continue;
      const Instant last = *std::prev(std::ranges::upper_bound(order.changes, now));
      const Instant by = search.by == OrdersBy::update ? last : order.created;
      if (by >= search.from && by <= to) found.push_back(order.id);
    }
    std::ranges::sort(found);
    const auto begin = search.token.empty() ? 0 : static_cast<std::size_t>(std::stoi(search.token));
    for (std::size_t i = begin; i < std::min(begin + page_size, found.size()); ++i)
      answer.ids.push_back(found[i]);
    if (begin + page_size < found.size())
      answer.decoded.next_token =
          std::to_string(begin + page_size) + ":" + std::to_string(now.time_since_epoch().count());
    answer.decoded.created_until = answer.decoded.updated_until = to;
    return answer;
  }
};

const Instant start = Instant(std::chrono::sys_days(std::chrono::year{2026} / 11 / 20));

SmallAmazon random_orders(std::uint64_t seed, int count, std::chrono::minutes over) {
  SeededRandom random(seed);
  SmallAmazon amazon;
  for (int id = 0; id < count; ++id) {
    Order order{.id = id};
    order.created =
        start +
        Millis(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(Millis(over).count()))));
    order.changes.push_back(order.created);
    // Some change again and again, less than two minutes apart.
    const auto more = random.below(12);
    for (std::uint64_t i = 0; i < more; ++i)
      order.changes.push_back(order.changes.back() +
                              std::chrono::seconds(20 + random.below(more > 8 ? 100 : 3000)));
    amazon.orders.push_back(std::move(order));
  }
  return amazon;
}

TEST(OrderFeed, EveryOrderOlderThanTheWatermarkWasSeen) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    auto amazon = random_orders(seed, 300, 600min);
    SeededRandom random(seed + 1000);
    std::set<int> seen;
    std::map<int, Instant> last_seen;
    std::string cursor;
    int watermarks = 0;
    Instant now = start + 1min;
    const Instant end = start + 660min;
    while (now < end) {
      const auto feed_made = OrderFeed::resume(cursor, now, PollRules{});
      ASSERT_TRUE(feed_made);
      auto feed = *feed_made;
      const auto answer = amazon.ask(feed.search(), now);
      ports::Page page;
      feed.answered(answer.decoded, {now, now + 1s}, page);
      for (const int id : answer.ids) {
        seen.insert(id);
        last_seen[id] = now;
      }
      cursor = page.next.text;
      EXPECT_TRUE(page.set_aside.empty());
      if (page.complete_before) {
        ++watermarks;
        EXPECT_LT(*page.complete_before, now);
        for (const auto& order : amazon.orders)
          if (order.created < *page.complete_before) EXPECT_TRUE(seen.contains(order.id)) << seed;
      }
      now += page.more ? Millis(1s) : Millis(std::chrono::seconds(180 + random.below(120)));
    }
    EXPECT_GT(watermarks, 50);
    // Every last change was read, too.
    for (const auto& order : amazon.orders)
      if (order.changes.back() < end - 30min) EXPECT_GE(last_seen[order.id], order.changes.back()) << seed;
  }
}

TEST(OrderFeed, ATokenThatDiesBeginsTheSearchAgain) {
  auto amazon = random_orders(5, 40, 60min);
  const Instant now = start + 70min;
  std::set<int> seen;
  std::string cursor;
  amazon.refuse_tokens_from_call = 3;
  for (int i = 0; i < 200; ++i) {
    auto feed = OrderFeed::resume(cursor, now, PollRules{}).value();
    const auto answer = amazon.ask(feed.search(), now);
    ports::Page page;
    if (answer.refused) {
      feed.token_refused(page);
      EXPECT_FALSE(page.complete_before);
      EXPECT_TRUE(page.more);
      amazon.refuse_tokens_from_call.reset();
    } else {
      feed.answered(answer.decoded, {now, now}, page);
    }
    seen.insert(answer.ids.begin(), answer.ids.end());
    cursor = page.next.text;
    if (!page.more) break;
  }
  EXPECT_EQ(seen.size(), 40u);
}

TEST(OrderFeed, PagesWithoutEndEnd) {
  std::string cursor;
  const Instant now = start;
  int pages = 0;
  bool more = true;
  for (; more && pages < 100; ++pages) {
    auto feed = OrderFeed::resume(cursor, now, PollRules{}).value();
    Decoded answer;
    answer.next_token = "always the same";
    ports::Page page;
    feed.answered(answer, {now, now}, page);
    EXPECT_FALSE(page.complete_before);
    cursor = page.next.text;
    more = page.more;
  }
  EXPECT_LT(pages, 5);
  // The next search is a new one.
  EXPECT_TRUE(OrderFeed::resume(cursor, now, PollRules{})->search().token.empty());
}

TEST(OrderFeed, AmazonsEndOfASearchIsNotBelievedBeyondReason) {
  const Instant now = start;
  for (const auto until : {start + 100h, start - 10'000h, Instant{}}) {
    auto feed = OrderFeed::resume("", now, PollRules{}).value();
    Decoded answer;
    answer.created_until = until;
    ports::Page page;
    feed.answered(answer, {now, now + 1s}, page);
    ASSERT_TRUE(page.complete_before);
    EXPECT_LT(*page.complete_before, now);
  }
  auto feed = OrderFeed::resume("", now, PollRules{}).value();
  ports::Page page;
  feed.answered(Decoded{}, {now, now + 1s}, page);
  EXPECT_FALSE(page.complete_before);  // Amazon does not say how far it looked
}

TEST(OrderFeed, OtherTextsAreNoCursors) {
  for (const auto* text : {"orders/2?x=1", "history/1?from=2026-11-20T00%3A00%3A00Z&width=3600", "orders/1",
                           "junk", "orders/1?created=now&updated=now&at=now"})
    EXPECT_EQ(OrderFeed::resume(text, start, PollRules{}).error().code, ErrorCode::conflict) << text;
}

TEST(OrderFeed, AClockThatWasAheadDoesNoHarm) {
  auto feed = OrderFeed::resume("", start + 24h, PollRules{}).value();
  Decoded answer;
  answer.created_until = start + 24h;
  ports::Page page;
  feed.answered(answer, {start + 24h, start + 24h}, page);
  const auto again = OrderFeed::resume(page.next.text, start, PollRules{});
  ASSERT_TRUE(again);
  EXPECT_LE(again->search().from, start - 10min);
}

TEST(HistoryFeed, ReadsEverythingOnceAndEnds) {
  auto amazon = random_orders(9, 500, 60min * 24 * 40);
  const Instant now = start + 24h * 41;
  std::set<int> seen;
  std::string cursor;
  std::optional<Instant> complete;
  int pages = 0;
  for (bool more = true; more && pages < 2000; ++pages) {
    auto feed = HistoryFeed::resume(cursor, now, 24h * 60, PollRules{}).value();
    EXPECT_LE(*feed.search().to, now - 2min);
    const auto answer = amazon.ask(feed.search(), now);
    ports::Page page;
    feed.answered(answer.decoded, page);
    seen.insert(answer.ids.begin(), answer.ids.end());
    cursor = page.next.text;
    more = page.more;
    if (page.complete_before) {
      EXPECT_GT(*page.complete_before, complete.value_or(Instant{}));
      complete = page.complete_before;
      for (const auto& order : amazon.orders)
        if (order.created < *complete) EXPECT_TRUE(seen.contains(order.id));
    }
  }
  EXPECT_EQ(seen.size(), 500u);
  EXPECT_LT(pages, 500 / 3 + 20);
  // A day later only the last days are read again.
  const auto again = HistoryFeed::resume(cursor, now + 24h, 24h * 60, PollRules{}).value();
  EXPECT_EQ(again.search().from, now - 3min - 72h);
  EXPECT_EQ(again.search().to, now + 24h - 3min);
}

TEST(HistoryFeed, AWindowTooLargeForATokensLifeIsHalved) {
  auto amazon = random_orders(10, 3000, 60min * 24 * 7);
  const Instant now = start + 24h * 8;
  std::set<int> seen;
  std::string cursor;
  int in_a_row = 0, pages = 0;
  for (bool more = true; more && pages < 100'000; ++pages) {
    auto feed = HistoryFeed::resume(cursor, now, 24h * 9, PollRules{}).value();
    auto answer = amazon.ask(feed.search(), now);
    if (feed.search().token.empty()) in_a_row = 0;
    ports::Page page;
    if (!feed.search().token.empty() && ++in_a_row > 50) {  // a token's life is over after fifty pages
      feed.token_refused(page);
    } else {
      feed.answered(answer.decoded, page);
      seen.insert(answer.ids.begin(), answer.ids.end());
    }
    cursor = page.next.text;
    more = page.more;
  }
  EXPECT_EQ(seen.size(), 3000u);
}

TEST(HistoryFeed, OtherTextsAreNoCursors) {
  for (const auto* text :
       {"history/1", "history/2?done=2026-11-20T00%3A00%3A00Z", "orders/1?created=x",
        "history/1?from=2026-11-19T00%3A00%3A00Z&width=99999999999",
        "history/1?from=2026-11-19T00%3A00%3A00Z&width=3600&token=x&to=2030-11-19T00%3A00%3A00Z"})
    EXPECT_EQ(HistoryFeed::resume(text, start, 24h, PollRules{}).error().code, ErrorCode::conflict) << text;
}

}  // namespace
}  // namespace forestall::amazon
