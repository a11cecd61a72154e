// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <type_traits>

#include "config/base/ids.hpp"
#include "config/base/secret.hpp"
#include "config/base/units.hpp"

namespace forestall {
namespace {

TEST(Id, DifferentKindsDoNotMix) {
  EXPECT_FALSE((std::is_convertible_v<SkuId, ListingId>));
  EXPECT_FALSE((std::is_constructible_v<SkuId, std::string>));
}

TEST(Id, NamesOfOthersMayHoldAnyPrintableText) {
  for (const char* text : {"A/B#1", "50% + 'x'", "größe-42", "日本"}) {
    const auto id = SkuId::parse(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->str(), text);
  }
}

TEST(Id, HostileTextIsRefusedWithTheKindNamed) {
  EXPECT_EQ(SkuId::parse("").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(SkuId::parse("a\nb").error().detail, "sku: \"a\\x0ab\" holds a control character");
  EXPECT_EQ(SkuId::parse("\xff").error().detail, "sku: \"\\xff\" is not UTF-8");
  EXPECT_EQ(SkuId::parse(std::string(129, 'x')).error().code, ErrorCode::too_large);
}

TEST(Id, ConfiguredNamesAreSlugs) {
  EXPECT_TRUE(AccountId::parse("amazon-us_2"));
  EXPECT_EQ(AccountId::parse("Amazon US").error().detail,
            "account: \"Amazon US\": only a-z, 0-9, - and _ are allowed");
  EXPECT_THROW(AccountId::literal("A"), std::logic_error);
}

TEST(Units, AddSubtractCompare) {
  EXPECT_EQ(Units(3) - Units(5), Units(-2));
  EXPECT_EQ(Units(3) * 4, Units(12));
  EXPECT_LT(Units(-1), Units(0));
  EXPECT_FALSE(in_range(Units(Units::max_reading + 1)));
}

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

TEST(Secret, CannotBePrintedAndComparesByContent) {
  EXPECT_FALSE(Streamable<Secret>);
  EXPECT_FALSE(fmt::is_formattable<Secret>::value);
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string>));
  EXPECT_FALSE((std::is_convertible_v<Secret, std::string_view>));
  const Secret secret("hunter2");
  EXPECT_TRUE(secret.equals("hunter2"));
  EXPECT_FALSE(secret.equals("hunter"));
  EXPECT_FALSE(secret.equals("hunter22"));
  EXPECT_FALSE(secret.equals(""));
  EXPECT_TRUE(Secret().equals(""));
}

}  // namespace
}  // namespace forestall
