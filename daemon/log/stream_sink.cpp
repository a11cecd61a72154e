// SPDX-License-Identifier: Apache-2.0
#include "daemon/log/stream_sink.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

namespace forestall::logging {
namespace {

bool is_socket(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

// Whole lines up to PIPE_BUF: a pipe that polls as writable takes that much without blocking, and in one
// piece (pipe(7)), so that lines of several writers do not mix.
std::size_t next_piece(const std::string& backlog) {
  if (backlog.size() <= PIPE_BUF) return backlog.size();
  const auto end = backlog.rfind('\n', PIPE_BUF - 1);
  return end == std::string::npos ? std::size_t{PIPE_BUF} : end + 1;
}

}  // namespace

StreamSink::StreamSink(int fd, const Clock& clock, Style style)
    : fd_(fd), socket_(is_socket(fd)), clock_(clock), style_(style) {}

void StreamSink::write(const LogRecord& record) noexcept {
  if (record.level > most_) return;
  try {
    // What waits goes first: room for this line, and order.
    if (!backlog_.empty()) drain();
    std::string line = format_line(record, clock_.now(), style_);
    if (closed_ || backlog_.size() + line.size() > max_backlog_bytes) {
      ++counters_.dropped;
      ++unreported_;
      return;
    }
    ++counters_.lines.at(static_cast<std::size_t>(record.level));
    backlog_ += line;
    drain();
    report_drops();
  } catch (...) {  // out of memory: the daemon goes on without this line
    ++counters_.dropped;
    ++unreported_;
  }
}

bool StreamSink::flush() noexcept {
  try {
    drain();
    report_drops();
  } catch (...) {
    return false;
  }
  return backlog_.empty();
}

void StreamSink::report_drops() {
  if (unreported_ == 0 || closed_ || !backlog_.empty()) return;
  const LogRecord record{LogLevel::warning, "log_lines_dropped", {{"count", unreported_}}};
  unreported_ = 0;
  backlog_ = format_line(record, clock_.now(), style_);
  ++counters_.lines.at(static_cast<std::size_t>(record.level));
  drain();
}

void StreamSink::drain() {
  Outcome outcome = Outcome::progress;
  while (!backlog_.empty() && outcome == Outcome::progress) outcome = write_some();
  if (outcome == Outcome::closed) {
    for (const char c : backlog_) counters_.dropped += c == '\n' ? 1 : 0;
    backlog_.clear();
    backlog_.shrink_to_fit();
    closed_ = true;
  }
  counters_.backlog_bytes = backlog_.size();
}

StreamSink::Outcome StreamSink::write_some() {
  ssize_t n = 0;
  if (socket_) {
    n = send(fd_, backlog_.data(), next_piece(backlog_), MSG_DONTWAIT | MSG_NOSIGNAL);
  } else {
    pollfd ready{fd_, POLLOUT, 0};
    if (poll(&ready, 1, 0) == 0) return Outcome::stalled;
    n = ::write(fd_, backlog_.data(), next_piece(backlog_));
  }
  if (n > 0) {
    backlog_.erase(0, static_cast<std::size_t>(n));
    return Outcome::progress;
  }
  if (n < 0 && errno == EINTR) return Outcome::progress;
  const bool gone = n < 0 && (errno == EPIPE || errno == EBADF || errno == ECONNRESET || errno == ENOTCONN);
  return gone ? Outcome::closed : Outcome::stalled;
}

}  // namespace forestall::logging
