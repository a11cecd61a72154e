// SPDX-License-Identifier: Apache-2.0
// What the journal tells of the past, and what it does with records and entries that nobody can read.
#include <gtest/gtest.h>

#include "tests/integration/daemon/journal/journal_fixture.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

TEST_F(JournalTest, TellsItsHistoryNewestFirst) {
  auto j = opened();
  const auto made = append(*j, 0, "CUP", 3);
  append(*j, 0, "MUG", 1);
  move(*j, "CUP", made.epoch, State::sent);
  std::vector<journal::Intent> noted;
  noted.push_back(set_to("CUP", 1, loop_.clock.now()));
  ASSERT_TRUE(loop_.run(j->note(std::move(noted))));
  const auto cup = loop_.run(j->history("shop CUP", 10));
  ASSERT_TRUE(cup) << to_string(cup.error());
  ASSERT_EQ(cup->size(), 3U);
  EXPECT_EQ((*cup)[0].kind, journal::Entry::Kind::wish);
  EXPECT_EQ((*cup)[1].state, State::sent);
  EXPECT_EQ((*cup)[2].intent->reason, "sold_elsewhere");
  EXPECT_EQ(loop_.run(j->history({}, 2))->size(), 2U);
}

TEST_F(JournalTest, FindsTheHistoryOfOneListingHoweverMuchHappenedSince) {
  auto j = opened();
  append(*j, 0, "CUP", 3);
  for (int i = 0; i < 5; ++i) {
    std::vector<journal::Intent> noted;
    noted.reserve(100);
    for (int n = 0; n < 100; ++n) noted.push_back(set_to(fmt::format("L{}", n), i, loop_.clock.now()));
    ASSERT_TRUE(loop_.run(j->note(std::move(noted))));
  }
  const auto at_once = loop_.run(j->past("shop CUP", 1, 0));
  ASSERT_TRUE(at_once) << to_string(at_once.error());
  ASSERT_EQ(at_once->entries.size(), 1U) << "without looking at the stream";
  EXPECT_EQ(at_once->entries[0].intent->reason, "sold_elsewhere");
  // More than is kept beside it: looked for, and told how far.
  const auto all = loop_.run(j->past("shop CUP", 10, 20'000));
  EXPECT_EQ(all->entries.size(), 1U);
  EXPECT_TRUE(all->whole);
  for (int i = 0; i < 40; ++i) {
    std::vector<journal::Intent> noted;
    noted.push_back(set_to("MUG", i, loop_.clock.now()));
    ASSERT_TRUE(loop_.run(j->note(std::move(noted))));
  }
  EXPECT_EQ(loop_.run(j->past("shop MUG", 50, 0))->entries.size(), 24U);
  const auto older = loop_.run(j->past("shop MUG", 50, 20'000));
  ASSERT_EQ(older->entries.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i)
    EXPECT_EQ(journal::target_of(*older->entries[i].intent), Units(39 - static_cast<int>(i)));
  // Nothing at all of a listing nobody ever wrote: and how far back that was looked for.
  const auto none = loop_.run(j->past("shop CAN", 5, 100));
  EXPECT_TRUE(none->entries.empty());
  EXPECT_FALSE(none->whole);
  EXPECT_FALSE(none->looked_to.empty());
}

TEST_F(JournalTest, TheTrailOfAListingGoesWithItsLastEntry) {
  auto j =
      std::make_unique<Journal>(*client_, loop_.clock, loop_.log,
                                journal::JournalOptions{.seller = SellerId::literal("acme"),
                                                        .lease_token = [] { return std::string("1:me"); },
                                                        .keep = Millis(0)});
  ASSERT_TRUE(loop_.run(j->open()));
  append(*j, 0, "open", 4);
  std::vector<journal::Intent> noted;
  noted.push_back(set_to("noted", 1, loop_.clock.now()));
  ASSERT_TRUE(loop_.run(j->note(std::move(noted))));
  loop_.run_for(5ms);
  ASSERT_TRUE(loop_.run(j->sweep()));
  const auto left = loop_.run(client_->call(redis::Request("HKEYS", "forestall:{acme}:trail")));
  ASSERT_EQ(left->items().size(), 1U);
  EXPECT_EQ(*left->items()[0].text(), "shop open");
}

TEST_F(JournalTest, ARecordThatCannotBeReadCostsNoOtherListingAnything) {
  const auto put = [&](const std::string& field, const std::string& bytes) {
    ASSERT_TRUE(loop_.run(client_->call(redis::Request("HSET", "forestall:{acme}:intent", field, bytes))));
  };
  auto first = opened();
  const auto cup = append(*first, 0, "CUP", 3);
  append(*first, 0, "MUG", 3);
  const auto good =
      *loop_.run(client_->call(redis::Request("HGET", "forestall:{acme}:intent", "shop MUG")))->text();
  put("shop MUG", good.substr(0, good.size() / 2));
  put("shop CAN", good);  // the intent of another listing
  put("nobody", "\xff\x01");
  auto flipped = good;
  flipped[20] = static_cast<char>(flipped[20] ^ 0x55);
  put("shop PAN", flipped);
  auto j = make();
  const auto ok = loop_.run(j->open());
  ASSERT_TRUE(ok) << to_string(ok.error());
  EXPECT_EQ(j->damaged().size(), 4U);
  EXPECT_EQ(j->unreadable(), 4U);
  EXPECT_EQ(j->records().size(), 1U);
  ASSERT_NE(j->find(shop, ListingId::literal("CUP")), nullptr);
  EXPECT_EQ(move(*j, "CUP", cup.epoch, State::sent), Moved::done);
  // Set aside, the bytes are kept and the listing may be written again.
  for (const auto& [field, why] : std::map(j->damaged())) ASSERT_TRUE(loop_.run(j->set_aside(field))) << why;
  EXPECT_TRUE(j->damaged().empty());
  EXPECT_EQ(*loop_.run(client_->call(redis::Request("HLEN", "forestall:{acme}:intent_damaged")))->integer(),
            4);
  EXPECT_TRUE(append(*j, 0, "MUG", 1).done);
  EXPECT_TRUE(loop_.run(j->sweep()));
  EXPECT_TRUE(opened()->damaged().empty());
}

TEST_F(JournalTest, AnEntryThatCannotBeReadIsPassedOver) {
  auto j = opened();
  append(*j, 0, "CUP", 3);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(loop_.run(client_->call(redis::Request("XADD", "forestall:{acme}:journal", "*", "k", "i", "f",
                                                       "shop CUP", "e", "1", "b", "\xc1 no intent"))));
  const auto last = loop_.run(j->last_entry());
  ASSERT_TRUE(last) << to_string(last.error());
  append(*j, 0, "MUG", 3);
  const auto all = loop_.run(j->history({}, 50));
  ASSERT_TRUE(all) << to_string(all.error());
  EXPECT_EQ(all->size(), 2U);
  EXPECT_EQ(loop_.run(j->history("shop CUP", 50))->size(), 1U);
  EXPECT_EQ(loop_.run(j->after(*last, 50))->size(), 1U);
  EXPECT_EQ(j->unreadable(), 3U) << "each is told once";
}

}  // namespace
}  // namespace forestall::test
