// SPDX-License-Identifier: Apache-2.0
#include "connectors/ports/page_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace forestall::ports {
namespace {

TEST(PageGuard, EndsACircleAtTheSecondSightOfAToken) {
  PageGuard guard(100);
  EXPECT_TRUE(guard.enter(""));
  EXPECT_TRUE(guard.enter("a"));
  EXPECT_TRUE(guard.enter("b"));
  const auto again = guard.enter("a");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::parse);
  EXPECT_THAT(again.error().detail, testing::HasSubstr("after 3 pages"));
}

TEST(PageGuard, EndsALineWithoutEnd) {
  PageGuard guard(50);
  int pages = 0;
  while (guard.enter(std::to_string(pages))) ++pages;
  EXPECT_EQ(pages, 50);
}

}  // namespace
}  // namespace forestall::ports
