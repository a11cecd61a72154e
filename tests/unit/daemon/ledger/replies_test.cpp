// SPDX-License-Identifier: Apache-2.0
// Answers of the functions: read whole or refused.
#include "daemon/ledger/replies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

using ::testing::ElementsAre;

std::string answer() {
  Packer p;
  p.text("A=B").integer(7);
  p.array(10)
      .text("CUP")
      .integer(1)
      .integer(2)
      .integer(-3)
      .integer(4)
      .integer(5)
      .integer(6)
      .integer(7)
      .integer(8);
  p.integer(1000);
  p.array(5).text("CUP").integer(0).integer(1).integer(0).integer(2000);
  p.array(1).text("s:2:CUP");
  return p.take();
}

TEST(Replies, AnObserveAnswerIsReadWhole) {
  const auto a = decode_applied(answer());
  ASSERT_TRUE(a) << a.error().detail;
  EXPECT_THAT(a->outcomes, ElementsAre(Outcome::applied, Outcome::known, Outcome::time_went_back));
  EXPECT_EQ(a->sequence, 7U);
  ASSERT_EQ(a->skus.size(), 1U);
  const SkuState state{"CUP",
                       model::Pool::marketplace,
                       model::Certainty::suspect,
                       Units(-3),
                       Units(4),
                       Units(5),
                       Units(6),
                       Units(7),
                       Units(8),
                       Instant(Millis(1000))};
  EXPECT_EQ(a->skus[0], state);
  ASSERT_EQ(a->events.size(), 1U);
  EXPECT_EQ(a->events[0].kind, HistoryEvent::Kind::ran_out);
  EXPECT_THAT(a->reread, ElementsAre("s:2:CUP"));
}

TEST(Replies, WhatIsCutOrLongerIsRefused) {
  const auto whole = answer();
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(decode_applied(std::string_view(whole).substr(0, n))) << n;
  EXPECT_FALSE(decode_applied(whole + "x"));
  EXPECT_FALSE(decode_applied(Packer().text("?").integer(0).array(0).array(0).array(0).take()));
}

TEST(Replies, HistoryIsDeltasFromTheFirstSecond) {
  // base 100 s, last 160 s; +0: 3 units of demand; +60: ran out; -30: one taken back.
  std::string packed("\x64\0\0\0\xa0\0\0\0", 8);
  packed += std::string("\x00\x36", 2);  // 6 * 9
  packed += std::string("\x78\x03", 2);  // kind 1
  packed += std::string("\x3b\x09", 2);  // zigzag(-30) = 59, zigzag(-1) * 9
  const auto events = decode_history("CUP", packed);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3U);
  EXPECT_EQ((*events)[0].units, Units(3));
  EXPECT_EQ((*events)[1].kind, HistoryEvent::Kind::ran_out);
  EXPECT_EQ((*events)[1].at, Instant(Millis(160'000)));
  EXPECT_EQ((*events)[2].units, Units(-1));
  EXPECT_EQ((*events)[2].at, Instant(Millis(130'000)));
  EXPECT_FALSE(decode_history("CUP", "short"));
  EXPECT_FALSE(decode_history("CUP", packed + "\xff"));
}

}  // namespace
}  // namespace forestall::ledger
