// SPDX-License-Identifier: Apache-2.0
// What will happen, by time; what happens at the same instant keeps the order in which it was scheduled.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "config/base/time.hpp"

namespace forestall::world {

enum class EventKind : std::uint8_t {
  write_live,
  countdown,
  confirmed,
  died,
  withdrawn,
  pick,
  receipt,
  recount
};

struct Event {
  Instant at{};
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;  // of the listing, line or SKU it is about
  std::int32_t value = 0;
  std::int32_t expected = 0;
  EventKind kind{};
  std::uint8_t detail = 0;
};

class EventQueue {
 public:
  Instant next() const { return heap_.empty() ? Instant::max() : heap_.front().at; }
  std::size_t size() const { return heap_.size(); }
  void reserve(std::size_t events) { heap_.reserve(events); }
  void push(Event event) {
    event.sequence = ++sequence_;
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Event event = heap_.back();
    heap_.pop_back();
    return event;
  }

 private:
  static bool later(const Event& a, const Event& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }
  std::vector<Event> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace forestall::world
