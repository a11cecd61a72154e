// SPDX-License-Identifier: Apache-2.0
// How long the turns of the event loop take: from the end of one wait for events to the begin of the next.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

namespace forestall::runtime {

// During a turn nothing else is seen or done: a turn of 50 ms delays every answer by up to 50 ms. Reading it
// costs nothing to the loop; measuring costs two reads of the clock a turn.
class LoopMeter {
 public:
  using Duration = std::chrono::nanoseconds;
  // Upper bounds of the buckets, in seconds; the promise is 5 ms. A last bucket holds the rest.
  static constexpr std::array<double, 9> bounds{0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0};

  // Measures the loop that runs on this thread from now until detach() or destruction. One a thread at a
  // time.
  void attach();
  void detach();
  LoopMeter() = default;
  ~LoopMeter() { detach(); }
  LoopMeter(const LoopMeter&) = delete;
  LoopMeter& operator=(const LoopMeter&) = delete;

  // Called by the loop around each wait, with CLOCK_MONOTONIC.
  void wait_begins(Duration now);
  void wait_ends(Duration now) { turn_began_ = now; }

  std::uint64_t turns() const { return turns_; }
  double total_seconds() const { return total_seconds_; }
  const std::array<std::uint64_t, bounds.size() + 1>& buckets() const { return buckets_; }  // not cumulative
  double longest_seconds() const { return longest_seconds_; }                               // since the start
  // The longest of the last 30 to 60 s, so that every scraper sees it and it is forgotten afterwards.
  double longest_recent_seconds() const;
  // The longest since the last call of this: for whoever logs turns that took too long.
  double take_longest_seconds() { return std::exchange(longest_since_taken_, 0); }

 private:
  static constexpr std::chrono::seconds window{30};
  Duration turn_began_{-1};
  Duration window_began_{};
  std::uint64_t turns_ = 0;
  double total_seconds_ = 0;
  double longest_seconds_ = 0;
  double longest_since_taken_ = 0;
  double longest_this_window_ = 0;
  double longest_last_window_ = 0;
  std::array<std::uint64_t, bounds.size() + 1> buckets_{};
};

}  // namespace forestall::runtime
