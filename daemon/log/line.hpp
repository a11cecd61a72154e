// SPDX-License-Identifier: Apache-2.0
// From a log record to the bytes of one line, and which form suits what stands at the other end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/log.hpp"

namespace forestall::logging {

enum class Format : std::uint8_t { key_value, json };
// journald stamps lines itself and reads the priority from a "<N>" in front (sd-daemon(3)); anything else
// gets a time.
enum class Frame : std::uint8_t { timestamp, journald };

struct Style {
  Format format = Format::key_value;
  Frame frame = Frame::timestamp;
};

// journald cuts lines into pieces beyond its LineMax (48 KiB): values of longer records are cut here instead.
inline constexpr std::size_t max_line_bytes = std::size_t{48} * 1024;

// One line with its '\n'. Never longer than max_line_bytes, and still valid JSON when values had to be cut.
std::string format_line(const LogRecord& record, Instant now, Style style);

// `journal_stream` is the value of $JOURNAL_STREAM ("device:inode", systemd.exec(5)): journald only if `fd`
// really is that stream, so that `forestalld 2> file` below a service gets its times.
Frame frame_for(int fd, std::string_view journal_stream);

}  // namespace forestall::logging
