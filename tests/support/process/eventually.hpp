// SPDX-License-Identifier: Apache-2.0
// Waiting for something another process will make true: asked again and again until a deadline, never a fixed
// sleep.
#pragma once

#include <chrono>
#include <thread>

namespace forestall::test {

// How long the slowest sanitizer build on a busy machine may take for what normally takes milliseconds.
inline constexpr std::chrono::seconds patience{60};

// True as soon as `holds()` is; false when it was still false at the deadline.
template <class Predicate>
bool eventually(Predicate&& holds, std::chrono::milliseconds within = patience) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  for (;;) {
    if (holds()) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

}  // namespace forestall::test
