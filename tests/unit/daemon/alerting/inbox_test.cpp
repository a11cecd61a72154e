// SPDX-License-Identifier: Apache-2.0
#include "daemon/alerting/inbox.hpp"

#include <gtest/gtest.h>

namespace forestall::alerting {
namespace {

const auto acme = SellerId::literal("acme");
const auto other = SellerId::literal("other");

Alert alert(const SellerId& seller, std::string about) {
  return {.identity = {seller, AlertKind::breaker, {}, std::move(about)}, .headline = "x"};
}

TEST(InboxTest, GivesEachSellerItsOwnInOrder) {
  Inbox inbox;
  int told = 0;
  inbox.on_news([&] { ++told; });
  inbox.raise(alert(acme, "a"));
  inbox.raise(alert(other, "b"));
  inbox.resolve({acme, AlertKind::breaker, {}, "c"});
  EXPECT_EQ(told, 3);
  const auto news = inbox.take(acme);
  ASSERT_EQ(news.size(), 2u);
  EXPECT_EQ(std::get<Raised>(news[0]).alert.identity.about, "a");
  EXPECT_EQ(std::get<Resolved>(news[1]).identity.about, "c");
  EXPECT_EQ(inbox.waiting(), 1u);
  EXPECT_EQ(inbox.take(acme).size(), 0u);
  EXPECT_EQ(inbox.take(other).size(), 1u);
}

TEST(InboxTest, KeepsOnlyTheLastWordOnAScope) {
  Inbox inbox(4);
  const Scope scope{acme, AlertKind::breaker, {}};
  for (int i = 0; i < 100; ++i) inbox.all(scope, {alert(acme, "a"), alert(acme, std::to_string(i))});
  const auto news = inbox.take(acme);
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(std::get<AllOf>(news[0]).alerts[1].identity.about, "99");
  EXPECT_EQ(inbox.dropped(), 0u);
}

TEST(InboxTest, TheLastWordOnSomethingComesAfterAllThatWasSaidBefore) {
  const Scope scope{acme, AlertKind::breaker, {}};
  Inbox inbox;
  inbox.all(scope, {alert(acme, "a")});
  inbox.resolve(alert(acme, "a").identity);
  inbox.all(scope, {alert(acme, "a"), alert(acme, "b")});  // stands again
  inbox.resolve(alert(acme, "b").identity);
  const auto news = inbox.take(acme);
  ASSERT_EQ(news.size(), 3u);
  EXPECT_EQ(std::get<Resolved>(news[0]).identity.about, "a");
  EXPECT_EQ(std::get<AllOf>(news[1]).alerts.size(), 2u);
  EXPECT_EQ(std::get<Resolved>(news[2]).identity.about, "b");

  inbox.raise(alert(acme, "a"));
  inbox.all(scope, {});
  inbox.raise(alert(acme, "a"));
  const auto again = inbox.take(acme);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<AllOf>(again[0]));
  EXPECT_TRUE(std::holds_alternative<Raised>(again[1]));
}

TEST(InboxTest, ASellerThatNobodyTakesFromCostsTheOthersNothing) {
  Inbox inbox(10);
  for (int i = 0; i < 50; ++i) inbox.raise(alert(other, std::to_string(i)));
  EXPECT_EQ(inbox.dropped(), 40u);
  inbox.raise(alert(acme, "a"));
  EXPECT_EQ(inbox.dropped(), 40u);
  EXPECT_EQ(inbox.take(acme).size(), 1u);
  // Said again and again, as by a watcher every two seconds, it takes one place.
  for (int i = 0; i < 50; ++i) {
    inbox.raise(alert(acme, "a"));
    inbox.resolve(alert(acme, "b").identity);
  }
  EXPECT_EQ(inbox.dropped(), 40u);
  EXPECT_EQ(inbox.take(acme).size(), 2u);
}

TEST(InboxTest, HoldsNoMoreThanItMayAndCountsWhatItDropped) {
  Inbox inbox(3);
  for (int i = 0; i < 5; ++i) inbox.raise(alert(acme, std::to_string(i)));
  EXPECT_EQ(inbox.waiting(), 3u);
  EXPECT_EQ(inbox.dropped(), 2u);
  EXPECT_EQ(inbox.take(acme).size(), 3u);
  inbox.raise(alert(acme, "again"));
  EXPECT_EQ(inbox.waiting(), 1u);
}

TEST(InboxTest, AsksItsWatchers) {
  Inbox inbox;
  inbox.watch([](Inbox& in) { in.all({acme, AlertKind::breaker, {}}, {alert(acme, "seen")}); });
  inbox.look();
  inbox.look();
  EXPECT_EQ(inbox.take(acme).size(), 1u);
}

TEST(ScopeTest, HoldsItsAccountAloneOrAll) {
  const Identity identity{acme, AlertKind::breaker, AccountId::literal("shop"), "x"};
  EXPECT_TRUE((Scope{acme, AlertKind::breaker, {}}.holds(identity)));
  EXPECT_TRUE((Scope{acme, AlertKind::breaker, AccountId::literal("shop")}.holds(identity)));
  EXPECT_FALSE((Scope{acme, AlertKind::breaker, AccountId::literal("shop2")}.holds(identity)));
  EXPECT_FALSE((Scope{acme, AlertKind::budget, {}}.holds(identity)));
  EXPECT_FALSE((Scope{other, AlertKind::breaker, {}}.holds(identity)));
}

}  // namespace
}  // namespace forestall::alerting
