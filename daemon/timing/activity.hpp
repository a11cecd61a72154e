// SPDX-License-Identifier: Apache-2.0
// What the daemon has under way with the outside: counted, so that a world in lock-step knows when to move
// on, and then also put in a row, so that the same seed gives the same history.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace forestall::timing {

// Use from the loop's thread only; outlives its shares.
class Activity {
 public:
  // One thing under way, for as long as it lives.
  class Share {
   public:
    explicit Share(Activity& of) : of_(&of) { ++of.under_way_; }
    ~Share() {
      if (of_ != nullptr) --of_->under_way_;
    }
    Share(Share&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Share& operator=(Share&&) = delete;

   private:
    Activity* of_;
  };

  explicit Activity(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  // Begins at once. For work that ends by itself and that a standing world must wait for.
  Share begin() { return Share(*this); }
  // Begins at once in ordinary time; in a row (one_by_one) when admit_next() lets it, in the order of asking.
  boost::asio::awaitable<Share> turn();
  // Somebody else's count of what is under way (commands to Redis, work on other threads); lives as long.
  void also(std::function<std::size_t()> count) { others_.push_back(std::move(count)); }
  std::size_t under_way() const;
  std::size_t waiting() const { return waiting_.size(); }

  void one_by_one() { in_a_row_ = true; }
  // Lets the first in the row begin; false where nobody waits.
  bool admit_next();

 private:
  boost::asio::any_io_executor executor_;
  std::size_t under_way_ = 0;
  bool in_a_row_ = false;
  std::vector<std::function<std::size_t()>> others_;
  struct Waiting;
  std::deque<Waiting*> waiting_;  // each in the frame of its coroutine
};

}  // namespace forestall::timing
