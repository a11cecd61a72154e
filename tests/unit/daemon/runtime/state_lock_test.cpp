// SPDX-License-Identifier: Apache-2.0
#include "daemon/runtime/state_lock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/process/environment.hpp"

namespace forestall::runtime {
namespace {

TEST(StateLock, TheSecondIsRefusedWithThePidOfTheFirst) {
  const test::TemporaryFolder folder;
  const auto dir = folder.file("state");
  {
    const auto first = StateLock::take(dir);
    ASSERT_TRUE(first) << to_string(first.error());
    const auto second = StateLock::take(dir);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::conflict);
    EXPECT_NE(second.error().detail.find(fmt::format("forestalld with pid {}", getpid())), std::string::npos)
        << second.error().detail;
  }
  EXPECT_TRUE(StateLock::take(dir)) << "let go with the object";
}

TEST(StateLock, AStaleFileMeansNothing) {
  const test::TemporaryFolder folder;
  folder.write("state/forestalld.lock", "1\nand more than we ever write");
  EXPECT_TRUE(StateLock::take(folder.file("state")));
  EXPECT_EQ(test::read_file(folder.file("state/forestalld.lock")), fmt::format("{}\n", getpid()));
}

TEST(StateLock, MovesWithoutLettingGo) {
  const test::TemporaryFolder folder;
  auto first = StateLock::take(folder.file("s"));
  const StateLock moved = std::move(*first);
  EXPECT_FALSE(StateLock::take(folder.file("s")));
}

TEST(StateLock, RefusesWhatIsNoDirectoryAndDoesNotFollowLinks) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("file", "");
  EXPECT_EQ(StateLock::take(file).error().code, ErrorCode::io);
  EXPECT_EQ(StateLock::take(folder.file("a/b/c")).error().code, ErrorCode::io)
      << "only the last part is made";
  std::filesystem::create_directory(folder.file("d"));
  std::filesystem::create_symlink(file, folder.file("d/forestalld.lock"));
  EXPECT_EQ(StateLock::take(folder.file("d")).error().code, ErrorCode::io);
}

}  // namespace
}  // namespace forestall::runtime
