// SPDX-License-Identifier: Apache-2.0
// deploy/quickstart, without its installation and build: it shows something, and leaves nothing behind,
// however it ends.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"
#include "tests/support/process/eventually.hpp"

namespace forestall::test {
namespace {

using testing::HasSubstr;

class QuickstartTest : public testing::Test {
 protected:
  ChildProcess start(std::vector<std::string> more) {
    std::vector<std::string> arguments{FORESTALL_SOURCE_DIR "/deploy/quickstart", "--skip-build", "--port",
                                       std::to_string(free_port())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ChildProcess(std::move(arguments), {.environment = {{"FORESTALL_BIN", FORESTALL_BIN_DIR},
                                                               {"TMPDIR", folder.path().string()}}});
  }
  // Command lines of processes that work in our temporary folder.
  std::string left_running() const {
    std::string found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::error_code gone;
      const auto cwd = std::filesystem::read_symlink(entry.path() / "cwd", gone).string();
      std::string line;
      try {
        line = read_file((entry.path() / "cmdline").string());
      } catch (const std::exception&) {
        continue;
      }
      const bool ours =
          cwd.starts_with(folder.path().string()) || line.find(folder.path()) != std::string::npos;
      if (ours) found += line + "\n";
    }
    return found;
  }
  void expect_nothing_left() {
    EXPECT_TRUE(eventually([this] { return left_running().empty(); })) << left_running();
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
  TemporaryFolder folder;
};

TEST_F(QuickstartTest, RunsForAWhileAndPrintsTheResultWithAndWithoutTheGuard) {
  auto quickstart = start({"--for", "8s"});
  ASSERT_TRUE(quickstart.wait_for_out("API        http://127.0.0.1:"));
  EXPECT_TRUE(quickstart.wait_for_out("orders ")) << quickstart.out() << quickstart.err();
  EXPECT_EQ(quickstart.wait_for(), Ended{.code = 0}) << quickstart.out() << quickstart.err();
  EXPECT_THAT(quickstart.out(), HasSubstr("with Forestall"));
  EXPECT_THAT(quickstart.out(), HasSubstr("a plain tool every 1h"));
  EXPECT_THAT(quickstart.out(), testing::Not(HasSubstr("\x1b")));  // no terminal: plain lines
  expect_nothing_left();
}

TEST_F(QuickstartTest, CtrlCPrintsTheResultAndLeavesNothingRunning) {
  auto quickstart = start({"--speed", "600"});
  ASSERT_TRUE(quickstart.wait_for_out("log  ")) << quickstart.err();
  ASSERT_TRUE(eventually([this] { return left_running().find("redis-server") != std::string::npos; }));
  quickstart.signal(SIGINT);
  EXPECT_EQ(quickstart.wait_for(), Ended{.code = 130}) << quickstart.err();
  EXPECT_THAT(quickstart.out(), HasSubstr("with Forestall"));
  expect_nothing_left();
}

TEST_F(QuickstartTest, KilledItLeavesNothingRunningEither) {
  auto quickstart = start({"--speed", "600"});
  ASSERT_TRUE(quickstart.wait_for_out("log  ")) << quickstart.err();
  ASSERT_TRUE(eventually([this] { return left_running().find("redis-server") != std::string::npos; }));
  quickstart.signal(SIGKILL);
  EXPECT_TRUE(eventually([this] { return left_running().empty(); })) << left_running();
}

TEST_F(QuickstartTest, WithoutTheGuardAPlainToolRunsTheAccounts) {
  auto quickstart = start({"--for", "5s", "--no-guard"});
  EXPECT_EQ(quickstart.wait_for(), Ended{.code = 0}) << quickstart.out() << quickstart.err();
  EXPECT_THAT(quickstart.out(), HasSubstr("as it went"));
  EXPECT_THAT(quickstart.out(), HasSubstr("  0 orders that a plain tool every 1h would have had to cancel"));
  expect_nothing_left();
}

TEST_F(QuickstartTest, RefusesWhatItCannotDo) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--for", "soon"},
                                                {"--speed", "-1"},
                                                {"--orders", "/no/such/file"},
                                                {"--seed"},
                                                {"--faster"}}) {
    auto quickstart = start(wrong);
    EXPECT_EQ(quickstart.wait_for(), Ended{.code = 2}) << wrong.front();
    EXPECT_FALSE(quickstart.err().empty());
  }
  expect_nothing_left();
}

}  // namespace
}  // namespace forestall::test
