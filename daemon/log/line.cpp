// SPDX-License-Identifier: Apache-2.0
#include "daemon/log/line.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "config/base/text.hpp"

namespace forestall::logging {
namespace {

std::string body(const LogRecord& record, Instant now, Style style) {
  std::string line = style.format == Format::json ? format_json(record) : format_key_value(record);
  if (style.frame == Frame::journald) return fmt::format("<{}>{}\n", static_cast<int>(record.level), line);
  if (style.format == Format::json)
    return fmt::format(R"({{"time":"{}",{})", to_string(now), line.substr(1)) + "\n";
  return fmt::format("{} {}\n", to_string(now), line);
}

}  // namespace

std::string format_line(const LogRecord& record, Instant now, Style style) {
  std::string line = body(record, now, style);
  if (line.size() <= max_line_bytes) return line;
  // A sixteenth each for at most eight fields: escaping may double what is left (\u0001 sixfold, hence
  // printable).
  LogRecord cut{record.level, record.event, {}};
  const std::size_t kept = std::min<std::size_t>(record.fields.size(), 8);
  for (std::size_t i = 0; i < kept; ++i) {
    LogField field = record.fields[i];
    if (field.value.size() > max_line_bytes / 16) {
      field.value = printable(field.value, max_line_bytes / 32);
      field.quoted = true;
    }
    cut.fields.push_back(std::move(field));
  }
  cut.fields.emplace_back("cut_bytes", line.size());
  return body(cut, now, style);
}

Frame frame_for(int fd, std::string_view journal_stream) {
  const auto parts = split(journal_stream, ':');
  struct stat status{};
  if (parts.size() != 2 || fstat(fd, &status) != 0) return Frame::timestamp;
  const bool same = parse_integer<std::uint64_t>(parts[0]) == std::uint64_t{status.st_dev} &&
                    parse_integer<std::uint64_t>(parts[1]) == std::uint64_t{status.st_ino};
  return same ? Frame::journald : Frame::timestamp;
}

}  // namespace forestall::logging
