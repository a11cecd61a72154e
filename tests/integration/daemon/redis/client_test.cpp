// SPDX-License-Identifier: Apache-2.0
// The client against a real server: every kind of address, users, and what the server refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/redis/doctor.hpp"
#include "daemon/redis/function_library.hpp"
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

TEST(RedisClient, UsersAndPasswords) {
  test::Loop loop;
  test::RedisServer server({.extra = {"--requirepass", "right", "--user", "ops", "on", ">pw", "~ours:*",
                                      "+@all", "-config", "-info"}});
  const auto with = [&](std::string user, std::string password) {
    auto config = config_for(server.url());
    config.credentials = {.username = std::move(user), .password = Secret(std::move(password))};
    return config;
  };
  {
    RunningClient redis(loop, with("", "right"));
    EXPECT_TRUE(redis.call(Request("PING")));
  }
  for (auto config : {with("", "wrong"), with("nobody", "right"), with("", "")}) {
    config.call_timeout = 200ms;
    RunningClient redis(loop, config);
    loop.run_until([&] { return redis->state().last_error.has_value(); });
    const auto error = redis.call(Request("PING")).error();
    EXPECT_EQ(error.code, ErrorCode::unauthenticated) << to_string(error);
    EXPECT_FALSE(redis->state().connected);
    EXPECT_EQ(redis->state().last_error->code, ErrorCode::unauthenticated);
  }
  EXPECT_EQ(loop.lines.count("wrong"), 0u) << "a password in the log";
  {
    RunningClient redis(loop, with("ops", "pw"));
    EXPECT_TRUE(redis.call(Request("SET", "ours:k", "v"))) << "a user without INFO";
    EXPECT_EQ(redis.call(Request("SET", "theirs", "v")).error().code, ErrorCode::forbidden);
    EXPECT_EQ(redis.call(Request("CONFIG", "GET", "*")).error().code, ErrorCode::forbidden);
  }
}

TEST(RedisClient, OtherDatabases) {
  test::Loop loop;
  test::RedisServer server;
  auto config = config_for(server.url());
  config.database = 3;
  RunningClient three(loop, config);
  RunningClient zero(loop, config_for(server.url()));
  ASSERT_TRUE(three.call(Request("SET", "k", "v")));
  EXPECT_TRUE(zero.call(Request("GET", "k"))->is_nil());
}

