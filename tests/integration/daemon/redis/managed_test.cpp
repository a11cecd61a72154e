// SPDX-License-Identifier: Apache-2.0
// The private server: started, restarted, adopted, refused, stopped last.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <filesystem>

#include "daemon/redis/managed/data_folder.hpp"
#include "daemon/redis/managed/managed_redis.hpp"
#include "tests/integration/daemon/redis/redis_test.hpp"

namespace forestall::redis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Manager {
  Manager(test::Loop& l, ManagedOptions options, ManagedTimes times = quick())
      : loop(l), redis(l.io.get_executor(), std::move(options), l.clock, l.random, l.log, times) {
    loop.spawn(redis.run(), [this](Status status) { ended = std::move(status); });
  }
  ~Manager() {
    if (ended) return;
    redis.stop();
    loop.run_until([&] { return ended.has_value(); });
  }
  static ManagedTimes quick() {
    ManagedTimes times;
    times.answer = 1s;
    times.backoff = {.base = 2ms, .cap = 100ms};
    return times;
  }
  void until(ManagedState state) {
    loop.run_until([&] { return redis.status().state == state; });
  }
  ManagedRedis* operator->() { return &redis; }

  test::Loop& loop;
  ManagedRedis redis;
  std::optional<Status> ended;
};

// What is left when a test fails must not stay.
struct Reaper {
  pid_t pid = -1;
  ~Reaper() {
    if (pid > 0) ::kill(pid, SIGKILL);
  }
};

ManagedOptions in(const test::TemporaryFolder& folder) {
  return {.directory = folder.file("redis"), .extra = {}};
}

TEST(ManagedRedis, RunsAServerThatSyncsEachAnswerAndStopsIt) {
  test::Loop loop;
  test::TemporaryFolder folder;
  Manager manager(loop, in(folder));
  pid_t pid = -1;
  {
    RunningClient redis(loop, config_for(to_string(manager->endpoint())));
    ASSERT_TRUE(redis.call(Request("SET", "k", "v")));
    manager.until(ManagedState::running);  // it asks by itself, perhaps after our own answer came
    pid = manager->status().pid;
    EXPECT_FALSE(manager->status().adopted);
    const auto config = redis.call(Request("CONFIG", "GET", "append*"));
    EXPECT_THAT(config->describe(), HasSubstr(R"("appendfsync", "always")"));
    EXPECT_THAT(redis.call(Request("CONFIG", "GET", "port"))->describe(), HasSubstr(R"("0")"));
    EXPECT_THAT(redis.call(Request("CONFIG", "GET", "maxmemory-policy"))->describe(),
                HasSubstr("noeviction"));
  }
  const auto mode = [&](const std::string& name) {
    struct stat found{};
    EXPECT_EQ(::stat(folder.file(name).c_str(), &found), 0) << name;
    return found.st_mode & 0777;
  };
  EXPECT_EQ(mode("redis"), 0700u);
  EXPECT_EQ(mode("redis/redis.sock"), 0700u);
  EXPECT_EQ(mode("redis/redis.conf"), 0600u);
  EXPECT_EQ(mode("redis/redis.log"), 0600u);
  EXPECT_EQ(mode("redis/appendonlydir"), 0700u);
  manager->stop();
  manager.until(ManagedState::stopped);
  EXPECT_EQ(::kill(pid, 0), -1) << "the server still runs";
}

TEST(ManagedRedis, RestartsAServerThatDiedAndNothingAcknowledgedIsLost) {
  test::Loop loop;
  test::TemporaryFolder folder;
  Manager manager(loop, in(folder));
  RunningClient redis(loop, config_for(to_string(manager->endpoint())));
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(redis.call(Request("SET", "round", round)));
    ASSERT_GT(manager->status().pid, 0);
    ::kill(manager->status().pid, SIGKILL);
    EXPECT_EQ(redis.call(Request("GET", "round"), {.repeat = Repeat::harmless})->expect_integer("").value(),
              round);
  }
  EXPECT_GE(manager->status().starts, 11u);
  ASSERT_TRUE(manager->status().last_error);
  EXPECT_THAT(manager->status().last_error->detail, HasSubstr("signal 9"));
}

TEST(ManagedRedis, AdoptsTheServerOfADaemonThatWasKilled) {
  test::TemporaryFolder folder;
  Reaper reaper;
  {
    // A daemon that dies: its loop just stops turning.
    test::Loop loop;
    ManagedRedis redis(loop.io.get_executor(), in(folder), loop.clock, loop.random, loop.log,
                       Manager::quick());
    boost::asio::cancellation_signal die;
    bool dead = false;
    boost::asio::co_spawn(
        loop.io, redis.run(),
        boost::asio::bind_cancellation_slot(die.slot(), [&](std::exception_ptr, Status) { dead = true; }));
    loop.run_until([&] { return redis.status().state == ManagedState::running; });
    reaper.pid = redis.status().pid;
    die.emit(boost::asio::cancellation_type::terminal);
    loop.run_until([&] { return dead; });
  }
  test::Loop loop;
  Manager manager(loop, in(folder));
  manager.until(ManagedState::running);
  EXPECT_TRUE(manager->status().adopted);
  EXPECT_EQ(manager->status().pid, reaper.pid);
  EXPECT_EQ(manager->status().starts, 0u);
  // It is supervised like one of our own.
  ::kill(reaper.pid, SIGKILL);
  loop.run_until(
      [&] { return manager->status().starts == 1 && manager->status().state == ManagedState::running; });
  EXPECT_FALSE(manager->status().adopted);
}

