// SPDX-License-Identifier: Apache-2.0
// The client against a real server: every kind of address, users, and what the server refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/daemon/redis/redis_test.hpp"

namespace forestall::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

TEST(RedisClient, TalksOverAUnixSocket) {
  test::Loop loop;
  test::RedisServer server;
  RunningClient redis(loop, config_for(server.url()));
  EXPECT_TRUE(redis.call(Request("SET", "k", "v"))->expect_ok("SET"));
  EXPECT_EQ(redis.call(Request("GET", "k"))->expect_text("GET").value(), "v");
  EXPECT_TRUE(redis.call(Request("GET", "none"))->is_nil());
  EXPECT_EQ(redis.call(Request("INCRBY", "n", 41))->expect_integer("INCRBY").value(), 41);
  EXPECT_TRUE(redis->state().connected);
  EXPECT_EQ(redis->state().server.major_version(), 7);
  EXPECT_EQ(redis.call(Request("CLIENT", "GETNAME"))->expect_text("").value(), "forestalld");
}

TEST(RedisClient, AnyBytesSurvive) {
  test::Loop loop;
  test::RedisServer server;
  RunningClient redis(loop, config_for(server.url()));
  std::string value;
  for (int i = 0; i < 256; ++i) value += static_cast<char>(i);
  std::string large;
  for (int i = 0; i < 20'000; ++i) large += value;
  EXPECT_TRUE(redis.call(Request("SET", value, large)));
  EXPECT_EQ(*redis.call(Request("GET", value))->text(), large);
}

TEST(RedisClient, ErrorRepliesAreErrorsOfTheCallAndValuesOfTheBatch) {
  test::Loop loop;
  test::RedisServer server;
  RunningClient redis(loop, config_for(server.url()));
  ASSERT_TRUE(redis.call(Request("SET", "k", "v")));
  const auto error = redis.call(Request("INCR", "k"));
  ASSERT_FALSE(error);
  EXPECT_THAT(error.error().detail, HasSubstr("ERR value is not an integer"));
  const auto batch = loop.run(redis->batch(Request("GET", "k").add("LPUSH", "k", 1).add("GET", "k")));
  ASSERT_TRUE(batch);
  ASSERT_THAT(*batch, SizeIs(3));
  EXPECT_EQ((*batch)[1].error_word(), "WRONGTYPE");
  EXPECT_EQ((*batch)[2].expect_text("").value(), "v");
}

TEST(RedisClient, CallsMadeBeforeThereIsAServerWaitForIt) {
  test::Loop loop;
  test::RedisServer server({.durable = true});
  server.kill();
  RunningClient redis(loop, config_for(server.url()));
  std::optional<Result<Reply>> reply;
  loop.spawn(redis->call(Request("SET", "k", "v")), [&](Result<Reply> r) { reply = std::move(r); });
  loop.run_until([&] { return redis->state().failed_attempts >= 3; });
  EXPECT_FALSE(reply);
  server.start();
  loop.run_until([&] { return reply.has_value(); });
  EXPECT_TRUE(reply->has_value());
  EXPECT_GT(loop.lines.count("redis_connect_failed"), 0u);
}

}  // namespace
}  // namespace forestall::redis
