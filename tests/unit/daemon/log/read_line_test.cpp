// SPDX-License-Identifier: Apache-2.0
#include "daemon/log/read_line.hpp"

#include <gtest/gtest.h>

#include "daemon/log/line.hpp"

namespace forestall::logging {
namespace {

TEST(ReadLine, WhatWasWrittenIsReadInEveryFormAndFrame) {
  const LogRecord record{LogLevel::info,
                         "intent",
                         {{"listing", "tab\t\"A/B\" = 50 %\n<1>Größe"},
                          {"epoch", 7},
                          {"ok", true},
                          {"numbers", R"({"reason":"scarce","why":"a \"b\" \\ c"})"},
                          {"empty", ""}}};
  for (const auto format : {Format::key_value, Format::json})
    for (const auto frame : {Frame::timestamp, Frame::journald}) {
      const auto text = format_line(record, Instant{Millis(1'700'000'000'000)}, {format, frame});
      const auto line = read_line(text);
      ASSERT_TRUE(line) << text;
      EXPECT_EQ(line->value("event"), "intent");
      EXPECT_EQ(line->value("epoch"), "7");
      EXPECT_EQ(line->value("ok"), "true");
      EXPECT_EQ(line->value("empty"), "");
      EXPECT_EQ(line->value("numbers"), record.fields[3].value) << text;
      EXPECT_EQ(line->value("listing"), record.fields[0].value) << text;
      EXPECT_EQ(line->time.empty(), frame == Frame::journald);
    }
}

TEST(ReadLine, RefusesWhatIsNoLineOfOurs) {
  for (const auto* text : {"", "\n", "hello", "hello world", "{", "{}", "level=", "level=info", "[1]",
                           "level=info event=\"x", "level=info event=\"x\"y=1", "t level=info =x", "<6>"})
    EXPECT_FALSE(read_line(text)) << text;
}

}  // namespace
}  // namespace forestall::logging