TEST(ManagedRedis, StartsNoSecondServerBesideOneThatIsSilent) {
  test::TemporaryFolder folder;
  test::Loop loop;
  Manager first(loop, in(folder));
  first.until(ManagedState::running);
  ASSERT_GT(first->status().pid, 0);
  ::kill(first->status().pid, SIGSTOP);
  ManagedTimes times = Manager::quick();
  times.answer = 50ms;
  {
    Manager second(loop, in(folder), times);
    second.until(ManagedState::silent);
    loop.run_until([&] { return second->status().failures >= 3; });
    EXPECT_EQ(second->status().starts, 0u);
    ::kill(first->status().pid, SIGCONT);
    second.until(ManagedState::running);
    EXPECT_TRUE(second->status().adopted);
    EXPECT_EQ(second->status().pid, first->status().pid);
  }
}

TEST(ManagedRedis, LeavesASocketAloneThatAnotherServerUses) {
  test::TemporaryFolder folder;
  test::Loop loop;
  const auto options = in(folder);
  ASSERT_TRUE(prepare_folder(options.directory));
  test::RedisServer other({.socket = options.socket_path()});
  Manager manager(loop, options);
  manager.until(ManagedState::foreign);
  loop.run_until([&] { return manager->status().failures >= 2; });
  EXPECT_EQ(manager->status().last_error->code, ErrorCode::conflict);
  EXPECT_EQ(manager->status().starts, 0u);
  EXPECT_TRUE(other.running());
  other.kill();
  manager.until(ManagedState::running);
}

TEST(ManagedRedis, SaysWhyAServerCannotStart) {
  test::TemporaryFolder folder;
  test::Loop loop;
  {
    auto options = in(folder);
    options.extra = {"no-such-setting yes"};
    Manager manager(loop, options);
    loop.run_until([&] { return manager->status().failures >= 2; });
    EXPECT_THAT(manager->status().last_error->detail, HasSubstr("exit code 1"));
    EXPECT_THAT(manager->status().last_error->detail, HasSubstr("no-such-setting"));
  }
  auto options = in(folder);
  options.program = "no-such-program";
  Manager manager(loop, options);
  loop.run_until([&] { return manager->status().failures >= 1; });
  EXPECT_EQ(manager->status().last_error->code, ErrorCode::not_found);
}

TEST(ManagedRedis, KillsAServerThatWillNotStop) {
  test::TemporaryFolder folder;
  test::Loop loop;
  ManagedTimes times = Manager::quick();
  times.stop = 50ms;
  Manager manager(loop, in(folder), times);
  manager.until(ManagedState::running);
  const pid_t pid = manager->status().pid;
  ::kill(pid, SIGSTOP);
  manager->stop();
  manager.until(ManagedState::stopped);
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(loop.lines.count("managed_redis_killed"), 1u);
}

TEST(ManagedRedis, RefusesAFolderThatIsNotItsOwn) {
  test::TemporaryFolder folder;
  std::filesystem::create_directory_symlink(folder.path(), folder.file("link"));
  EXPECT_EQ(prepare_folder(folder.file("link")).error().code, ErrorCode::forbidden);
  test::Loop loop;
  Manager manager(loop, {.directory = "relative", .extra = {}});
  loop.run_until([&] { return manager.ended.has_value(); });
  EXPECT_EQ(manager.ended->error().code, ErrorCode::invalid_argument);
}

// A file system of its own, small enough to fill.
struct SmallDisk {
  SmallDisk(const std::string& path, const char* size) : at(path) {
    std::filesystem::create_directory(path);
    mounted = ::mount("tmpfs", path.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted) ::umount2(at.c_str(), MNT_DETACH);
  }
  std::string at;
  bool mounted = false;
};

TEST(ManagedRedis, SurvivesAFullDisk) {
  test::TemporaryFolder folder;
  SmallDisk disk(folder.file("disk"), "size=3m");
  if (!disk.mounted) GTEST_SKIP() << "may not mount a tmpfs at " << disk.at << " (needs root)";
  const auto ballast = folder.write("disk/ballast", std::string(1 << 20, 'x'));
  test::Loop loop;
  Manager manager(loop, {.directory = disk.at + "/redis", .extra = {}});
  auto config = config_for(to_string(manager->endpoint()));
  config.call_timeout = 300ms;
  RunningClient redis(loop, config);
  // Until it is full. Redis ends itself when it cannot sync: an acknowledged write is on disk or not
  // acknowledged.
  std::vector<int> acknowledged;
  std::optional<Error> refused;
  const std::string value(20'000, 'v');
  for (int i = 0; i < 500 && !refused; ++i) {
    const auto reply = redis.call(Request("SET", "k" + std::to_string(i), value), {.timeout = 5s});
    if (reply)
      acknowledged.push_back(i);
    else
      refused = reply.error();
  }
  ASSERT_TRUE(refused) << "three MiB took ten";
  EXPECT_EQ(refused->code, ErrorCode::outcome_unknown);
  ASSERT_GT(acknowledged.size(), 10u);
  loop.run_until([&] { return manager->status().failures >= 1; });
  EXPECT_THAT(manager->status().last_error->detail, HasSubstr("Can't recover from AOF write error"));
  // It stays alive and keeps trying; writes go on failing with a reason.
  const auto failures = manager->status().failures;
  const auto again = redis.call(Request("SET", "again", value));
  EXPECT_TRUE(again.has_value() || manager->status().failures >= failures);
  // Somebody makes room: everything acknowledged is there, and writes are taken again.
  std::filesystem::remove(ballast);
  ASSERT_TRUE(redis.call(Request("SET", "after", "room"), {.timeout = 20s, .repeat = Repeat::harmless}));
  for (const int i : acknowledged)
    ASSERT_EQ(
        *redis.call(Request("GET", "k" + std::to_string(i)), {.timeout = 5s, .repeat = Repeat::harmless})
             ->text(),
        value);
}

}  // namespace
}  // namespace forestall::redis
