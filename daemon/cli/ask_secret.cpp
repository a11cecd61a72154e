// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/ask_secret.hpp"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace forestall::cli {
namespace {

constexpr std::size_t longest = std::size_t{64} << 10;

// What is typed is not shown while it lives.
class Silent {
 public:
  Silent() {
    termios now{};
    if (::tcgetattr(STDIN_FILENO, &now) != 0) return;
    before_ = now;
    now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &now);
  }
  ~Silent() {
    if (!before_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*before_);
    [[maybe_unused]] const auto said = ::write(STDERR_FILENO, "\n", 1);
  }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

 private:
  std::optional<termios> before_;
};

// Byte by byte: what follows the line belongs to the next question, and nothing of it is left in a buffer.
Result<std::string> read_line() {
  std::string line;
  for (;;) {
    char c = 0;
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, std::string("standard input: ") + std::strerror(errno));
    if (got == 0 && line.empty()) return fail(ErrorCode::unavailable, "standard input has ended");
    if (got == 0 || c == '\n') break;
    if (line.size() == longest) return fail(ErrorCode::too_large, "an answer of more than 64 KiB");
    line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void say(const std::string& prompt) {
  if (somebody_is_there()) [[maybe_unused]]
    const auto said = ::write(STDERR_FILENO, prompt.data(), prompt.size());
}

}  // namespace

bool somebody_is_there() { return ::isatty(STDIN_FILENO) == 1; }

Result<std::string> ask_line(const std::string& prompt) {
  say(prompt);
  return read_line();
}

Result<Secret> ask_secret(const std::string& prompt) {
  say(prompt);
  std::optional<Silent> silent;
  if (somebody_is_there()) silent.emplace();
  auto line = read_line();
  if (!line) return std::unexpected(line.error());
  return Secret(std::move(*line));
}

}  // namespace forestall::cli
