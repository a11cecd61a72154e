// SPDX-License-Identifier: Apache-2.0
#include "daemon/orders/live/cause_book.hpp"

#include <gtest/gtest.h>

namespace forestall::orders {
namespace {

const Instant noon = parse_instant("2026-03-18T12:00:00Z").value();

Verdict verdict(int n, bool cancelled, Blame blame, Instant at) {
  return {AccountId::literal("shop"),
          OrderId::literal(std::to_string(n)),
          cancelled,
          at,
          blame,
          UnitsGo::nowhere,
          "why",
          Money(n, Currency::literal("EUR"))};
}

TEST(CauseBook, OneVerdictAnOrderAndKindTheLatestStands) {
  CauseBook book;
  EXPECT_TRUE(book.put(verdict(1, false, Blame::handling, noon)));
  EXPECT_FALSE(book.put(verdict(1, false, Blame::carrier, noon + std::chrono::hours(1))));
  EXPECT_TRUE(book.put(verdict(1, true, Blame::buyers_mind, noon)));
  EXPECT_EQ(book.size(), 2U);
  const auto counts = book.counts(noon);
  EXPECT_EQ(counts.at({false, Blame::carrier}), 1U);
  EXPECT_FALSE(counts.contains({false, Blame::handling}));
  ASSERT_EQ(book.since(noon, 10).size(), 2U);
  EXPECT_FALSE(book.since(noon, 10)[0]->cancelled) << "the latest first";
  EXPECT_EQ(book.since(noon + std::chrono::minutes(1), 10).size(), 1U);
}

TEST(CauseBook, TheOldestGoFirst) {
  CauseBook book;
  for (int i = 0; i < static_cast<int>(CauseBook::most) + 10; ++i)
    book.put(verdict(i, true, Blame::unknown, noon + std::chrono::minutes(i)));
  EXPECT_EQ(book.size(), CauseBook::most);
  EXPECT_EQ(book.find(AccountId::literal("shop"), OrderId::literal("9"), true), nullptr);
  EXPECT_NE(book.find(AccountId::literal("shop"), OrderId::literal("10"), true), nullptr);
}

TEST(CauseBook, ComesBackFromBytesAndRefusesWhatIsDamaged) {
  CauseBook book;
  for (int i = 0; i < 5; ++i) book.put(verdict(i, i % 2 == 0, Blame::carrier, noon));
  const std::string bytes = encode(book);
  const auto back = decode_causes(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(encode(*back), bytes);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(decode_causes(std::string_view(bytes).substr(0, n)));
}

}  // namespace
}  // namespace forestall::orders
