// SPDX-License-Identifier: Apache-2.0
// Random histories of a small world: few SKUs, listings, orders and versions, so that everything meets.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "connectors/model/observation.hpp"
#include "daemon/ledger/settings.hpp"

namespace forestall::test {

class HistoryMaker {
 public:
  explicit HistoryMaker(std::uint64_t seed);

  std::vector<ledger::Feed> feeds();  // locations and pools stay, deduction stages and authorities vary
  std::vector<ledger::Mapping> mappings();
  ledger::Mapping mapping();  // of one listing, perhaps another one than before
  // A page: new observations, repeated ones, earlier ones, contradicting ones.
  std::vector<model::Observation> page();
  model::Observation old_order();  // closed half a year ago
  Instant now();                   // moves on a little with each call
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : random_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  model::Observation fresh();
  model::Provenance from(const char* source);
  model::OrderUpsert order();
  model::OrderLine line(int number, Instant placed);
  Instant about();  // some time around now, never the same twice by design, often by chance
  Units few(std::uint64_t most) { return Units(static_cast<std::int64_t>(below(most + 1))); }

  std::mt19937_64 random_;
  Instant now_;
  std::vector<model::Observation> sent_;
};

}  // namespace forestall::test
