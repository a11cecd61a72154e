// SPDX-License-Identifier: Apache-2.0
// SIGHUP: what can be changed is, what cannot is named, what is wrong changes nothing.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Reload, NamesWhatCouldNotBeChangedAndChangesTheRest) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  daemon.rewrite(
      {.daemon_table = "log_format = \"json\"\nworker_threads = 3\n", .api_table = "max_connections = 77"});
  daemon.process.signal(SIGHUP);
  ASSERT_TRUE(daemon.process.wait_for_err(R"("event":"reload_done")")) << daemon.process.err();
  const auto log = daemon.process.err();
  EXPECT_THAT(log, HasSubstr(R"("event":"reloaded","change":"daemon.log_format: )"));
  EXPECT_THAT(log, HasSubstr(R"("event":"restart_needed","change":"daemon.worker_threads: )"));
  EXPECT_THAT(log, HasSubstr(R"("event":"restart_needed","change":"api.max_connections: )"));
  EXPECT_THAT(log, HasSubstr(R"("event":"reload_done","applied":1,"need_restart":2)"));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

TEST(Reload, AConfigurationThatIsWrongChangesNothing) {
  RunningDaemon daemon;
  ASSERT_TRUE(daemon.wait_until_ready());
  daemon.rewrite({.daemon_table = "log_format = \"json\"\nworker_threads = \"many\"\nnonsense = 1\n"});
  daemon.process.signal(SIGHUP);
  ASSERT_TRUE(daemon.process.wait_for_err("event=reload_failed"));
  EXPECT_THAT(daemon.process.err(), HasSubstr("worker_threads"));
  EXPECT_THAT(daemon.process.err(), HasSubstr("nonsense"));
  EXPECT_THAT(daemon.process.err(), Not(HasSubstr("\"event\""))) << "not even the part that was right";
  EXPECT_EQ(daemon.get("/readyz")->status, 200);
  std::filesystem::remove(daemon.config);
  daemon.process.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] {
    const auto log = daemon.process.err();
    return log.find("reload_failed", log.find("reload_failed") + 1) != std::string::npos;
  }));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

TEST(Reload, ALevelIsInForceAtOnce) {
  RunningDaemon daemon({.daemon_table = "log_level = \"warning\""});
  ASSERT_TRUE(eventually([&] {
    try {
      return daemon.get("/healthz").has_value();
    } catch (const std::system_error&) {
      return false;
    }
  }));
  EXPECT_THAT(daemon.process.err(), Not(HasSubstr("event=ready")));
  daemon.rewrite({.daemon_table = "log_level = \"debug\""});
  daemon.process.signal(SIGHUP);
  EXPECT_TRUE(daemon.process.wait_for_err("event=reload_done"));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

TEST(Reload, TokensAreChangedWhileRunning) {
  const TemporaryFolder secrets;
  const auto old_file = secrets.write("old", "old-token-0123456789");
  const auto new_file = secrets.write("new", "new-token-0123456789");
  RunningDaemon daemon({.api_table = "token_file = \"" + old_file + "\""});
  ASSERT_TRUE(daemon.wait_until_ready()) << daemon.process.err();
  const auto ask = [&](std::string_view token) {
    return daemon.get("/api/v1/status", "Authorization: Bearer " + std::string(token) + "\r\n")->status;
  };
  EXPECT_EQ(ask("old-token-0123456789"), 200);
  EXPECT_EQ(ask("new-token-0123456789"), 401);
  daemon.rewrite({.api_table = "token_file = \"" + new_file + "\""});
  daemon.process.signal(SIGHUP);
  ASSERT_TRUE(daemon.process.wait_for_err("event=reload_done"));
  EXPECT_EQ(ask("new-token-0123456789"), 200);
  EXPECT_EQ(ask("old-token-0123456789"), 401);
  EXPECT_THAT(daemon.process.err(), Not(HasSubstr("token-0123")));
}

}  // namespace
}  // namespace forestall::test
