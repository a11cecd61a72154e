// SPDX-License-Identifier: Apache-2.0
// What is known about one listing, event by event, and the exposure that follows. A value without I/O: the
// live guard feeds it from the ledger and the journal, the backtest from its world.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "config/base/time.hpp"
#include "daemon/guard/planner/exposure.hpp"

namespace forestall::planner {

class ListingBook {
 public:
  // More writes than this are not sent while none of them is resolved.
  static constexpr std::size_t most_pending = 6;

  // A change was handed to the channel (call it before the call goes out). `number` grows with every write.
  // False, and nothing is noted, where most_pending are unresolved: then it must not be sent.
  bool sent(std::uint32_t number, const PendingWrite& write, Instant at);
  // The same was sent again: both copies may land, unless the channel drops repeats (then do not call this).
  void sent_again(std::uint32_t number, Instant at);
  // No copy has landed and none will: refused, or the compare failed.
  void refused(std::uint32_t number);
  // By `at`, every copy has landed or never will (the channel reports it processed, and a reading agrees).
  // Says nothing, and is ignored, where a copy was sent at or after `at`.
  void settled(std::uint32_t number, Instant at);
  // The listing showed `units` at `at`: what buyers saw. Late and repeated readings may come in any order.
  void reading(std::int32_t units, Instant at, ExposureRule rule = {});
  // An order was seen for the first time, whenever it was placed.
  void order_seen(Instant placed, std::int32_t units, ExposureRule rule = {});
  // A cancelled order was seen whose units this channel puts back on offer.
  void restored(Instant cancelled, std::int32_t units, ExposureRule rule = {});
  // Every order placed before this instant has been given to order_seen. Resolves what it passes.
  void watermark(Instant passed, ExposureRule rule = {});
  // Nobody waits for this write any longer, and what the listing heads for is told without it. It stays
  // unresolved: that is the point.
  void timed_out(std::uint32_t number, ExposureRule rule = {});

  Exposure exposure(ExposureRule rule = {}) const;
  Instant read_at() const { return base_.at; }  // of the reading in force
  bool reading_awaited() const { return waiting_count_ > 0; }

 private:
  struct Reading {
    Instant at = Instant::min();
    std::int32_t units = 0;
    std::int64_t sold = 0;  // orders seen that were placed after it
  };
  struct Restoration {
    Instant at;
    std::int64_t units;
  };
  struct Pending {
    std::uint32_t number;
    PendingWrite write;
    Instant sent_at;     // of the last copy
    Instant settled_at;  // Instant::max(): not known
    bool awaited = true;
  };
  Pending* find(std::uint32_t number);
  void adopt(const Reading& reading);
  std::int64_t heading() const;
  std::int64_t restored_since(Instant at) const;

  Reading base_{};
  bool known_ = false;
  std::uint8_t waiting_count_ = 0;
  std::array<Reading, 2> waiting_{};  // for the watermark: the first to come, and the newest
  std::vector<Pending> pending_;
  // Since the reading in force, kept one by one: a reading that arrives late may be older than some of them.
  std::vector<Restoration> restorations_;
};

}  // namespace forestall::planner
