// SPDX-License-Identifier: Apache-2.0
// A bar on stderr for work that takes long: how much is done, how much is left, and about how long that
// takes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace forestall::cli {

// One line of at most 78 columns: "[####......]  40 %  12/30 worlds  1:05 left". `of` 0: not known. The time
// left is told once two seconds have passed.
std::string progress_line(std::uint64_t done, std::uint64_t of, std::string_view what,
                          std::chrono::duration<double> elapsed);

// Not for several threads at once. Draws nothing where it is off, and at most ten times a second.
class ProgressBar {
 public:
  explicit ProgressBar(bool on) : on_(on) {}
  void start() { began_ = drawn_ = std::chrono::steady_clock::now(); }
  void show(std::uint64_t done, std::uint64_t of, std::string_view what);
  void clear();

 private:
  bool on_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point began_{}, drawn_{};
};

}  // namespace forestall::cli
