// SPDX-License-Identifier: Apache-2.0
// Orders of the Olist data set as the benchmark needs them. Its times have no zone: they are read as they
// stand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/base/error.hpp"

namespace forestall::bench {

inline constexpr std::int64_t day_seconds = 86'400;
constexpr std::int32_t day_of(std::int64_t seconds) {
  return static_cast<std::int32_t>(seconds / day_seconds);
}

struct OlistOrder {
  std::string id;
  std::string status;
  std::int64_t bought = 0;  // local seconds
  std::int64_t approved = 0;
  std::optional<std::int64_t> handed_over;
  std::optional<std::int64_t> delivered;
  std::int32_t promised_day = 0;  // days since 1970; late from the next day on
  std::string state;
  std::string zip;
  double weight = 1;
  bool test = false;
  // From the items; `sellers` is 0 where there are none.
  std::string seller;  // of the item to be shipped last
  std::optional<std::int64_t> ship_by;
  double price = 0;
  double freight = 0;
  int items = 0;
  int sellers = 0;
};

// `train` and `test` in one list by time of purchase. Errors name the file and line.
Result<std::vector<OlistOrder>> read_olist(const std::filesystem::path& train,
                                           const std::filesystem::path& test,
                                           const std::filesystem::path& items);

}  // namespace forestall::bench
