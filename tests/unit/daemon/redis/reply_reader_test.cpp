// SPDX-License-Identifier: Apache-2.0
// Bytes to replies and back, whole and in pieces, and what hostile bytes get.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <array>

#include "daemon/redis/reply_reader.hpp"
#include "daemon/redis/request.hpp"

namespace forestall::redis {
namespace {

using testing::HasSubstr;

// All replies in the bytes, then the error if there is one; fed in pieces of `piece` bytes.
std::string read(std::string_view bytes, std::size_t piece = 1'000'000, const ReplyLimits& limits = {}) {
  ReplyReader reader(limits);
  std::string out;
  while (true) {
    const auto fed = bytes.substr(0, piece);
    reader.feed(fed);
    bytes.remove_prefix(fed.size());
    while (true) {
      auto next = reader.next();
      if (!next) return out + "!" + to_string(next.error());
      if (!*next) break;
      out += (*next)->describe() + " ";
    }
    if (bytes.empty()) return out;
  }
}

constexpr std::string_view everything =
    "+OK\r\n-ERR "
    "no\r\n:-42\r\n$5\r\na\r\nbc\r\n$-1\r\n$0\r\n\r\n*-1\r\n*0\r\n*3\r\n:1\r\n*2\r\n$1\r\nx\r\n$-1\r\n+y\r\n";
constexpr std::string_view everything_read =
    R"(+OK -ERR no -42 "a\x0d\x0abc" nil "" nil [] [1, ["x", nil], +y] )";

TEST(ReplyReader, ReadsEveryKindInPiecesOfAnySize) {
  for (std::size_t piece = 1; piece <= everything.size(); ++piece)
    EXPECT_EQ(read(everything, piece), everything_read);
}

TEST(ReplyReader, AReplyCutAnywhereIsNoReplyYet) {
  constexpr std::string_view bytes = "*2\r\n$3\r\nabc\r\n:5\r\n";
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_EQ(read(bytes.substr(0, cut)), "") << cut;
}

TEST(ReplyReader, NamesThePlaceOfGarbage) {
  EXPECT_THAT(read("+OK\r\n?what\r\n"), HasSubstr("+OK !parse: reply at byte 5: Protocol error"));
  EXPECT_THAT(read(":12x\r\n"), HasSubstr("!parse"));
  EXPECT_THAT(read("$3x\r\n"), HasSubstr("!parse"));
  EXPECT_THAT(read("*-2\r\n"), HasSubstr("!parse"));
  EXPECT_THAT(read(":99999999999999999999\r\n"), HasSubstr("!parse"));
  EXPECT_THAT(read("$3\r\nabcde+OK\r\n"), HasSubstr("without its end of line"));
}

TEST(ReplyReader, OnceLostAlwaysLost) {
  ReplyReader reader;
  reader.feed("?\r\n");
  ASSERT_FALSE(reader.next());
  reader.feed("+OK\r\n");
  EXPECT_FALSE(reader.next());
}

TEST(ReplyReader, ATooLargeBulkIsRefusedByItsAnnouncement) {
  const ReplyLimits limits = {.max_bytes = 100};
  EXPECT_THAT(read("$101\r\n", 1, limits), HasSubstr("!too_large"));
  EXPECT_THAT(read("$9223372036854775807\r\n", 1, limits), HasSubstr("!too_large"));
  EXPECT_EQ(read("$80\r\n" + std::string(80, 'x') + "\r\n", 7, limits).size(), 83u);
}

TEST(ReplyReader, ManySmallItemsAreALargeReplyToo) {
  const ReplyLimits limits = {.max_bytes = 100, .max_elements = 1000};
  std::string bytes = "*50\r\n";
  for (int i = 0; i < 50; ++i) bytes += "+x\r\n";
  EXPECT_THAT(read(bytes, 1, limits), HasSubstr("!too_large"));
}

TEST(ReplyReader, ALineWithoutEndIsRefused) {
  EXPECT_THAT(read("+" + std::string(100'000, 'x'), 1000), HasSubstr("!too_large"));
  EXPECT_THAT(read("*" + std::string(100'000, '1'), 1000), HasSubstr("!"));
}

TEST(ReplyReader, ElementsAreCountedOverAllArraysOfOneReply) {
  const ReplyLimits limits = {.max_elements = 4};
  EXPECT_EQ(read("*2\r\n*1\r\n:1\r\n*1\r\n:2\r\n", 3, limits), "[[1], [2]] ");
  EXPECT_EQ(read("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n*1\r\n:1\r\n", 3, limits), "[1, 2, 3, 4] [1] ");
  EXPECT_THAT(read("*2\r\n*1\r\n:1\r\n*2\r\n", 3, limits), HasSubstr("!too_large"));
  EXPECT_THAT(read("*2147483647\r\n"), HasSubstr("!too_large"));
}

TEST(ReplyReader, NestingIsLimited) {
  const ReplyLimits limits = {.max_depth = 2};
  EXPECT_EQ(read("*1\r\n*1\r\n:1\r\n", 1, limits), "[[1]] ");
  EXPECT_THAT(read("*1\r\n*1\r\n*1\r\n:1\r\n", 1, limits), HasSubstr("!too_large"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "*1\r\n";
  EXPECT_THAT(read(deep), HasSubstr("!"));
}

TEST(Request, EncodesLikeHiredis) {
  const std::string binary("a\0\r\n", 4);
  const std::array<const char*, 3> words = {"SET", binary.data(), ""};
  const std::array<std::size_t, 3> sizes = {3, binary.size(), 0};
  char* expected = nullptr;
  const auto length =
      redisFormatCommandArgv(&expected, 3, const_cast<const char**>(words.data()), sizes.data());
  EXPECT_EQ(Request("SET", binary, "").bytes(), std::string(expected, static_cast<std::size_t>(length)));
  redisFreeCommand(expected);
}

TEST(Request, NumbersAreWordsToo) {
  EXPECT_EQ(Request("INCRBY", "k", -5).bytes(), Request("INCRBY", "k", "-5").bytes());
  EXPECT_EQ(Request("X", std::uint64_t{18446744073709551615U}).bytes(),
            Request("X", "18446744073709551615").bytes());
}

TEST(Request, KnowsWhetherItIsComplete) {
  EXPECT_FALSE(Request().complete());
  EXPECT_TRUE(Request("PING").complete());
  Request pieces;
  pieces.begin(2).word("GET");
  EXPECT_FALSE(pieces.complete());
  EXPECT_TRUE(pieces.word("k").complete());
  EXPECT_FALSE(pieces.word("too much").complete());
  EXPECT_FALSE(Request().begin(0).complete());
}

TEST(Reply, AccessorsNameThePlace) {
  EXPECT_EQ(Reply::integer(5).expect_integer("x").value(), 5);
  EXPECT_EQ(Reply::bulk("-7").expect_integer("x").value(), -7);
  EXPECT_EQ(Reply::bulk("7x").expect_integer("HGET on_hand").error().detail,
            "HGET on_hand: expected an integer, got bulk \"7x\"");
  EXPECT_EQ(Reply().expect_text_or_nil("x").value(), std::nullopt);
  EXPECT_EQ(Reply().expect_text("x").error().code, ErrorCode::parse);
  EXPECT_EQ(Reply::array({Reply::integer(1)}).expect_array("x", 2).error().detail,
            "x: expected an array of 2, got array [1]");
  const auto error = Reply::error("LOADING Redis is loading").expect_ok("SET");
  EXPECT_EQ(error.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(error.error().retryable);
  EXPECT_EQ(error.error().detail, "SET: LOADING Redis is loading");
  EXPECT_EQ(Reply::error("WRONGTYPE x").error_word(), "WRONGTYPE");
}

}  // namespace
}  // namespace forestall::redis
