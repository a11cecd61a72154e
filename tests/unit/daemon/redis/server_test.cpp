// SPDX-License-Identifier: Apache-2.0
// What is decided about a server: its address, its first answers, its settings, its function libraries.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "daemon/redis/backoff.hpp"
#include "daemon/redis/doctor.hpp"
#include "daemon/redis/endpoint.hpp"
#include "daemon/redis/function_library.hpp"
#include "daemon/redis/handshake.hpp"
#include "daemon/redis/managed/managed_config.hpp"

namespace forestall::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Endpoint, ReadsAndWritesAddresses) {
  for (const std::string text :
       {"unix:///run/redis.sock", "tcp://localhost:6379", "tls://redis.example:6380", "tcp://[::1]:1"})
    EXPECT_EQ(to_string(parse_endpoint(text).value()), text);
  EXPECT_EQ(parse_endpoint("redis://h"), parse_endpoint("tcp://h:6379/"));
  EXPECT_EQ(parse_endpoint("rediss://h"), parse_endpoint("tls://h:6379"));
  EXPECT_EQ(parse_endpoint("unix:/a"), parse_endpoint("unix:///a"));
}

TEST(Endpoint, RefusesWhatItWouldIgnore) {
  for (const std::string text :
       {"", "localhost", "http://x", "tcp://", "tcp://h:0", "tcp://h:65536", "tcp://h:", "tcp://h/3",
        "tcp://[::1", "tcp://[::1]x", "unix:relative", "tcp://h?a=b", "tcp://a b"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
  EXPECT_FALSE(parse_endpoint("unix:/" + std::string(107, 'x')));
  const auto error = parse_endpoint("tcp://user:secret@h").error();
  EXPECT_THAT(error.detail, Not(HasSubstr("secret")));
}

const Credentials nobody{};
const Credentials somebody{.username = "u", .password = Secret("p")};
Reply info(std::string_view more = "") {
  return Reply::bulk(
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrole:master\r\nloading:0\r\n" +
      std::string(more));
}

TEST(Handshake, AsksWithTheCredentials) {
  EXPECT_EQ(handshake_request(nobody, 0, "n").bytes(), Request("CLIENT", "SETNAME", "n").add("INFO").bytes());
  EXPECT_EQ(handshake_request(somebody, 3, "n").bytes(),
            Request("AUTH", "u", "p").add("SELECT", 3).add("CLIENT", "SETNAME", "n").add("INFO").bytes());
  EXPECT_EQ(handshake_request({.username = "", .password = Secret("p")}, 0, "n").commands(), 3u);
}

TEST(Handshake, ReadsTheServer) {
  const std::vector good = {Reply::status("OK"), info()};
  EXPECT_EQ(read_handshake(nobody, 0, good).value().version(), "7.0.15");
  const std::vector unnamed = {Reply::error("NOPERM no"), info()};
  EXPECT_TRUE(read_handshake(nobody, 0, unnamed));
  const std::vector blind = {Reply::status("OK"), Reply::error("NOPERM no")};
  EXPECT_TRUE(read_handshake(nobody, 0, blind).value().empty());
}

TEST(Handshake, RefusesWhatCannotWork) {
  const auto code = [](const Credentials& who, std::vector<Reply> replies, std::uint32_t database = 0) {
    const auto read = read_handshake(who, database, replies);
    return read ? "accepted" : code_name(read.error().code);
  };
  const auto ok = Reply::status("OK");
  const auto noauth = Reply::error("NOAUTH Authentication required.");
  EXPECT_EQ(code(somebody, {Reply::error("WRONGPASS invalid"), noauth, noauth}), "unauthenticated");
  EXPECT_EQ(code(somebody, {Reply::error("ERR AUTH <password> called without any password"), ok, info()}),
            "unauthenticated");
  EXPECT_EQ(code(nobody, {noauth, noauth}), "unauthenticated");
  EXPECT_EQ(code(nobody, {ok, Reply::bulk("redis_version:6.2.1\r\n")}), "unsupported");
  EXPECT_EQ(code(nobody, {ok, Reply::bulk("redis_version:7.0.0\r\nrole:slave\r\n")}), "unsupported");
  EXPECT_EQ(code(nobody, {ok, Reply::bulk("redis_version:7.0.0\r\nredis_mode:cluster\r\n")}), "unsupported");
  EXPECT_EQ(code(nobody, {ok, Reply::bulk("redis_version:7.0.0\r\nloading:1\r\n")}), "unavailable");
  EXPECT_EQ(code(nobody, {ok, Reply::error("LOADING")}), "unavailable");
  EXPECT_EQ(code(nobody, {ok, Reply::bulk("hello")}), "parse");
  EXPECT_EQ(code(nobody, {ok}), "internal");
  EXPECT_EQ(code(nobody, {Reply::error("ERR DB index is out of range"), ok, info()}, 99), "invalid_argument");
}

TEST(Backoff, GrowsToItsCapWithFullJitter) {
  SeededRandom random(7);
  const Backoff backoff{.base = 10ms, .cap = 1s};
  for (const unsigned failures : {0U, 3U, 10U, 1000U}) {
    const auto ceiling = std::min<std::chrono::nanoseconds>(1s, 10ms * (1LL << std::min(failures, 20U)));
    std::chrono::nanoseconds least = 1h, most = 0s;
    for (int i = 0; i < 2000; ++i) {
      const auto delay = backoff.delay(failures, random);
      least = std::min(least, delay);
      most = std::max(most, delay);
    }
    EXPECT_LE(most, ceiling);
    EXPECT_GT(most, ceiling * 95 / 100);
    EXPECT_LT(least, ceiling / 20);
  }
}

Reply listed(std::string text) {
  return Reply::array({Reply::array({Reply::bulk("library_name"), Reply::bulk("lib"),
                                     Reply::bulk("library_code"), Reply::bulk(std::move(text))})});
}

TEST(FunctionLibrary, IsDecidedByVersion) {
  const FunctionLibrary library{.name = "lib", .version = 5, .code = "return 1"};
  const auto at = [&](std::uint32_t version, std::string code) {
    return decide_library(library,
                          listed(library_text({.name = "lib", .version = version, .code = std::move(code)})));
  };
  EXPECT_EQ(decide_library(library, Reply::array({})).value(), LibraryAction::load);
  EXPECT_EQ(at(5, "return 1").value(), LibraryAction::none);
  EXPECT_EQ(at(4, "return 0").value(), LibraryAction::replace);
  EXPECT_EQ(at(6, "return 1").error().code, ErrorCode::unsupported);
  EXPECT_EQ(at(5, "return 2").error().code, ErrorCode::conflict);
  EXPECT_EQ(decide_library(library, listed("#!lua name=lib\nreturn 1")).error().code, ErrorCode::conflict);
  EXPECT_EQ(decide_library(library, listed("#!lua name=lib")).error().code, ErrorCode::conflict);
  EXPECT_EQ(decide_library(library, Reply()).error().code, ErrorCode::parse);
  EXPECT_EQ(decide_library(library, Reply::array({Reply::array({})})).error().code, ErrorCode::parse);
}

TEST(ManagedConfig, SyncsBeforeItAnswersAndOpensNoPort) {
  const auto text =
      managed_config_text({.directory = "/var/lib/f/redis", .max_memory_bytes = 1000, .extra = {"hz 20"}});
  for (const auto* line :
       {"\nport 0\n", "\nappendonly yes\n", "\nappendfsync always\n", "\nmaxmemory-policy noeviction\n",
        "\nunixsocketperm 700\n", "\nmaxmemory 1000\n", "\ndir /var/lib/f/redis\n", "\nhz 20\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

// The unit of its own under systemd keeps the same promises, whoever edits which of the two.
TEST(ManagedConfig, TheServicesServerIsSetUpAlike) {
  const auto settings_of = [](std::string text) {
    std::map<std::string, std::string> settings;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line.starts_with('#')) continue;
      const auto space = line.find(' ');
      settings[line.substr(0, space)] = line.substr(space + 1);
    }
    // Who is told that it is up, and where its log goes, are the unit's own.
    settings.erase("supervised");
    settings.erase("logfile");
    return settings;
  };
  std::ifstream file(FORESTALL_SOURCE_DIR "/deploy/systemd/redis.conf");
  ASSERT_TRUE(file);
  const auto of_the_unit = settings_of({std::istreambuf_iterator<char>(file), {}});
  EXPECT_EQ(of_the_unit,
            settings_of(managed_config_text({.directory = "/var/lib/forestall/redis", .extra = {}})));
}

TEST(ManagedConfig, RefusesPathsThatRedisWouldMisread) {
  for (const std::string directory : {"", "relative", "/a b", "/a\"b", "/a\nport 1", "/a/"})
    EXPECT_FALSE(check_managed_options({.directory = directory, .extra = {}})) << directory;
  EXPECT_FALSE(check_managed_options({.directory = "/" + std::string(100, 'x'), .extra = {}}));
  EXPECT_FALSE(check_managed_options({.directory = "/a", .extra = {"hz 1\nport 1"}}));
  EXPECT_TRUE(check_managed_options({.directory = "/a", .extra = {}}));
}

struct Doctor : testing::Test {
  std::string info =
      "redis_version:7.0.15\nrole:master\naof_enabled:1\naof_last_write_status:ok\nused_memory:"
      "100\nmaxmemory:1000\n"
      "maxmemory_policy:noeviction\nconnected_clients:3\n";
  ServerSettings settings = {{"appendfsync", "always"}, {"maxmemory-policy", "noeviction"},
                             {"protected-mode", "yes"}, {"requirepass", ""},
                             {"port", "6379"},          {"maxclients", "100"}};
  std::string bad() const {
    std::string text;
    for (const auto& finding : examine_server(ServerInfo::parse(info), settings))
      if (finding.severity != Severity::ok) {
        EXPECT_FALSE(finding.to_do.empty());
        text += fmt::format("{}:{} ", finding.check, severity_name(finding.severity));
      }
    return text;
  }
  // The first of equal names counts.
  void say(std::string_view lines) { info = std::string(lines) + "\n" + info; }
};

TEST_F(Doctor, FindsNothingWrongWithAGoodServer) { EXPECT_EQ(bad(), ""); }

TEST_F(Doctor, FindsWhatLosesData) {
  settings["appendfsync"] = "everysec";
  EXPECT_EQ(bad(), "append_sync:warning ");
  say("aof_enabled:0");
  EXPECT_EQ(bad(), "append_only:failed append_sync:warning ");
}

TEST_F(Doctor, FindsEvictionAndFullMemory) {
  settings["maxmemory-policy"] = "allkeys-lru";
  EXPECT_EQ(bad(), "eviction:failed ");
  settings["maxmemory-policy"] = "volatile-ttl";
  say("used_memory:850");
  EXPECT_EQ(bad(), "eviction:warning memory:warning ");
  say("used_memory:1001");
  EXPECT_EQ(bad(), "eviction:warning memory:failed ");
}

TEST_F(Doctor, FindsTheWrongKindOfServer) {
  say("redis_version:6.2.1\nrole:slave\nredis_mode:cluster");
  EXPECT_EQ(bad(), "version:failed role:failed cluster:failed ");
}

TEST_F(Doctor, FindsAFullDiskOpenDoorsAndCrowds) {
  say("aof_last_write_status:err\naof_last_bgrewrite_status:err\nconnected_clients:95");
  settings["protected-mode"] = "no";
  EXPECT_EQ(bad(), "last_write:failed append_rewrite:warning access:warning connections:warning ");
  settings["requirepass"] = "set";
  EXPECT_EQ(bad(), "last_write:failed append_rewrite:warning connections:warning ");
}

TEST_F(Doctor, SaysWhatItCannotKnow) {
  settings.clear();
  EXPECT_EQ(bad(), "append_sync:warning access:warning ");
  info.clear();
  EXPECT_EQ(bad(),
            "version:warning append_only:warning append_sync:warning eviction:warning memory:warning "
            "access:warning ");
}

}  // namespace
}  // namespace forestall::redis
