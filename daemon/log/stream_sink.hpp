// SPDX-License-Identifier: Apache-2.0
// The log sink of the real program: lines to a descriptor that may be full, slow or closed, without ever
// waiting.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "config/base/clock.hpp"
#include "daemon/log/line.hpp"

namespace forestall::logging {

struct LogCounters {
  std::array<std::uint64_t, 8> lines{};  // accepted, by priority (LogLevel's numbers)
  std::uint64_t dropped = 0;             // never to be written: the backlog was full or the other end closed
  std::size_t backlog_bytes = 0;         // waiting for the descriptor to take them
};

// What cannot be written at once waits in a bounded backlog, in order; what does not fit there is dropped and
// counted, and the count is itself logged ("log_lines_dropped") once writing works again. A closed pipe
// (EPIPE) never works again: everything is dropped. Use from one thread; SIGPIPE must be ignored. The
// descriptor is not owned and its flags, which it may share with other programs, are not touched.
class StreamSink final : public LogSink {
 public:
  static constexpr std::size_t max_backlog_bytes = std::size_t{256} * 1024;

  StreamSink(int fd, const Clock& clock, Style style);

  void write(const LogRecord& record) noexcept override;
  // Tries again; call it about once a second and before leaving. True when nothing waits any more.
  bool flush() noexcept;
  // Both from the next line on, whichever Logger it comes from: they can be changed while running.
  void set_format(Format format) { style_.format = format; }
  void set_level(LogLevel most) { most_ = most; }
  const LogCounters& counters() const { return counters_; }

 private:
  enum class Outcome : std::uint8_t { progress, stalled, closed };
  Outcome write_some();
  void drain();
  void report_drops();

  int fd_;
  bool socket_;
  bool closed_ = false;
  const Clock& clock_;
  Style style_;
  LogLevel most_ = LogLevel::info;
  std::string backlog_;
  std::uint64_t unreported_ = 0;
  LogCounters counters_;
};

}  // namespace forestall::logging
