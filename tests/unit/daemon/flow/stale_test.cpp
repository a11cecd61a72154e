// SPDX-License-Identifier: Apache-2.0
// Which SKUs a silent source keeps from rising: those that it may feed, and no other.
#include <gtest/gtest.h>

#include "daemon/flow/flow.hpp"

namespace forestall::flow {
namespace {

using namespace std::chrono_literals;

TEST(Stale, ASilentSourceHoldsOnlyWhatItMayFeed) {
  const Instant now{Millis(1'700'000'000'000)};
  Seller seller{.settings = {}};
  seller.sources = {{.id = SourceId::literal("north"), .why = "", .doubted = false, .silent_since = {}},
                    {.id = SourceId::literal("south"), .why = "silent", .silent_since = now - 30h},
                    {.id = SourceId::literal("shop"), .why = "silent, and only corroborates"}};
  EXPECT_FALSE(seller.is_stale(now - 1h)) << "read since the south was silent: from the north";
  EXPECT_TRUE(seller.is_stale(now - 30h));
  EXPECT_TRUE(seller.is_stale(now - 40h));
  seller.sources[1].silent_since = Instant::max();
  EXPECT_TRUE(seller.is_stale(now)) << "it never said anything: nobody knows what it feeds";
  seller.sources[1].silent_since.reset();
  EXPECT_FALSE(seller.is_stale(now - 40h));
}

}  // namespace
}  // namespace forestall::flow
