// SPDX-License-Identifier: Apache-2.0
// The same shoppers with the same luck and nobody but the seller's plain tool, from the start on.
#pragma once

#include <vector>

#include "daemon/backtest/world/fixed_buffer.hpp"
#include "daemon/backtest/world/world.hpp"
#include "tests/sandbox/setting.hpp"

namespace forestall::sandbox {

class Baseline {
 public:
  // The tool shows every account the stock of the books less `buffer`, so often. `setting` outlives it. It
  // begins like the world beside it: every account shows the whole stock.
  Baseline(const Setting& setting, Millis every, std::int32_t buffer);

  // Never back.
  void advance_to(Instant until);
  world::Truth truth() const { return world_.truth(); }
  Millis every() const { return every_; }

 private:
  world::World world_;
  world::FixedBuffer tool_;
  Millis every_;
  std::vector<world::Write> writes_;
};

}  // namespace forestall::sandbox
