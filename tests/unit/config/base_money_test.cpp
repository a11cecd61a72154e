// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "config/base/money.hpp"
#include "config/base/rate.hpp"

namespace forestall {
namespace {

TEST(Money, ReadsAsManyDecimalsAsTheCurrencyHas) {
  EXPECT_EQ(Money::parse("12.50 EUR")->minor(), 1250);
  EXPECT_EQ(Money::parse("12.5 EUR")->minor(), 1250);
  EXPECT_EQ(Money::parse("-0.05 USD")->minor(), -5);
  EXPECT_EQ(Money::parse("700 JPY")->minor(), 700);
  EXPECT_EQ(Money::parse("1.234 KWD")->minor(), 1234);
}

TEST(Money, RefusesWhatItWouldHaveToGuess) {
  for (const char* text : {"", "12.50", "EUR", "12.505 EUR", "1,50 EUR", "1 000 EUR", "700.0 JPY", "12. EUR",
                           ".5 EUR", "1e3 EUR", "--1 EUR", "-.5 EUR", "+1 EUR", "12.50 eur", "12.50 XXX",
                           "99999999999999 EUR", "1.-5 EUR", "9223372036854775807 JPY"})
    EXPECT_FALSE(Money::parse(text)) << text;
}

TEST(Money, WritesWhatItReads) {
  for (const char* text : {"12.50 EUR", "-0.05 USD", "700 JPY", "1.234 KWD", "0.00 GBP"})
    EXPECT_EQ(to_string(*Money::parse(text)), text);
}

TEST(Money, CurrenciesDoNotMix) {
  const auto eur = *Money::parse("1 EUR");
  const auto usd = *Money::parse("1 USD");
  EXPECT_EQ(eur.plus(usd).error().code, ErrorCode::conflict);
  EXPECT_EQ(eur.compare(usd).error().code, ErrorCode::conflict);
  EXPECT_EQ(eur.plus(eur)->minor(), 200);
  EXPECT_EQ(*eur.compare(eur), std::strong_ordering::equal);
}

TEST(Rate, ReadsUnitsPeriodsAndBursts) {
  EXPECT_EQ(*parse_rate("5/s burst 10"), (Rate{5, 10}));
  EXPECT_EQ(*parse_rate("5/s"), (Rate{5, 1}));
  EXPECT_DOUBLE_EQ(parse_rate("1/3m")->per_second, 1.0 / 180);
  EXPECT_DOUBLE_EQ(parse_rate("0.0056/s burst 20")->per_second, 0.0056);
  for (const char* text : {"", "5", "0/s", "-1/s", "5/", "5/x", "5/s burst", "5/s burst 0", "5/s brust 2",
                           "nan/s", "inf/s", "1e9/s", "5/0s"})
    EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(Rate, WritesWhatItReads) {
  for (const char* text : {"5/s burst 10", "5/s", "20/h", "30/m burst 2"})
    EXPECT_EQ(to_string(*parse_rate(text)), text);
}

}  // namespace
}  // namespace forestall
