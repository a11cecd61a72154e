// SPDX-License-Identifier: Apache-2.0
// The sink against real descriptors that are full, slow or closed.
#include "daemon/log/stream_sink.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "tests/support/process/environment.hpp"

namespace forestall::logging {
namespace {

struct Pair {
  int read_end = -1;
  int write_end = -1;
  ~Pair() { close_read(), ::close(write_end); }
  void close_read() {
    if (read_end >= 0) ::close(std::exchange(read_end, -1));
  }
  std::string take() const {
    std::string text;
    std::array<char, 65536> piece{};
    ssize_t n = 0;
    while ((n = ::read(read_end, piece.data(), piece.size())) > 0)
      text.append(piece.data(), static_cast<std::size_t>(n));
    return text;
  }
};

Pair make(bool as_socket) {
  std::array<int, 2> ends{};
  const int rc =
      as_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) : pipe(ends.data());
  EXPECT_EQ(rc, 0);
  fcntl(ends[0], F_SETFL, O_NONBLOCK);  // only our end: the sink's may block, as in real life
  return {ends[0], ends[1]};
}

class Stream : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }
  ManualClock clock_;
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

TEST_P(Stream, WritesLinesInOrder) {
  const Pair ends = make(GetParam());
  StreamSink sink(ends.write_end, clock_, {});
  const Logger log(sink);
  log.info("one");
  log.error("two", {{"n", 2}});
  EXPECT_EQ(ends.take(),
            "2026-01-05T00:00:00Z level=info event=one\n2026-01-05T00:00:00Z level=error event=two n=2\n");
  EXPECT_EQ(sink.counters().lines[6], 1u);
  EXPECT_EQ(sink.counters().lines[3], 1u);
  EXPECT_EQ(sink.counters().dropped, 0u);
}

TEST_P(Stream, LevelAndFormatCanChangeUnderLoggersThatExist) {
  const Pair ends = make(GetParam());
  StreamSink sink(ends.write_end, clock_, {});
  const Logger log = Logger(sink, LogLevel::debug).with({{"part", "x"}});
  log.debug("hidden");
  sink.set_level(LogLevel::debug);
  sink.set_format(Format::json);
  log.debug("seen");
  EXPECT_EQ(ends.take(), R"({"time":"2026-01-05T00:00:00Z","level":"debug","event":"seen","part":"x"})"
                         "\n");
}

TEST_P(Stream, AReaderThatStopsDelaysThenDropsAndIsToldHowMany) {
  const Pair ends = make(GetParam());
  StreamSink sink(ends.write_end, clock_, {});
  const Logger log(sink);
  constexpr std::size_t sent = 20'000;
  for (std::size_t i = 0; i < sent; ++i) log.info("tick", {{"i", i}});  // returns: nothing blocks
  EXPECT_GT(sink.counters().dropped, 0u);
  EXPECT_LE(sink.counters().backlog_bytes, StreamSink::max_backlog_bytes);
  EXPECT_FALSE(sink.flush());

  const auto dropped = sink.counters().dropped;
  std::string text;
  for (bool done = false; !done;) {
    done = sink.flush();
    text += ends.take();
  }
  text += ends.take();
  EXPECT_EQ(lines(text), sent - dropped + 1);
  EXPECT_TRUE(text.ends_with(fmt::format("level=warning event=log_lines_dropped count={}\n", dropped)));
  // The oldest are kept, gapless and whole: they tell how it began.
  std::size_t at = 0;
  for (std::size_t i = 0; i < sent - dropped; ++i) {
    const auto end = text.find('\n', at);
    ASSERT_EQ(text.substr(at, end - at), fmt::format("2026-01-05T00:00:00Z level=info event=tick i={}", i));
    at = end + 1;
  }
  log.info("after");
  EXPECT_TRUE(ends.take().ends_with("event=after\n"));
}

TEST_P(Stream, AClosedReaderCostsTheLinesAndNothingElse) {
  Pair ends = make(GetParam());
  StreamSink sink(ends.write_end, clock_, {});
  const Logger log(sink);
  ends.close_read();
  for (int i = 0; i < 100; ++i) log.info("gone");
  EXPECT_EQ(sink.counters().dropped, 100u);
  EXPECT_EQ(sink.counters().backlog_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(PipeAndSocket, Stream, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "socket" : "pipe"; });

TEST(FullDisk, LosesLinesNotTheDaemon) {
  const ManualClock clock;
  const int fd = open("/dev/full", O_WRONLY);
  StreamSink sink(fd, clock, {});
  const Logger log(sink);
  for (int i = 0; i < 20'000; ++i) log.info("tick", {{"i", i}});
  EXPECT_GT(sink.counters().dropped, 0u);
  EXPECT_FALSE(sink.flush());
  // Room again: the same descriptor now leads to a file.
  const test::TemporaryFolder folder;
  const int file = open(folder.file("log").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_EQ(dup2(file, fd), fd);
  EXPECT_TRUE(sink.flush());
  EXPECT_TRUE(test::read_file(folder.file("log"))
                  .ends_with(fmt::format("event=log_lines_dropped count={}\n", sink.counters().dropped)));
  close(fd);
  close(file);
}

}  // namespace
}  // namespace forestall::logging
