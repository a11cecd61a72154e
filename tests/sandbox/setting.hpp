// SPDX-License-Identifier: Apache-2.0
// The world that the options ask for: shoppers from a file or a seed, moved in time, with names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/backtest/world/scenario.hpp"
#include "daemon/backtest/world/world.hpp"
#include "tests/sandbox/options.hpp"

namespace forestall::sandbox {

struct Setting {
  world::Catalogue catalogue{};  // plain: listing sku * accounts + account
  world::Demand demand{};
  world::Scenario scenario{};
  std::vector<std::string> skus{};
  std::vector<std::int64_t> price_minor{};
  std::vector<std::string> orders{};  // names of a file's orders; empty where generated
};

// io where the file cannot be read, parse where it is malformed, invalid_argument where its history is
// shorter than the 28 days that the stock needs.
Result<Setting> make_setting(const Options& options, Instant real_now);

}  // namespace forestall::sandbox
