// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <system_error>

#include "tests/support/process/child_process.hpp"
#include "tests/support/process/environment.hpp"

namespace forestall::test {
namespace {

using namespace std::chrono_literals;

TEST(ChildProcess, CapturesBothStreamsAndTheExitCode) {
  const auto done = run({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(done.ended, (Ended{7, 0}));
  EXPECT_EQ(done.out, "out\n");
  EXPECT_EQ(done.err, "err\n");
}

TEST(ChildProcess, PassesAndTakesAwayEnvironment) {
  setenv("FORESTALL_TEST_OURS", "seen", 1);
  const auto kept = run({"sh", "-c", "echo $FORESTALL_TEST_OURS $EXTRA"}, {.environment = {{"EXTRA", "1"}}});
  EXPECT_EQ(kept.out, "seen 1\n");
  const auto taken = run({"sh", "-c", "echo [$FORESTALL_TEST_OURS]"}, {.unset = {"FORESTALL_TEST_OURS"}});
  EXPECT_EQ(taken.out, "[]\n");
}

TEST(ChildProcess, AMissingProgramIsRefused) {
  EXPECT_THROW(ChildProcess({"/does/not/exist"}), std::system_error);
}

TEST(ChildProcess, IsSignalledAndWaitedForWithADeadline) {
  ChildProcess child(
      {"sh", "-c", "trap 'echo got; exit 3' TERM; echo ready; while :; do read x < /dev/zero; done"});
  ASSERT_TRUE(child.wait_for_out("ready"));
  EXPECT_EQ(child.wait_for(1ms), std::nullopt);
  EXPECT_TRUE(child.running());
  EXPECT_GE(child.open_descriptors(), 3u);
  EXPECT_EQ(child.threads(), 1u);
  EXPECT_GT(child.resident_bytes(), 0u);
  child.signal(SIGKILL);
  EXPECT_EQ(child.wait_for(), (Ended{-1, SIGKILL}));
  EXPECT_FALSE(child.wait_for_out("never", 1h)) << "returns when the process is gone, not at the deadline";
}

TEST(ChildProcess, IsGoneWithItsObject) {
  pid_t pid = 0;
  {
    const ChildProcess child({"sleep", "1000"});
    pid = child.pid();
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(TemporaryFolder, IsPrivateAndRemoved) {
  std::filesystem::path kept;
  {
    const TemporaryFolder folder;
    kept = folder.path();
    const auto file = folder.write("a/b.txt", "text", 0640);
    EXPECT_EQ(read_file(file), "text");
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(kept).permissions(), perms::owner_all);
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              perms::owner_read | perms::owner_write | perms::group_read);
  }
  EXPECT_FALSE(std::filesystem::exists(kept));
}

TEST(FreePort, IsNeitherPrivilegedNorOneThatTheKernelGivesToOthers) {
  std::set<std::uint16_t> seen;
  for (int i = 0; i < 50; ++i) {
    const auto port = free_port();
    EXPECT_GT(port, 1023);
    EXPECT_LT(port, 32'768);
    EXPECT_TRUE(seen.insert(port).second) << port;
  }
}

}  // namespace
}  // namespace forestall::test
