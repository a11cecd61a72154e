// SPDX-License-Identifier: Apache-2.0
// MessagePack: what is written is read back; what is not ours is an error, never a crash.
#include "daemon/ledger/pack.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace forestall::ledger {
namespace {

TEST(Pack, IntegersOfEverySizeComeBack) {
  for (const std::int64_t n :
       {std::int64_t{0}, std::int64_t{127}, std::int64_t{128}, std::int64_t{255}, std::int64_t{256},
        std::int64_t{65535}, std::int64_t{65536}, std::int64_t{4294967295}, std::int64_t{4294967296},
        std::int64_t{-1}, std::int64_t{-32}, std::int64_t{-33}, std::int64_t{-128}, std::int64_t{-129},
        std::int64_t{-32769}, std::int64_t{-2147483649}, std::numeric_limits<std::int64_t>::max(),
        std::numeric_limits<std::int64_t>::min()}) {
    const auto bytes = Packer().integer(n).take();
    Unpacker u(bytes);
    EXPECT_EQ(u.integer(), n);
    EXPECT_TRUE(u.ok() && u.at_end()) << n;
  }
}

TEST(Pack, TextsOfEverySizeComeBack) {
  for (const std::size_t size : {0U, 31U, 32U, 255U, 256U, 65535U, 65536U}) {
    const std::string text(size, 'x');
    const auto bytes = Packer().text(text).take();
    Unpacker u(bytes);
    EXPECT_EQ(u.text(), text);
    EXPECT_TRUE(u.ok() && u.at_end()) << size;
  }
}

TEST(Pack, NumbersMayBeDecimalText) {
  const auto bytes = Packer().text("000000001234").take();
  Unpacker u(bytes);
  EXPECT_EQ(u.integer(), 1234);
}

TEST(Pack, ALongArrayInAShortTextIsALie) {
  Unpacker u(std::string_view("\xdd\xff\xff\xff\xff\x01", 6));
  EXPECT_EQ(u.array(), 0U);
  EXPECT_FALSE(u.ok());
  EXPECT_EQ(u.error("here").detail, "here: an array that is longer than its bytes, 1 bytes before the end");
}

TEST(Pack, TheFirstProblemStays) {
  Unpacker u(
      std::string_view("\xa3"
                       "ab",
                       3));
  EXPECT_EQ(u.text(), "");
  u.integer();
  EXPECT_NE(u.error("x").detail.find("a text ends too early"), std::string::npos);
}

TEST(Pack, SkipsWholeValuesButNotForEver) {
  const auto bytes = Packer().array(2).integer(1).array(1).text("x").integer(7).take();
  Unpacker u(bytes);
  u.skip();
  EXPECT_EQ(u.integer(), 7);
  const std::string deep(100'000, '\x91');
  Unpacker d(deep);
  d.skip();
  EXPECT_FALSE(d.ok());
}

}  // namespace
}  // namespace forestall::ledger
