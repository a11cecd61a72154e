// SPDX-License-Identifier: Apache-2.0
// A function library that changed needs a new version, and both languages know the same moves.
#include "daemon/journal/library.hpp"

#include <gtest/gtest.h>

#include "daemon/journal/moves.hpp"
#include "tests/support/digest/digest.hpp"

namespace forestall::journal {
namespace {

TEST(JournalLibrary, ItsVersionBelongsToThisText) {
  EXPECT_EQ(library_version, 3U);
  EXPECT_EQ(test::sha256_hex(library_source()),
            "b23b7cc63814e23ce728cb4fac3c5581164c1c52120d472083989d14994cf073")
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
