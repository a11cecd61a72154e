// SPDX-License-Identifier: Apache-2.0
#include "daemon/log/line.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace forestall::logging {
namespace {

const Instant noon = parse_instant("2026-11-23T12:00:00.250Z").value();
const LogRecord record{LogLevel::warning, "feed_suspect", {{"account", "amazon us"}, {"share", 0.5}}};

TEST(Line, CarriesATimeOrThePriorityOfJournald) {
  EXPECT_EQ(format_line(record, noon, {}),
            "2026-11-23T12:00:00.250Z level=warning event=feed_suspect account=\"amazon us\" share=0.5\n");
  EXPECT_EQ(format_line(record, noon, {Format::key_value, Frame::journald}),
            "<4>level=warning event=feed_suspect account=\"amazon us\" share=0.5\n");
  EXPECT_EQ(format_line(record, noon, {Format::json, Frame::timestamp}),
            R"({"time":"2026-11-23T12:00:00.250Z","level":"warning","event":"feed_suspect",)"
            R"("account":"amazon us","share":0.5})"
            "\n");
  EXPECT_EQ(format_line(record, noon, {Format::json, Frame::journald}),
            R"(<4>{"level":"warning","event":"feed_suspect","account":"amazon us","share":0.5})"
            "\n");
}

TEST(Line, IsOneLineWhateverStandsInIt) {
  const LogRecord nasty{LogLevel::info, "x", {{"v", std::string_view("a\nb\0c\x7f\x1b[31m", 11)}}};
  for (const auto format : {Format::key_value, Format::json}) {
    const auto line = format_line(nasty, noon, {format, Frame::journald});
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
  }
}

TEST(Line, LongValuesAreCutAndSaySo) {
  for (const std::string& value :
       {std::string(100'000, 'x'), std::string(100'000, '\x01'), std::string(100'000, '"')}) {
    LogRecord huge{LogLevel::info, "huge", {}};
    for (int i = 0; i < 20; ++i) huge.fields.emplace_back("v", value);
    for (const auto format : {Format::key_value, Format::json}) {
      const auto line = format_line(huge, noon, {format, Frame::journald});
      EXPECT_LE(line.size(), max_line_bytes);
      EXPECT_NE(line.find("cut_bytes"), std::string::npos);
      EXPECT_EQ(line.back(), '\n');
    }
  }
}

TEST(Line, JournaldOnlyWhereTheDescriptorIsItsStream) {
  const int fd = open("/dev/null", O_WRONLY);
  struct stat status{};
  ASSERT_EQ(fstat(fd, &status), 0);
  EXPECT_EQ(frame_for(fd, fmt::format("{}:{}", status.st_dev, status.st_ino)), Frame::journald);
  EXPECT_EQ(frame_for(fd, fmt::format("{}:{}", status.st_dev, status.st_ino + 1)), Frame::timestamp);
  for (const char* odd : {"", ":", "1", "a:b", "1:2:3"})
    EXPECT_EQ(frame_for(fd, odd), Frame::timestamp) << odd;
  EXPECT_EQ(frame_for(-1, "1:2"), Frame::timestamp);
  close(fd);
}

}  // namespace
}  // namespace forestall::logging
