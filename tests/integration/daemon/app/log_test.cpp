// SPDX-License-Identifier: Apache-2.0
// The daemon over a log that is full, closed, or a journal.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

#include "tests/support/daemon/running_daemon.hpp"

namespace forestall::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

bool answers(RunningDaemon& daemon) {
  return eventually([&] {
    try {
      const auto health = daemon.get("/healthz");
      return health && health->status == 200;
    } catch (const std::system_error&) {
      return false;  // not listening yet
    }
  });
}

// Enough log lines to fill the backlog: each of these asks for two.
void make_it_talk(RunningDaemon& daemon, int times) {
  for (int i = 0; i < times; ++i) {
    const auto before = daemon.metric("forestall_log_lines_total{level=\"notice\"}") +
                        daemon.metric("forestall_log_dropped_lines_total");
    daemon.process.signal(SIGHUP);
    ASSERT_TRUE(eventually([&] {
      return daemon.metric("forestall_log_lines_total{level=\"notice\"}") +
                 daemon.metric("forestall_log_dropped_lines_total") >
             before;
    }));
  }
}

TEST(Log, AFullDiskDoesNotStopTheDaemon) {
  RunningDaemon daemon({.spawn = {.stderr_path = "/dev/full"}});
  ASSERT_TRUE(answers(daemon));
  EXPECT_GT(daemon.metric("forestall_log_backlog_bytes"), 0) << "what cannot be written waits";
  make_it_talk(daemon, 5);
  EXPECT_TRUE(eventually([&] { return daemon.get("/readyz")->status == 200; }));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0})) << "and the end does not wait for the disk";
}

TEST(Log, WhatWaitedIsWrittenWhenTheDiskHasRoomAgain) {
  const TemporaryFolder folder;
  const auto disk = folder.file("disk");
  std::filesystem::create_directory(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=64k") != 0)
    GTEST_SKIP() << "may not mount a small tmpfs";
  {
    const std::string filler(1 << 20, 'x');
    const int fd = open((disk + "/filler").c_str(), O_WRONLY | O_CREAT, 0600);
    while (write(fd, filler.data(), filler.size()) > 0) {
    }
    close(fd);
    RunningDaemon daemon({.spawn = {.stderr_path = disk + "/log"}});
    EXPECT_TRUE(answers(daemon));
    EXPECT_GT(daemon.metric("forestall_log_backlog_bytes"), 0);
    std::filesystem::remove(disk + "/filler");
    EXPECT_TRUE(eventually([&] { return daemon.metric("forestall_log_backlog_bytes") == 0; }));
    EXPECT_THAT(read_file(disk + "/log"), HasSubstr("event=ready"));
    EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
  }
  EXPECT_EQ(umount2(disk.c_str(), MNT_DETACH), 0);
}

TEST(Log, AClosedPipeDoesNotStopTheDaemon) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  RunningDaemon daemon({.spawn = {.stderr_fd = ends[1]}});
  close(ends[1]);
  ASSERT_TRUE(answers(daemon));
  close(ends[0]);
  make_it_talk(daemon, 2);
  EXPECT_GT(daemon.metric("forestall_log_dropped_lines_total"), 0);
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
}

TEST(Log, APipeNobodyReadsDoesNotBlockTheDaemon) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  fcntl(ends[1], F_SETPIPE_SZ, 4096);
  RunningDaemon daemon({.spawn = {.stderr_fd = ends[1]}});
  close(ends[1]);
  ASSERT_TRUE(answers(daemon));
  make_it_talk(daemon, 40);
  EXPECT_GT(daemon.metric("forestall_log_backlog_bytes"), 0);
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
  close(ends[0]);
}

TEST(Log, UnderJournaldLinesCarryTheirPriorityInsteadOfATime) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  struct stat status{};
  ASSERT_EQ(fstat(ends[1], &status), 0);
  const auto stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  RunningDaemon daemon({.spawn = {.environment = {{"JOURNAL_STREAM", stream}}, .stderr_fd = ends[1]}});
  ASSERT_TRUE(answers(daemon));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
  close(ends[1]);
  std::string text;
  std::array<char, 4096> piece{};
  ssize_t n = 0;
  while ((n = recv(ends[0], piece.data(), piece.size(), MSG_DONTWAIT)) > 0)
    text.append(piece.data(), static_cast<std::size_t>(n));
  close(ends[0]);
  EXPECT_THAT(text, StartsWith("<5>level=notice event=starting "));
  EXPECT_THAT(text, HasSubstr("\n<5>level=notice event=ready "));
}

TEST(Log, JsonByOption) {
  RunningDaemon daemon({.daemon_table = "log_format = \"json\""});
  ASSERT_TRUE(daemon.process.wait_for_err(R"("event":"ready")"));
  EXPECT_EQ(daemon.stop(), (Ended{0, 0}));
  EXPECT_THAT(daemon.process.err(), HasSubstr(R"(,"level":"notice","event":"stopped","exit_code":0})"));
}

}  // namespace
}  // namespace forestall::test
