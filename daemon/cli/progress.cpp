// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace forestall::cli {

namespace {
constexpr std::size_t columns = 78;
constexpr double bar_width = 24;
}  // namespace

std::string progress_line(std::uint64_t done, std::uint64_t of, std::string_view what,
                          std::chrono::duration<double> elapsed) {
  std::string line;
  if (of > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(of));
    std::string bar(static_cast<std::size_t>(share * bar_width), '#');
    bar.resize(static_cast<std::size_t>(bar_width), '.');
    line = fmt::format("[{}] {:3.0f} %  {}/{} {}", bar, 100 * share, done, of, what);
    if (elapsed.count() >= 2 && share > 0 && share < 1) {
      const auto left = static_cast<std::int64_t>(elapsed.count() / share * (1 - share)) + 1;
      line += fmt::format("  {}:{:02} left", left / 60, left % 60);
    }
  } else {
    line = fmt::format("{} {}", done, what);
  }
  if (line.size() > columns) line.resize(columns);
  return line;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t of, std::string_view what) {
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (visible_ && now - drawn_ < std::chrono::milliseconds{100}) return;
  drawn_ = now;
  visible_ = true;
  fmt::print(stderr, "\r{:<{}}", progress_line(done, of, what, now - began_), columns);
  std::fflush(stderr);
}

void ProgressBar::clear() {
  if (!visible_) return;
  fmt::print(stderr, "\r{:{}}\r", "", columns);
  std::fflush(stderr);
  visible_ = false;
}

}  // namespace forestall::cli
