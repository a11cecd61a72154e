// SPDX-License-Identifier: Apache-2.0
// What a trial needs of the sandbox: the shared time, a daemon's configuration, the report for people.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>

#include "config/base/text.hpp"
#include "daemon/timing/clock_source.hpp"
#include "tests/integration/sandbox/running_sandbox.hpp"
#include "tests/sandbox/report.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(SandboxTrialTest, WhoTakesTheAnchorKnowsTheTimeWithoutAskingAgain) {
  RunningSandbox sandbox({"--speed", "3600", "--skus", "5"});
  const auto first = timing::parse_world_time(sandbox.control("clock").reply.body);
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_FALSE(first->lock_step);
  const auto before = std::chrono::steady_clock::now();
  const auto second = timing::parse_world_time(sandbox.control("clock").reply.body);
  const auto after = std::chrono::steady_clock::now();
  ASSERT_TRUE(second);
  EXPECT_EQ(first->anchor, second->anchor);
  EXPECT_LE(first->anchor.at(before.time_since_epoch()), second->now);
  EXPECT_GE(first->anchor.at(after.time_since_epoch()), second->now);
}

TEST(SandboxTrialTest, InLockStepItTellsItsSeedAndItsEnd) {
  RunningSandbox sandbox({"--seed", "18446744073709551615", "--skus", "5", "--days", "3"});
  const auto time = timing::parse_world_time(sandbox.control("clock").reply.body);
  ASSERT_TRUE(time) << to_string(time.error());
  EXPECT_TRUE(time->lock_step);
  EXPECT_EQ(time->seed, 18446744073709551615U);
  EXPECT_EQ(time->end - time->now, 72h);
}

TEST(SandboxTrialTest, WritesAConfigurationThatTheDaemonAccepts) {
  const TemporaryFolder folder;
  const std::string stock = folder.file("stock \"1\"");
  ASSERT_EQ(mkdir(stock.c_str(), 0700), 0);
  RunningSandbox sandbox({"--configure", folder.path().string(), "--warehouse", stock, "--accounts", "3",
                          "--daemon-port", "9999", "--daemon-mode", "advise"});
  const auto checked =
      run({FORESTALL_BIN_DIR "/forestalld", "--check", "--config", folder.file("forestall.toml")});
  EXPECT_EQ(checked.ended.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("id = \"amazon-mx\""));
  EXPECT_THAT(checked.out, HasSubstr("mode = \"advise\""));
  for (const auto* secret : {"amazon-us.client", "amazon-us.refresh", "api-token", "forestall.toml"}) {
    struct stat status{};
    ASSERT_EQ(stat(folder.file(secret).c_str(), &status), 0) << secret;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << secret;
  }
}

TEST(SandboxTrialTest, ReportsLinesWhileItRunsAndATableAtTheEnd) {
  RunningSandbox sandbox({"--speed", "36000", "--skus", "50", "--report", "50ms", "--seller-sync", "8h",
                          "--daemon-mode", "observe", "--beside", "8h"});
  ASSERT_TRUE(sandbox.child().wait_for_out("a plain tool every 8h: "));
  sandbox.child().signal(SIGTERM);
  ASSERT_TRUE(sandbox.child().wait_for());
  const auto out = sandbox.child().out();
  EXPECT_THAT(out, HasSubstr("as it went"));
  EXPECT_THAT(out, HasSubstr("a plain tool every 1h"));
  EXPECT_THAT(out,
              HasSubstr("  0 orders that a plain tool every 8h would have had to cancel"));  // the same tool
}

TEST(SandboxReportTest, SaysWhatWasPreventedAndWhatItCost) {
  world::Truth guarded, plain;
  guarded.orders = {.accepted = 1'234'567, .oversold = 12};
  guarded.units = {.refused = 40, .filled = 1000, .open = 3};
  plain.orders = {.accepted = 1'234'600, .oversold = 1'112};
  plain.units = {.refused = 10, .filled = 1100, .open = 3};
  const Instant from = std::chrono::sys_days(std::chrono::year{2026} / 2 / 2);
  const auto table =
      sandbox::result_table(from, from + 36h, {{"with Forestall", guarded}, {"a tool", plain}});
  EXPECT_THAT(table, HasSubstr("2026-02-02 00:00 to 2026-02-03 12:00"));
  EXPECT_THAT(table, HasSubstr("1,234,567       12   0.00 %"));
  EXPECT_THAT(table, HasSubstr("1,112   0.09 %"));
  EXPECT_THAT(
      table,
      HasSubstr("1,100 orders that a tool would have had to cancel were not oversold; 100 units fewer"));
}

}  // namespace
}  // namespace forestall::test
