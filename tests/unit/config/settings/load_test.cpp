// SPDX-License-Identifier: Apache-2.0
// From a file to settings, and to all of its problems at once.
#include "config/settings/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/process/environment.hpp"

namespace forestall::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

std::string problems_of(std::string_view text) {
  const auto settings = parse(text, "f.toml");
  return settings ? "none" : to_string(settings.error());
}

TEST(Load, an_empty_file_is_a_managed_daemon_on_loopback) {
  const auto settings = parse("", "f.toml");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->daemon.state_dir, "/var/lib/forestall");
  EXPECT_EQ(settings->redis.mode, RedisMode::managed);
  EXPECT_EQ(to_string(settings->redis.endpoint()), "unix:///var/lib/forestall/redis/redis.sock");
  EXPECT_EQ(to_string(settings->api.listen), "127.0.0.1:9464");
}

TEST(Load, reads_the_tables_of_the_process) {
  const auto settings = parse(R"(
[daemon]
state_dir = "state"
log_level = "debug"
log_format = "json"
drain_deadline = "1m30s"
worker_threads = 4

[redis]
mode = "address"
address = "tls://db.example.com:6380"
username = "forestall"
password_file = "/secrets/redis"
call_deadline = "750ms"
max_reply = "8MiB"

[api]
listen = "[::1]:0"
max_connections = 17
)",
                              "/etc/forestall/f.toml", {.read_secrets = false});
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(settings->daemon.state_dir, "/etc/forestall/state");
  EXPECT_EQ(settings->daemon.log_level, LogLevel::debug);
  EXPECT_EQ(settings->daemon.log_format, LogFormat::json);
  EXPECT_EQ(settings->daemon.drain_deadline, 90s);
  EXPECT_EQ(settings->daemon.worker_threads, 4U);
  EXPECT_EQ(settings->redis.endpoint().kind, RedisAddress::Kind::tls);
  EXPECT_EQ(settings->redis.endpoint().host, "db.example.com");
  EXPECT_EQ(settings->redis.username, "forestall");
  EXPECT_EQ(settings->redis.call_deadline, 750ms);
  EXPECT_EQ(settings->redis.max_reply.bytes, 8U << 20);
  EXPECT_EQ(settings->api.listen, (ListenAddress{"::1", 0}));
  EXPECT_EQ(settings->api.max_connections, 17U);
}

TEST(Load, names_file_line_column_key_expectation_and_finding) {
  EXPECT_EQ(problems_of("[redis]\n  call_deadline = 5\n"),
            "f.toml:2:19: redis.call_deadline: expected a duration like \"15m\", from 10ms to 5m, found 5\n");
  EXPECT_EQ(problems_of("[redis]\ncall_deadlin = \"5s\"\n"),
            "f.toml:2:1: redis.call_deadlin: expected a key of [redis], found an unknown key (did you mean "
            "\"call_deadline\"?)\n");
  EXPECT_EQ(problems_of("[deamon]\n"),
            "f.toml:1:2: deamon: expected a table of the configuration, found an unknown name (did you mean "
            "\"daemon\"?)\n");
  EXPECT_EQ(problems_of("[daemon]\nlog_level = \"warn\"\n"),
            "f.toml:2:13: daemon.log_level: expected \"error\" or \"warning\" or \"notice\" or \"info\" or "
            "\"debug\", "
            "found \"warn\"\n");
}

TEST(Load, ten_mistakes_are_ten_problems_in_the_order_of_the_file) {
  const auto settings = parse(R"([daemon]
worker_threads = 0
log_levl = "info"

[redis]
mode = "address"
address = "tcp:/db"

[api]
token = "abc"
listen = 127.0.0.1:9464

[[seller]]
id = "acme"
time_zone = "Europe/Berlni"
currency = "EUR"
margin_per_unit = "5.005 EUR"

[[account]]
id = "Amazon"
seller = "amce"
kind = "amazon"
marketplace = "M"
merchant_id = "A"
client_id = "c"
client_secret_file = "/nowhere/to/be/found"
refresh_token_file = "/nowhere/either"
poll.orders = "3"

[notify]
id = "x"
)",
                              "f.toml");
  ASSERT_FALSE(settings);
  std::vector<std::string> places;
  for (const auto& problem : settings.error())
    places.push_back(std::to_string(problem.place.line) + " " + problem.key);
  EXPECT_THAT(places,
              ElementsAre("2 daemon.worker_threads", "3 daemon.log_levl", "7 redis.address", "10 api.token",
                          "11 ", "15 seller[acme].time_zone", "17 seller[acme].margin_per_unit",
                          "20 account[#1].id", "21 account[#1].seller", "26 account[#1].client_secret_file",
                          "27 account[#1].refresh_token_file", "28 account[#1].poll.orders", "30 notify"))
      << to_string(settings.error());
}

// The condition of a key is on its row's other keys: a misspelt mode is one problem, not three.
TEST(Load, a_mistake_is_not_reported_by_its_consequences) {
  EXPECT_EQ(problems_of("[redis]\nmode = \"adress\"\naddress = \"tls://db\"\nca_file = \"x\"\n"),
            "f.toml:2:8: redis.mode: expected \"managed\" or \"address\", found \"adress\" (did you mean "
            "\"address\"?)\n");
}

TEST(Load, a_file_that_cannot_be_read_is_a_problem_too) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(to_string(load(folder.path() / "absent.toml").error()), HasSubstr("No such file"));
  EXPECT_THAT(to_string(load(folder.path()).error()), HasSubstr("a folder"));
  EXPECT_THAT(to_string(load(folder.write("open.toml", "", 0666)).error()), HasSubstr("mode 0666"));
  const auto good = folder.write("good.toml", "\xEF\xBB\xBF[api]\r\nlisten = \"127.0.0.1:1\"\r\n");
  const auto settings = load(good);
  ASSERT_TRUE(settings) << to_string(settings.error());
  EXPECT_EQ(settings->api.listen.port, 1);
}

}  // namespace
}  // namespace forestall::config
