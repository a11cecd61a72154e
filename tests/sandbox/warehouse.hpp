// SPDX-License-Identifier: Apache-2.0
// The warehouse's exports: a full stock file every so often, and what was counted or not found since.
//   stock.csv             sku,on_hand,as_of                 the books; replaced as a whole
//   counts-<time>.csv     sku,counted,as_of                 shelves that were counted
//   failed-picks-<time>.csv  sku,units,as_of                units that were not there
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/base/error.hpp"
#include "daemon/backtest/world/world.hpp"

namespace forestall::sandbox {

class Warehouse {
 public:
  Warehouse(std::filesystem::path folder, Millis every, Instant first)
      : folder_(std::move(folder)), every_(every), next_(first) {}

  Instant next() const { return next_; }
  // Writes what is due at world.now(); each file appears whole, by rename.
  Status write(const world::World& world, const std::vector<std::string>& skus);

 private:
  Status put(const std::string& name, const std::string& text) const;

  std::filesystem::path folder_;
  Millis every_;
  Instant next_;
  std::size_t cursor_ = 0;
};

}  // namespace forestall::sandbox
