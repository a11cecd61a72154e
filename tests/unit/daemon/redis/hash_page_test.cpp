// SPDX-License-Identifier: Apache-2.0
#include "daemon/redis/hash_page.hpp"

#include <gtest/gtest.h>

namespace forestall::redis {
namespace {

Reply page(std::string cursor, std::vector<Reply> items) {
  return Reply::array({Reply::bulk(std::move(cursor)), Reply::array(std::move(items))});
}

TEST(HashPage, HasNamesValuesAndWhereToGoOn) {
  const Reply reply = page("17", {Reply::bulk("a"), Reply::bulk("1"), Reply::bulk("b"), Reply::bulk("")});
  const auto read = hash_page(reply, "HSCAN x").value();
  EXPECT_EQ(read.cursor, "17");
  EXPECT_FALSE(read.last());
  ASSERT_EQ(read.fields.size(), 2u);
  EXPECT_EQ(read.fields[1], (std::pair<std::string_view, std::string_view>("b", "")));
  EXPECT_TRUE(hash_page(page("0", {}), "HSCAN x")->last());
}

TEST(HashPage, WhatIsNoPageIsAnErrorOfItsPlace) {
  const Reply bad[] = {{},
                       Reply::array({Reply::bulk("0")}),
                       Reply::array({{}, Reply::array({})}),
                       Reply::array({Reply::bulk("0"), Reply::bulk("a")}),
                       page("0", {Reply::bulk("a")}),
                       page("0", {Reply::bulk("a"), {}}),
                       page("0", {Reply::array({}), Reply::bulk("a")})};
  for (const Reply& reply : bad) {
    const auto read = hash_page(reply, "HSCAN x");
    ASSERT_FALSE(read) << reply.describe();
    EXPECT_TRUE(read.error().detail.starts_with("HSCAN x")) << read.error().detail;
  }
  EXPECT_EQ(hash_page(Reply::error("LOADING wait"), "HSCAN x").error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace forestall::redis