TEST(RedisClient, TlsVerifiesTheAuthorityAndTheName) {
  test::Loop loop;
  test::RedisServer server({.tls = true});
  test::TemporaryFolder other;
  test::make_certificates(other, "localhost");
  const auto at = [&](const std::string& host, const std::string& ca, const std::string& name = "") {
    auto config = config_for("tls://" + host + ":" + std::to_string(server.tls_port()));
    config.tls.ca_file = ca;
    config.tls.server_name = name;
    return config;
  };
  {
    RunningClient redis(loop, at("localhost", server.ca_file()));
    const std::string large(300'000, 'x');
    ASSERT_TRUE(redis.call(Request("SET", "k", large)));
    EXPECT_EQ(*redis.call(Request("GET", "k"))->text(), large);
  }
  {
    RunningClient redis(loop, at("127.0.0.1", server.ca_file(), "localhost"));
    EXPECT_TRUE(redis.call(Request("PING")));
  }
  const auto refused = [&](ClientConfig config) {
    config.call_timeout = 400ms;
    RunningClient redis(loop, config);
    loop.run_until([&] { return redis->state().last_error.has_value(); });
    const auto reply = redis.call(Request("PING"));
    return reply ? "connected" : to_string(reply.error());
  };
  EXPECT_THAT(refused(at("127.0.0.1", server.ca_file())), HasSubstr("unauthenticated"));
  EXPECT_THAT(refused(at("localhost", server.ca_file(), "elsewhere.example")), HasSubstr("unauthenticated"));
  EXPECT_THAT(refused(at("localhost", other.file("ca.pem"))), HasSubstr("unauthenticated"));
  EXPECT_THAT(refused(at("localhost", "/no/such/file")), HasSubstr("/no/such/file"));
}

TEST(RedisClient, TcpAndPlainTextAtATlsPort) {
  test::Loop loop;
  test::RedisServer server({.tcp = true, .tls = true});
  {
    RunningClient redis(loop, config_for("tcp://localhost:" + std::to_string(server.port())));
    EXPECT_TRUE(redis.call(Request("PING")));
  }
  auto config = config_for("tcp://127.0.0.1:" + std::to_string(server.tls_port()));
  config.call_timeout = 200ms;
  RunningClient redis(loop, config);
  EXPECT_FALSE(redis.call(Request("PING")));
}

TEST(RedisClient, LoadsAFunctionLibraryOnceAndNeverBackwards) {
  test::Loop loop;
  test::RedisServer server({.durable = true});
  RunningClient redis(loop, config_for(server.url()));
  const auto library = [](std::uint32_t version) {
    return FunctionLibrary{
        .name = "lib",
        .version = version,
        .code = "redis.register_function('f', function() return " + std::to_string(version) + " end)"};
  };
  const auto load = [&](FunctionLibrary l) { return loop.run(load_library(redis.client, std::move(l))); };
  EXPECT_EQ(load(library(2)).value(), LibraryAction::load);
  EXPECT_EQ(load(library(2)).value(), LibraryAction::none);
  EXPECT_EQ(load(library(3)).value(), LibraryAction::replace);
  EXPECT_EQ(load(library(2)).error().code, ErrorCode::unsupported);
  EXPECT_EQ(redis.call(Request("FCALL", "f", 0))->expect_integer("").value(), 3);
  server.kill();
  server.start();
  EXPECT_EQ(load(library(3)).value(), LibraryAction::none);
  EXPECT_FALSE(load({.name = "broken", .version = 1, .code = "this is no Lua"}));
  EXPECT_FALSE(load({.name = "a b", .version = 1, .code = ""}));
}

TEST(RedisClient, TheDoctorExaminesARealServer) {
  test::Loop loop;
  const auto bad = [&](test::RedisServer& server) {
    RunningClient redis(loop, config_for(server.url()));
    std::string text;
    for (const auto& finding : loop.run(examine(redis.client)))
      if (finding.severity != Severity::ok)
        text += finding.check + ":" + std::string(severity_name(finding.severity)) + " ";
    return text;
  };
  test::RedisServer good({.durable = true});
  EXPECT_EQ(bad(good), "");
  test::RedisServer weak({.tcp = true,
                          .extra = {"--appendfsync", "everysec", "--maxmemory", "500kb", "--maxmemory-policy",
                                    "allkeys-lru", "--protected-mode", "no"}});
  EXPECT_EQ(bad(weak),
            "append_only:failed append_sync:warning eviction:failed memory:failed access:warning ");
}

TEST(RedisClient, StopAnswersWhatIsOnItsWayAndRefusesTheRest) {
  test::Loop loop;
  test::RedisServer server;
  std::optional<Result<Reply>> on_its_way;
  Client client(loop.io.get_executor(), config_for(server.url()), loop.clock, loop.random, loop.log);
  loop.spawn(client.run());
  ASSERT_TRUE(loop.run(client.call(Request("PING"))));
  loop.spawn(client.call(Request("INCR", "n")), [&](auto r) { on_its_way = std::move(r); });
  loop.io.poll_one();
  client.stop();
  EXPECT_EQ(loop.run(client.call(Request("PING"))).error().code, ErrorCode::cancelled);
  loop.join();
  loop.run_until([&] { return on_its_way.has_value(); });
  EXPECT_TRUE(on_its_way->has_value() || on_its_way->error().code == ErrorCode::cancelled);
}

}  // namespace
}  // namespace forestall::redis
