// SPDX-License-Identifier: Apache-2.0
// When each SKU's decision will change by itself: looked for ahead of time in what the loop has to spare, so
// that it sleeps until then instead of deciding everything again and again.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/acting/floor.hpp"
#include "daemon/acting/plain_sight.hpp"

namespace forestall::acting {

class Foresight {
 public:
  // How far it looks. Each SKU is decided again within this time at the latest.
  static constexpr Millis horizon = std::chrono::hours(24);

  explicit Foresight(const Floor& floor) : floor_(floor) {}

  void clear();
  // It was decided: what was foreseen of it holds no more, and it is to be looked at again.
  void decided(ledger::SkuRef sku);
  bool wanting() const { return !queue_.empty(); }
  // Looks ahead for those that have waited longest, as long as there is time: one at least.
  template <class Time>
  void look_while(const Time& is_time) {
    if (!is_current()) return;
    Sights sights(*this);
    do look(sights);
    while (wanting() && is_time());
  }
  // The next instant at which a decision changes by itself; Instant::max() for none.
  Instant next() const { return due_.empty() ? Instant::max() : due_.begin()->first; }
  // SKUs whose time has come; forgotten with the answer.
  std::vector<ledger::SkuRef> due(Instant now);
  std::size_t foreseen() const { return due_.size(); }
  std::uint64_t looks() const { return looks_; }

 private:
  // The catalogue as of now, in the busiest hour and at the horizon.
  struct Sights {
    explicit Sights(Foresight& foresight);
    Instant now, busiest;
    PlainSight as_is, then, at_last;
  };
  void look(Sights& sights);
  void forget(std::uint32_t sku);
  // Positions of an earlier mirror mean nothing; whoever reads it anew decides everything.
  bool is_current();
  Instant busiest(Instant now);

  const Floor& floor_;
  std::deque<std::uint32_t> queue_;
  std::vector<bool> queued_;
  std::set<std::pair<Instant, std::uint32_t>> due_;
  std::unordered_map<std::uint32_t, Instant> when_;
  std::uint64_t looks_ = 0;
  std::uint64_t generation_ = 0;
  std::pair<Instant, Instant> busiest_{};  // as of which hour, and when
};

}  // namespace forestall::acting
