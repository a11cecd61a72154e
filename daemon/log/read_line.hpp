// SPDX-License-Identifier: Apache-2.0
// A line of the log back to its fields: whoever has the log alone can ask what was done and why.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace forestall::logging {

struct LogLine {
  std::string time;                                        // empty where journald stamped it
  std::map<std::string, std::string, std::less<>> fields;  // "level" and "event" among them
  std::string_view value(std::string_view key) const;      // empty where there is none
};

// Of both formats (key=value, JSON), with a time or journald's priority in front. nullopt: no line of ours.
std::optional<LogLine> read_line(std::string_view line);

}  // namespace forestall::logging
