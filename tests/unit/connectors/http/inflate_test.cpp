// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/inflate.hpp"

#include <gtest/gtest.h>

#include "tests/support/http/scripted_server.hpp"

namespace forestall::http {
namespace {

Result<std::string> unpack(ContentCoding coding, std::string_view packed, std::size_t step,
                           std::size_t most) {
  Inflater inflater(coding);
  std::string out;
  for (std::size_t i = 0; i < packed.size(); i += step)
    if (auto fed = inflater.feed(packed.substr(i, step), out, most); !fed)
      return std::unexpected(fed.error());
  if (auto whole = inflater.finish(); !whole) return std::unexpected(whole.error());
  return out;
}

const std::string text = [] {
  std::string out;
  for (int i = 0; i < 3000; ++i) out += "line " + std::to_string(i * 7919 % 1000) + "\n";
  return out;
}();

TEST(Inflater, UnpacksWhateverServersCallCompressedWhereverItIsCut) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}, std::size_t{1} << 20}) {
    EXPECT_EQ(unpack(ContentCoding::gzip, test::gzip(text), step, 1 << 20).value(), text);
    EXPECT_EQ(unpack(ContentCoding::deflate, test::deflate(text, false), step, 1 << 20).value(), text);
    EXPECT_EQ(unpack(ContentCoding::deflate, test::deflate(text, true), step, 1 << 20).value(), text);
    EXPECT_EQ(unpack(ContentCoding::identity, text, step, 1 << 20).value(), text);
    EXPECT_EQ(unpack(ContentCoding::gzip, test::gzip("a") + test::gzip("b"), step, 10).value(), "ab");
  }
  EXPECT_EQ(unpack(ContentCoding::gzip, "", 1, 10).value(), "");
  EXPECT_EQ(unpack(ContentCoding::gzip, test::gzip(""), 1, 10).value(), "");
}

TEST(Inflater, ABombStopsAtTheLimit) {
  const std::string bomb = test::gzip(std::string(50'000'000, ' '));
  EXPECT_LT(bomb.size(), 60'000u);
  Inflater inflater(ContentCoding::gzip);
  std::string out;
  const auto fed = inflater.feed(bomb, out, 1'000'000);
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::too_large);
  EXPECT_LE(out.size(), 1'000'000u);
  EXPECT_EQ(unpack(ContentCoding::gzip, test::gzip("12345"), 100, 5).value(), "12345");
  EXPECT_FALSE(unpack(ContentCoding::gzip, test::gzip("12345"), 100, 4));
  EXPECT_FALSE(unpack(ContentCoding::identity, "12345", 2, 4));
}

TEST(Inflater, BrokenAndUnfinishedStreamsAreErrors) {
  const std::string good = test::gzip(text);
  for (std::size_t n = 1; n < good.size(); n += 97)
    EXPECT_EQ(unpack(ContentCoding::gzip, good.substr(0, n), 100, 1 << 20).error().code, ErrorCode::parse)
        << n;
  std::string wrong = good;
  wrong[wrong.size() - 5] ^= 1;  // its checksum
  EXPECT_EQ(unpack(ContentCoding::gzip, wrong, 100, 1 << 20).error().code, ErrorCode::parse);
  EXPECT_EQ(unpack(ContentCoding::gzip, "<html>503</html>", 100, 1 << 20).error().code, ErrorCode::parse);
  EXPECT_EQ(unpack(ContentCoding::deflate, test::deflate("x", false) + "more", 100, 100).error().code,
            ErrorCode::parse);
}

}  // namespace
}  // namespace forestall::http
