// SPDX-License-Identifier: Apache-2.0
// From the configuration to a connected client, and down again in the right order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "daemon/redis/service/redis_service.hpp"
#include "tests/integration/daemon/redis/redis_test.hpp"

namespace forestall::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(RedisSetup, TakesOverEverySetting) {
  config::RedisSettings settings;
  settings.mode = config::RedisMode::address;
  settings.address = config::parse_redis_address("tls://redis.example:6380").value();
  settings.ca_file = "/ca.pem";
  settings.server_name = "other.example";
  settings.username = "u";
  settings.password.value = Secret("p");
  settings.database = 2;
  settings.call_deadline = 3s;
  settings.connect_deadline = 4s;
  settings.reconnect_max = 7s;
  settings.max_reply.bytes = 1000;
  const auto setup = setup_from(settings).value();
  EXPECT_FALSE(setup.managed);
  EXPECT_EQ(to_string(setup.client.endpoint), "tls://redis.example:6380");
  EXPECT_EQ(setup.client.tls.ca_file, "/ca.pem");
  EXPECT_EQ(setup.client.tls.server_name, "other.example");
  EXPECT_EQ(setup.client.credentials.username, "u");
  EXPECT_TRUE(setup.client.credentials.password.equals("p"));
  EXPECT_EQ(setup.client.database, 2u);
  EXPECT_EQ(setup.client.call_timeout, 3s);
  EXPECT_EQ(setup.client.connect_timeout, 4s);
  EXPECT_EQ(setup.client.backoff.cap, 7s);
  EXPECT_EQ(setup.client.limits.reply.max_bytes, 1000u);
}

config::RedisSettings managed_in(const test::TemporaryFolder& folder) {
  config::RedisSettings settings;
  settings.directory = folder.file("redis");
  settings.socket = folder.file("redis/redis.sock");
  return settings;
}

TEST(RedisSetup, TheDaemonRunsAServerOnlyWhereItIsToldTo) {
  test::TemporaryFolder folder;
  auto settings = managed_in(folder);
  EXPECT_TRUE(setup_from(settings).value().managed);
  settings.supervisor = config::RedisSupervisor::unit;
  settings.socket = "/run/forestall/redis.sock";
  EXPECT_FALSE(setup_from(settings).value().managed);
  settings.supervisor = config::RedisSupervisor::child;
  EXPECT_EQ(setup_from(settings).error().code, ErrorCode::invalid_argument);
}

TEST(RedisService, StartsConnectsAndStopsTheServerLast) {
  test::TemporaryFolder folder;
  test::Loop loop;
  RedisService service(loop.io.get_executor(), setup_from(managed_in(folder)).value(), loop.clock,
                       loop.random, loop.log);
  ASSERT_TRUE(loop.run(service.start(20s)));
  const pid_t pid = service.managed()->pid;
  // A write on its way at stop() is answered: the server is still there.
  std::optional<Result<Reply>> last;
  loop.spawn(service.client().call(Request("INCR", "n")), [&](auto r) { last = std::move(r); });
  loop.io.poll_one();
  loop.run(service.stop());
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->has_value() || last->error().code == ErrorCode::cancelled);
  EXPECT_EQ(service.managed()->state, ManagedState::stopped);
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(RedisService, SaysWhatIsInTheWayOfAStart) {
  test::TemporaryFolder folder;
  test::Loop loop;
  auto settings = managed_in(folder);
  settings.server = "/no/such/redis-server";
  RedisService service(loop.io.get_executor(), setup_from(settings).value(), loop.clock, loop.random,
                       loop.log);
  const auto started = loop.run(service.start(100ms));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::not_found);
  EXPECT_THAT(started.error().detail, HasSubstr("/no/such/redis-server"));
  loop.run(service.stop());
}

}  // namespace
}  // namespace forestall::redis
