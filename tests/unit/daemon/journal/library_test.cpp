// SPDX-License-Identifier: Apache-2.0
// A function library that changed needs a new version, and both languages know the same moves.
#include "daemon/journal/library.hpp"

#include <gtest/gtest.h>

#include "daemon/journal/moves.hpp"
#include "tests/support/digest/digest.hpp"

namespace forestall::journal {
namespace {

TEST(JournalLibrary, ItsVersionBelongsToThisText) {
  EXPECT_EQ(library_version, 2U);
  EXPECT_EQ(test::sha256_hex(library_source()),
            "5ee04afdfbfc61c73637f85c73832638ffe6b64dc18b6c6e5d0deaf73bf97da3")
      << "lua/*.lua changed: raise library_version (library.hpp), then both values here";
}

TEST(JournalLibrary, NothingFollowsAClosedIntent) {
  for (std::size_t from = 0; from < state_count; ++from)
    for (std::size_t to = 0; to < state_count; ++to)
      if (!is_open(static_cast<State>(from))) {
        EXPECT_FALSE(may_follow(static_cast<State>(from), static_cast<State>(to)));
      }
}

TEST(JournalLibrary, NothingIsSentTwice) {
  for (std::size_t from = 0; from < state_count; ++from)
    EXPECT_EQ(may_follow(static_cast<State>(from), State::sent),
              static_cast<State>(from) == State::requested);
}

}  // namespace
}  // namespace forestall::journal
